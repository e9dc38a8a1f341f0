//! What can be said in a runbook.

/// One thing that words say. What they say it of, and whether it becomes a line of the
/// manifest, is for the readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Sense {
    // Of modules among each other.
    Needs,
    NeededBy,
    Before,
    All,
    Last,
    First,
    Not,
    Nothing,
    InOrder,
    Parallel,
    // Platforms.
    Aks,
    Gke,
    Kubernetes,
    AzureFunctions,
    CloudRun,
    CloudFunctions,
    Together,
    /// A platform that people have and Segue does not reach.
    Foreign,
    // What starts work.
    EventGrid,
    PubSub,
    Schedule,
    CronJob,
    Trigger,
    Starts,
    Publishes,
    // What is done.
    Deploy,
    Pause,
    Resume,
    Verify,
    Rotate,
    Tag,
    Notify,
    Rollback,
    // What it is done to, and how.
    Health,
    Git,
    Secret,
    FunctionKey,
    KeyVault,
    Registry,
    Slot,
    Sidecar,
    Mesh,
    Logging,
    Insights,
    Concurrency,
    Iam,
    Permission,
    Helm,
    Readiness,
    Rolling,
    Canary,
    Traffic,
    // What must hold before.
    Qa,
    Uat,
    Approval,
    External,
    Service,
    StatusPage,
    // Where things are.
    Namespace,
    Project,
    Region,
    Subscription,
    ResourceGroup,
    Cluster,
    // Environments.
    Environment,
    Production,
    Staging,
    Testing,
    Development,
}

/// What a column of a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Column {
    Step,
    Module,
    Platform,
    Description,
    Notes,
    Needs,
    NeededBy,
    Version,
    Trigger,
    Image,
    /// For people only: who, how long, since when.
    People,
}
