//! What a page says, one fact at a time, and how sure that is.

use std::fmt;

/// How sure a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The page says so.
    Understood,
    /// The page leaves a choice: the safe one was taken, and the manifest marks it.
    Guessed,
    /// The page says something of which no line of the manifest was made.
    LeftOver,
}

/// One thing that a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The line of the page, counted from 1; 0 where the quote names its own place.
    pub line: usize,
    /// The page's own words, cut after 120 characters.
    pub quote: String,
    /// How sure it is.
    pub kind: Kind,
    /// What is said.
    pub what: What,
    /// Why it is a guess, or why it was left over; empty for what was understood.
    pub because: String,
}

/// A platform that a manifest can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Platform {
    /// A namespace of a Kubernetes cluster.
    Kubernetes,
    /// Azure Functions.
    AzureFunctions,
    /// Cloud Run.
    CloudRun,
    /// Cloud Functions.
    CloudFunctions,
    /// One that the page does not name, or that Segue does not know; the manifest has
    /// a marked gap in its place.
    Unknown,
}

/// What starts a module's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StartedBy {
    /// An Event Grid subscription.
    EventGrid,
    /// A Pub/Sub push subscription.
    Pubsub,
    /// A Cloud Scheduler job.
    CloudScheduler,
    /// A CronJob.
    CronJob,
}

/// A condition that must hold before anything changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// The tests of the makers passed.
    Qa,
    /// The tests of the users passed.
    Uat,
    /// Somebody approved.
    Approval,
    /// Services of others answer.
    External,
}

/// What every release does, without a line in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Practice {
    /// Triggers are paused before anything changes.
    Pause,
    /// Triggers come back as they were.
    Resume,
    /// The health of every module is asked for.
    Health,
    /// Traffic waits until new replicas are ready.
    Readiness,
    /// The old version serves until the new one does.
    RollingUpdate,
    /// What was done is undone in reverse order.
    Rollback,
}

/// A line of a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    /// It is a Helm chart.
    Helm,
    /// Its chart's directory, below the manifest's.
    Chart(String),
    /// Where its Kubernetes manifests lie, below the manifest's directory.
    Manifests(String),
    /// Its container image, without tag.
    Image(String),
    /// The tag of its image, where that is not its version.
    Tag(String),
    /// Its version.
    Version(String),
    /// The slot that takes the new version.
    Slot(String),
    /// A container that a mesh injects.
    Sidecar(String),
    /// How many requests one instance takes; none when only that there is a limit.
    Concurrency(Option<u32>),
    /// It runs as an account of its own.
    ServiceAccount,
    /// Only some may call it.
    Invokers,
    /// The steps in which traffic moves, in per cent.
    Shift(Vec<u8>),
    /// The path that answers whether it is healthy.
    Health(String),
    /// A Key Vault must be readable: the vault and the secret, where the page names them.
    KeyVault(Option<String>, Option<String>),
    /// Its image must be in a registry and may be pulled.
    ArtifactRegistry,
    /// Application Insights is looked at afterwards.
    ApplicationInsights,
    /// The subscription that pushes to it is looked at afterwards.
    PubsubPush,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum What {
    /// The name of the environment.
    Environment(String),
    /// There is a module of that name.
    Module(String),
    /// A module runs on a target.
    On {
        /// The module.
        module: String,
        /// The target's name.
        target: String,
    },
    /// A module needs another.
    Needs {
        /// The module.
        module: String,
        /// What it needs.
        provider: String,
        /// The versions that will do, as the manifest writes them.
        range: Option<String>,
    },
    /// A module comes after all others.
    Last(String),
    /// Modules go one at a time, as they are written.
    Strict,
    /// Something starts a module's work.
    Trigger {
        /// The module.
        module: String,
        /// What starts it.
        starter: StartedBy,
    },
    /// A line of a module.
    Setting {
        /// The module.
        module: String,
        /// The line.
        setting: Setting,
    },
    /// Where a target is.
    Place {
        /// The target.
        target: String,
        /// The manifest's key: `namespace`, `context`, `project`, `region`,
        /// `subscription`, `resource-group`.
        key: &'static str,
        /// Its value.
        value: String,
    },
    /// Something must hold before anything changes.
    Gate(Condition),
    /// Secrets of a Key Vault are replaced, or the key of a module's function app.
    Rotate(Option<String>),
    /// The release is tagged.
    Tag,
    /// People are told.
    Notify,
    /// What every release does anyway.
    Practice(Practice),
    /// Words of which nothing was made.
    Words,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Module(name) => write!(f, "module {name}"),
            Self::On { module, target } => write!(f, "{module} on {target}"),
            Self::Needs {
                module,
                provider,
                range: None,
            } => write!(f, "{module} needs {provider}"),
            Self::Needs {
                module,
                provider,
                range: Some(range),
            } => {
                write!(f, "{module} needs {provider} {range}")
            }
            Self::Last(module) => write!(f, "{module} last"),
            Self::Strict => f.write_str("order strict"),
            Self::Trigger { module, starter } => write!(f, "{module} trigger {}", starter.key()),
            Self::Setting { module, setting } => write!(f, "{module} {setting}"),
            Self::Place { target, key, value } => write!(f, "target {target} {key} {value}"),
            Self::Gate(condition) => write!(f, "gate {}", condition.word()),
            Self::Rotate(None) => f.write_str("rotate key-vault"),
            Self::Rotate(Some(module)) => write!(f, "rotate function-key {module}"),
            Self::Tag => f.write_str("tag"),
            Self::Notify => f.write_str("notify"),
            Self::Practice(practice) => write!(f, "practice {}", practice.word()),
            Self::Words => f.write_str("words"),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Helm => f.write_str("helm"),
            Self::Chart(path) => write!(f, "chart {path}"),
            Self::Manifests(path) => write!(f, "manifests {path}"),
            Self::Image(image) => write!(f, "image {image}"),
            Self::Tag(tag) => write!(f, "tag {tag}"),
            Self::Version(version) => write!(f, "version {version}"),
            Self::Slot(slot) => write!(f, "slot {slot}"),
            Self::Sidecar(name) => write!(f, "sidecar {name}"),
            Self::Concurrency(None) => f.write_str("concurrency"),
            Self::Concurrency(Some(number)) => write!(f, "concurrency {number}"),
            Self::ServiceAccount => f.write_str("service-account"),
            Self::Invokers => f.write_str("invokers"),
            Self::Shift(steps) => {
                f.write_str("shift")?;
                steps.iter().try_for_each(|step| write!(f, " {step}%"))
            }
            Self::Health(path) => write!(f, "health {path}"),
            Self::KeyVault(..) => f.write_str("check key-vault"),
            Self::ArtifactRegistry => f.write_str("check artifact-registry"),
            Self::ApplicationInsights => f.write_str("verify application-insights"),
            Self::PubsubPush => f.write_str("verify pubsub-push"),
        }
    }
}

impl StartedBy {
    /// The manifest's key.
    pub fn key(self) -> &'static str {
        match self {
            Self::EventGrid => "event-grid",
            Self::Pubsub => "pubsub",
            Self::CloudScheduler => "cloud-scheduler",
            Self::CronJob => "cron-job",
        }
    }
}

impl Condition {
    /// The name of its gate.
    pub fn word(self) -> &'static str {
        match self {
            Self::Qa => "qa",
            Self::Uat => "uat",
            Self::Approval => "approval",
            Self::External => "external",
        }
    }
}

impl Practice {
    /// What it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Health => "health",
            Self::Readiness => "readiness",
            Self::RollingUpdate => "rolling-update",
            Self::Rollback => "rollback",
        }
    }
}
