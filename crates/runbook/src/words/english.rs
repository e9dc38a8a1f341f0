//! English.

use super::{Column, Meanings, Sense};
use Sense::*;

pub(super) const SENSES: Meanings<Sense> = &[
    (
        Needs,
        "depends on|depend on|depends upon|dependent on|depending on|dependency on|dependency|dependencies|requires|require|needs|need|relies on|rely on|relying on|waits for|wait for|waiting for|after|once|following|built on|builds on|on top of|consumes api of|must follow|comes after|goes after|blocked by|calls",
    ),
    (
        NeededBy,
        "used by|required by|needed by|consumed by|called by|prerequisite for|prerequisite of|needed for|required for|shared by|base for|basis for",
    ),
    (Before, "before|prior to|ahead of|precedes"),
    (
        All,
        "all services|all modules|all components|all apps|all applications|all other services|all other modules|all others|all other|all|everything|everyone|every service|every module|every component|everything else|others|the rest",
    ),
    (
        Last,
        "last|finally|at the end|the end|final step|at the very end",
    ),
    (First, "first|at the start|at the beginning|initially"),
    (
        Not,
        "not|no|never|without|doesn|don|isn|cannot|can t|independent of|no longer|any more|anymore",
    ),
    (
        Nothing,
        "none|n a|nothing|nil|no dependencies|no dependency",
    ),
    (
        InOrder,
        "in order|in defined order|in the defined order|in this order|in the following order|in sequence|one after the other|one after another|one at a time|sequentially|defined order|strict order|strictly in order",
    ),
    (
        Parallel,
        "in parallel|parallel|concurrently|simultaneously|at the same time|any order",
    ),
    (Aks, "aks|azure kubernetes service|azure kubernetes"),
    (
        Gke,
        "gke|google kubernetes engine|google kubernetes|google k8s",
    ),
    (Kubernetes, "kubernetes|k8s|k3s|openshift|rancher|eks"),
    (
        AzureFunctions,
        "azure function*|function app|function apps|azure fn",
    ),
    (
        CloudRun,
        "google cloud run|gcp cloud run|cloud run|cloudrun",
    ),
    (
        CloudFunctions,
        "google cloud function|google cloud functions|cloud function|cloud functions|cloud run functions|cloud run function|gcf",
    ),
    (
        Together,
        "shared|common|all clusters|both clusters|everywhere|all platforms",
    ),
    (
        Foreign,
        "lambda|aws lambda|heroku|app service|app engine|container apps|azure container apps|ecs|fargate|vm|vms|virtual machine|virtual machines|bare metal|on prem|on premises|mainframe|nomad|docker swarm|cloudflare workers|vercel|netlify|fly io|service fabric|logic app|logic apps|databricks|snowflake|beanstalk",
    ),
    (EventGrid, "event grid|eventgrid"),
    (PubSub, "pub sub|pubsub"),
    (
        Schedule,
        "scheduled|cloud scheduler|scheduler|schedulers|schedule|schedules|timer|timers|cron|runs hourly|runs daily|runs nightly|runs weekly|runs every|hourly|daily job|nightly job|runs once a day",
    ),
    (CronJob, "cronjob*|cron job*"),
    (
        Trigger,
        "trigger|triggers|event subscription|event subscriptions|subscriptions|consumers|webhooks|schedulers and subscriptions",
    ),
    (
        Starts,
        "triggered|triggers on|trigger|consumes|consume|consuming|consumer|subscribes|subscribe|subscribed|subscription|listens|listens to|listening|push|receives|invoked|started|fed by|driven|reacts|handles|processes",
    ),
    (
        Publishes,
        "publishes|publish|publisher|emits|emit|sends to|writes to|produces|producer",
    ),
    (
        Deploy,
        "deploy|deploys|redeploy|roll out|rollout|release|install|upgrade|ship|update|apply|push out|bring up|launch",
    ),
    (
        Pause,
        "pause|pausing|paused|suspend|suspended|disable|disabled|stop external|freeze|hold|turn off|switch off|quiesce",
    ),
    (
        Resume,
        "re enable*|reenable*|re enabling|resume|resumed|unpause|enabled again|enable again|turn on again|switch on again|switch back on|turn back on|restart external|restore external|reactivate*|re activate*",
    ),
    (
        Verify,
        "verify|verified|validate|validated|check|checks|checked|ensure|make sure|confirm|test|tests|monitor|review",
    ),
    (
        Rotate,
        "rotate|rotated|rotation|renew|renewed|regenerate|regenerated|roll keys",
    ),
    (Tag, "tag|tagged|tagging|label the release|mark the release"),
    (
        Notify,
        "notify|notified|notification to|communicate|communicated|inform|informed|announce|announced|tell|told|release mail|send mail|send a mail|send an email|release notes|slack|ms teams|post the release|post a message|let everyone know|let people know",
    ),
    (
        Rollback,
        "roll back|rollback|rolled back|rolling back|revert|back out",
    ),
    (
        Health,
        "health|healthy|healthz|smoke test|smoke tests|smoke testing|sanity check|sanity checks|health check|health checks|healthcheck|healthchecks",
    ),
    (Git, "git|github|gitlab|repository|artifact repository"),
    (
        Secret,
        "secret|secrets|credential|credentials|password|passwords|certificate|certificates|keys|key|api keys|tokens",
    ),
    (FunctionKey, "function key|function keys|host key|host keys"),
    (KeyVault, "key vault|keyvault|key vaults|akv"),
    (
        Registry,
        "artifact registry|container registry|gcr|gar|acr|image pull|pull images|pulling images|pull the images",
    ),
    (Slot, "slot|slots|deployment slot|deployment slots"),
    (
        Sidecar,
        "sidecar|sidecars|side car|side cars|sidecar containers|sidecar container",
    ),
    (
        Mesh,
        "istio|linkerd|envoy|dapr|cloud sql proxy|cloudsql proxy|fluent bit|fluentbit|vault agent|consul",
    ),
    (Logging, "logging|logger|log shipper|log agent"),
    (Insights, "application insights|app insights|appinsights"),
    (
        Concurrency,
        "concurrency|concurrent requests|requests per instance",
    ),
    (
        Iam,
        "iam|service to service|service account|service accounts|invoker|invokers",
    ),
    (Permission, "permission|permissions|rights|access rights"),
    (Helm, "helm|helm chart|helm charts|chart|charts"),
    (
        Readiness,
        "readiness|readiness probe|readiness probes|readinessprobe|liveness",
    ),
    (
        Rolling,
        "rolling update|rolling updates|rolling upgrade|rolling deployment|rolling deployments|zero downtime|without downtime|no downtime|avoid downtime",
    ),
    (
        Canary,
        "canary|gradually|gradual|step by step|in steps|traffic split|percent|percentage",
    ),
    (Traffic, "traffic"),
    (Qa, "qa|quality assurance|qa tests"),
    (
        Uat,
        "uat|user acceptance|acceptance test|acceptance tests|user acceptance test*",
    ),
    (
        Approval,
        "approval|approvals|approve|approves|approved|go no go|cab|change advisory board|change board|sign off by|signed off by|manager sign off|change request",
    ),
    (
        External,
        "external|third party|3rd party|upstream provider|partner",
    ),
    (
        Service,
        "service dependencies|dependency|dependencies|services|service|gateway|gateways|provider|providers|system|systems|interfaces|interface|apis|api",
    ),
    (StatusPage, "status page|status pages|reachable"),
    (Namespace, "namespace"),
    (Project, "project|project id|gcp project"),
    (Region, "region"),
    (Subscription, "subscription id|azure subscription"),
    (ResourceGroup, "resource group|resourcegroup"),
    (Cluster, "kube context|kubeconfig context|context|cluster"),
    (Environment, "environment|env|stage"),
    (Production, "production|prod|live environment|prd"),
    (
        Staging,
        "staging|stg|preprod|pre prod|pre production|preproduction",
    ),
    (
        Testing,
        "uat environment|uat|test environment|testing|qa environment|test",
    ),
    (Development, "development|dev"),
];

