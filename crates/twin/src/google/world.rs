//! What a project holds before anybody calls its APIs.

use std::collections::BTreeMap;

/// A project, its region, and the infrastructure that releases do not create.
#[derive(Debug, Clone)]
pub struct World {
    /// The project's id.
    pub project: String,
    /// The region of its services, functions and jobs.
    pub region: String,
    /// The access token that every API wants, and that counts as an invoker.
    pub token: String,
    /// The service account that each module runs as, wherever it runs. What is
    /// not listed has no identity of Google's.
    pub service_accounts: BTreeMap<String, String>,
    /// Cloud Run services whose URL is known before they exist.
    pub services: Vec<String>,
    /// Pub/Sub topics, by id.
    pub topics: Vec<String>,
    /// Pub/Sub subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Cloud Scheduler jobs.
    pub jobs: Vec<Job>,
    /// Artifact Registry repositories.
    pub repositories: Vec<Repository>,
}

/// A Pub/Sub subscription.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// The id of its topic.
    pub topic: String,
    /// Where messages are pushed; none: they are pulled.
    pub push: Option<PushEndpoint>,
}

/// Where a subscription pushes to, and as whom.
#[derive(Debug, Clone)]
pub struct PushEndpoint {
    /// The id of a Cloud Run service, or a whole URL.
    pub target: String,
    /// The service account whose token comes with each message.
    pub service_account: String,
}

/// A Cloud Scheduler job that calls a function or service.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// When it runs, as unix-cron.
    pub schedule: String,
    /// The id of a function or Cloud Run service, or a whole URL.
    pub target: String,
    /// The service account whose token comes with each call.
    pub service_account: String,
    /// Whether it is paused.
    pub paused: bool,
}

/// An Artifact Registry repository of container images.
#[derive(Debug, Clone)]
pub struct Repository {
    /// As images name it: `europe-docker.pkg.dev/PROJECT/REPOSITORY`.
    pub path: String,
    /// The members that hold `roles/artifactregistry.reader` on it.
    pub readers: Vec<String>,
}

impl World {
    /// An empty project.
    pub fn new(project: &str, region: &str, token: &str) -> Self {
        Self {
            project: project.to_owned(),
            region: region.to_owned(),
            token: token.to_owned(),
            service_accounts: BTreeMap::new(),
            services: Vec::new(),
            topics: Vec::new(),
            subscriptions: Vec::new(),
            jobs: Vec::new(),
            repositories: Vec::new(),
        }
    }

    /// `module` runs as `account` (`name@project.iam.gserviceaccount.com`).
    pub fn service_account(mut self, module: &str, account: &str) -> Self {
        self.service_accounts
            .insert(module.to_owned(), account.to_owned());
        self
    }

    /// The Cloud Run service `id` has its URL from the start.
    pub fn service(mut self, id: &str) -> Self {
        self.services.push(id.to_owned());
        self
    }

    /// A Pub/Sub topic.
    pub fn topic(mut self, id: &str) -> Self {
        self.topics.push(id.to_owned());
        self
    }

    /// A subscription to `topic` that pushes to `target` (the id of a Cloud Run
    /// service, or a URL) as `account`.
    pub fn push_subscription(mut self, id: &str, topic: &str, target: &str, account: &str) -> Self {
        self.subscriptions.push(Subscription {
            id: id.to_owned(),
            topic: topic.to_owned(),
            push: Some(PushEndpoint {
                target: target.to_owned(),
                service_account: account.to_owned(),
            }),
        });
        self
    }

    /// A job that calls `target` (the id of a function or Cloud Run service, or
    /// a URL) as `account`.
    pub fn job(mut self, id: &str, schedule: &str, target: &str, account: &str) -> Self {
        self.jobs.push(Job {
            id: id.to_owned(),
            schedule: schedule.to_owned(),
            target: target.to_owned(),
            service_account: account.to_owned(),
            paused: false,
        });
        self
    }

    /// The job `id` is paused from the start.
    pub fn paused(mut self, id: &str) -> Self {
        for job in self.jobs.iter_mut().filter(|job| job.id == id) {
            job.paused = true;
        }
        self
    }

    /// A repository of images, and who may read it.
    pub fn repository(mut self, path: &str, readers: &[&str]) -> Self {
        self.repositories.push(Repository {
            path: path.to_owned(),
            readers: readers.iter().map(|&reader| reader.to_owned()).collect(),
        });
        self
    }

    /// Every service or function that something of the project points to by id,
    /// each once.
    pub(super) fn reserved(&self) -> std::collections::BTreeSet<&str> {
        let pushed = self.subscriptions.iter().filter_map(|s| s.push.as_ref());
        self.services
            .iter()
            .map(String::as_str)
            .chain(pushed.map(|push| push.target.as_str()))
            .chain(self.jobs.iter().map(|job| job.target.as_str()))
            .filter(|target| !target.contains("://"))
            .collect()
    }
}
