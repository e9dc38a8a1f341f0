//! What the files of each tool say, in words that are the same for all.

use crate::{Kind, Problem, problem};
use segue_runbook::Platform;

/// The most modules that are taken.
const MOST_MODULES: usize = 300;
/// The most places where modules may run, and the most that is left over.
const MOST: usize = 200;
/// The most characters of a name or value; longer ones are none.
const LONGEST: usize = 200;

/// Where something stands. The words are put together from what was asked for, and are
/// never a line as it stands: a line may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub file: String,
    pub line: usize,
    pub quote: String,
}

/// A value, where it stands, and why it is a guess if it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    pub value: T,
    pub at: Origin,
    pub guess: Option<String>,
}

/// A module that a file speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Its name in the manifest.
    pub id: String,
    pub kind: Kind,
    /// Another of this name and kind is another module: releases of one name in two
    /// namespaces.
    pub apart: bool,
    pub at: Origin,
    /// Why it may be no module.
    pub guess: Option<String>,
    /// The chart's directory.
    pub chart: Option<Said<String>>,
    /// A chart that lies elsewhere.
    pub far_chart: Option<Origin>,
    pub manifests: Option<Said<String>>,
    /// Its image without tag.
    pub image: Option<Said<String>>,
    /// The image's tag, where it is not the version.
    pub tag: Option<Said<String>>,
    pub version: Option<Said<String>>,
    pub namespace: Option<Said<String>>,
    pub context: Option<Said<String>>,
    /// Names that it needs, as they are written.
    pub needs: Vec<(String, Origin)>,
    /// Its wave among those of one group.
    pub wave: Option<Wave>,
}

/// The place of a module among the waves of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wave {
    pub group: String,
    /// Nothing where none is written: 0 if others of the group have one.
    pub number: Option<i64>,
}

/// Where modules may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub platform: Platform,
    /// A short name: `aks`.
    pub family: &'static str,
    /// What tells it apart: a context, a project, a subscription.
    pub name: String,
    pub at: Origin,
    /// It is what the tool itself would take now.
    pub current: bool,
    /// It is on somebody's own machine.
    pub local: bool,
    /// The manifest's keys and their values.
    pub places: Vec<(&'static str, Said<String>)>,
}

/// All that was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Findings {
    pub candidates: Vec<Candidate>,
    pub sites: Vec<Site>,
    /// What is left over, and why.
    pub left: Vec<(Origin, String)>,
    pub problems: Vec<Problem>,
    /// Directories that an Application deploys, with `/` at the end.
    pub deployed: Vec<String>,
    too_much: bool,
}

impl Origin {
    pub fn new(file: &str, line: usize, quote: String) -> Self {
        Self {
            file: file.to_owned(),
            line,
            quote,
        }
    }
}

impl<T> Said<T> {
    pub fn sure(value: T, at: Origin) -> Self {
        Self {
            value,
            at,
            guess: None,
        }
    }

    pub fn guessed(value: T, at: Origin, because: impl Into<String>) -> Self {
        Self {
            value,
            at,
            guess: Some(because.into()),
        }
    }
}

impl Candidate {
    /// A module of this name; nothing where no name can be made of it.
    pub fn new(name: &str, kind: Kind, at: Origin) -> Option<Self> {
        let id = segue_runbook::slug(name);
        (!id.is_empty() && is_short(name)).then_some(Self {
            id,
            kind,
            apart: false,
            at,
            guess: None,
            chart: None,
            far_chart: None,
            manifests: None,
            image: None,
            tag: None,
            version: None,
            namespace: None,
            context: None,
            needs: Vec::new(),
            wave: None,
        })
    }

    /// Whether it is an object of a file, and no release, chart or service.
    pub fn is_workload(&self) -> bool {
        let waves = |it: &Wave| it.group != crate::source::APPLICATIONS;
        self.wave.as_ref().is_some_and(waves)
    }

    /// Whether nothing but a cluster can run it.
    pub fn needs_cluster(&self) -> bool {
        self.kind != Kind::Compose || self.chart.is_some() || self.manifests.is_some()
    }
}

impl Site {
    /// As a manifest has it.
    pub fn line(&self) -> String {
        let platform = match self.platform {
            Platform::AzureFunctions => "azure-functions",
            Platform::CloudRun => "cloud-run",
            Platform::CloudFunctions => "cloud-functions",
            Platform::Kubernetes | Platform::Unknown => "kubernetes",
        };
        let places = self.places.iter();
        let places: Vec<_> = places
            .map(|(key, said)| format!("{key}: {}", said.value))
            .collect();
        format!("{platform}: {{ {} }}", places.join(", "))
    }
}

impl Findings {
    /// Every file of which something was made.
    pub fn files(&self, modules: &[Candidate]) -> Vec<String> {
        let of = |module: &Candidate| {
            let values = [&module.version, &module.chart, &module.manifests];
            let values = values.into_iter().flatten().map(|it| it.at.file.clone());
            [module.at.file.clone()]
                .into_iter()
                .chain(values)
                .collect::<Vec<_>>()
        };
        let sites = self.sites.iter().map(|it| it.at.file.clone());
        modules.iter().flat_map(of).chain(sites).collect()
    }

    pub fn candidate(&mut self, candidate: Candidate) {
        if self.candidates.len() >= MOST_MODULES {
            self.overflow(&candidate.at);
        } else {
            self.candidates.push(candidate);
        }
    }

    pub fn site(&mut self, site: Site) {
        if self.sites.len() >= MOST {
            self.overflow(&site.at);
        } else {
            self.sites.push(site);
        }
    }

    pub fn leave(&mut self, at: Origin, because: impl Into<String>) {
        if self.left.len() < MOST {
            self.left.push((at, because.into()));
        }
    }

    pub fn problem(&mut self, problem: Problem) {
        if self.problems.len() < problem::MOST {
            self.problems.push(problem);
        }
    }

    /// There is more than is read; said once.
    pub fn overflow(&mut self, at: &Origin) {
        if !std::mem::replace(&mut self.too_much, true) {
            let message = "there is more here than is read; what follows was not".to_owned();
            let help = "name the files that matter with `--from KIND:PATH`";
            self.problem(Problem::new("SEG1108", message, &[at], help));
        }
    }
}

/// Whether a text can be a name or a value.
pub(crate) fn is_short(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control)
}