pub(super) const COLUMNS: Meanings<Column> = &[
    (
        Column::Step,
        "step|steps|order|seq|sequence|no|nr|num|number|pos|position|rank|phase|wave|stage|deployment order|order no|step no|deploy order|batch",
    ),
    (
        Column::Module,
        "module|modules|module name|service|services|service name|component|components|component name|application|applications|application name|app|apps|system|workload|workloads|deployable|unit|microservice|artifact name|function|name|what to deploy|item",
    ),
    (
        Column::Platform,
        "platform|platforms|environment|env|runs on|hosted on|where|target|target platform|type|hosting|runtime|deployed to|deploy to|deployed on|runtime platform|platform type|cloud|infrastructure|location|cluster",
    ),
    (
        Column::Description,
        "description|purpose|what|summary|function description|role",
    ),
    (
        Column::Notes,
        "note|notes|comment|comments|remark|remarks|details|info|additional info|special instructions|instructions|constraints|checks|hints|platform notes",
    ),
    (
        Column::Needs,
        "depends on|depends on step|dependency|dependencies|requires|required|needs|prerequisite|prerequisites|upstream|after|waits for|deps|predecessor|predecessors|blocked by",
    ),
    (
        Column::NeededBy,
        "used by|required by|needed by|consumers|consumed by|downstream|dependents|blocks",
    ),
    (
        Column::Version,
        "version|new version|target version|release version|release",
    ),
    (
        Column::Trigger,
        "trigger|triggers|triggered by|trigger type|started by|starts on",
    ),
    (Column::Image, "image|container image|docker image"),
    (
        Column::People,
        "owner|owners|team|squad|responsible|contact|phone|email|mail|duration|eta|time|status|date|approver|link|ticket|who|reviewer|done|estimated time",
    ),
];
