//! What was found becomes facts with their places, and these a manifest.

use crate::{
    Answers, Problem, Survey,
    finding::{Candidate, Origin, Said},
    targets::{self, Placement, Target},
};
use segue_runbook::{Fact, Kind, Outline, Placed, Setting, Site, Starter, What};

/// A fact and the file in which it stands; the fact has the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file; empty where no file says it.
    pub file: String,
    /// What it says.
    pub fact: Fact,
}

/// What became of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// The text of `segue.yaml`; `segue_manifest::parse` accepts it, whatever was found.
    pub manifest: String,
    /// What was found, understood, guessed and left over.
    pub findings: Vec<Finding>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Files that the manifest names and that lie nowhere yet; they are to be written
    /// where none are.
    pub files: Vec<Starter>,
}

impl Surveyed {
    /// The findings of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |it| it.fact.kind == kind)
    }
}

impl Survey {
    /// The manifest, with what a person answered.
    pub fn draft(&self, answers: &Answers) -> Surveyed {
        let placement = targets::place(&self.modules, &self.found, &answers.on);
        let mut findings = Vec::new();
        self.environment_fact(answers, &mut findings);
        for target in &placement.targets {
            places(target, &mut findings);
        }
        for (at, module) in self.modules.iter().enumerate() {
            self.module(at, module, &placement, &mut findings);
        }
        let used = |site: &&crate::finding::Site| {
            let key = (site.platform, &site.name);
            let mut targets = placement.targets.iter().map(|it| &it.site);
            targets.any(|it| (it.platform, &it.name) == key)
        };
        for site in self.found.sites.iter().filter(|it| !used(it)) {
            let because = format!("no module was put there; as a target: {}", site.line());
            findings.push(left(&site.at, because));
        }
        for (at, because) in &self.found.left {
            findings.push(left(at, because.clone()));
        }
        let (manifest, files) = self.outline(&placement, &findings).draft();
        Surveyed {
            manifest,
            findings,
            problems: self.found.problems.clone(),
            files,
        }
    }

    fn outline(&self, placement: &Placement, findings: &[Finding]) -> Outline {
        let sites = placement.targets.iter().map(|it| Site {
            id: it.id.clone(),
            platform: it.site.platform,
            from: words(&it.site.at),
        });
        let modules = self.modules.iter().zip(&placement.on);
        let modules = modules.map(|(module, (on, _))| Placed {
            id: module.id.clone(),
            on: *on,
        });
        let facts = findings.iter().map(|it| Fact {
            line: 0,
            quote: words(&Origin::new(&it.file, it.fact.line, it.fact.quote.clone())),
            ..it.fact.clone()
        });
        Outline {
            head: self.head(),
            sites: sites.collect(),
            modules: modules.collect(),
            facts: facts.collect(),
        }
    }

    fn head(&self) -> Vec<String> {
        let mut head = vec!["Made by `segue init` from what was found:".to_owned()];
        head.extend(self.sources.iter().take(20).map(|it| format!("  {it}")));
        if let Some(more) = self.sources.len().checked_sub(20).filter(|more| *more > 0) {
            head.push(format!("  and {more} more"));
        }
        head.extend([
            "Each line says where it was found, `# guessed:` is a choice that was made,".to_owned(),
            "`# TODO(owner):` what only its owner can know.".to_owned(),
        ]);
        head
    }

    fn environment_fact(&self, answers: &Answers, findings: &mut Vec<Finding>) {
        let at = Origin::new("", 0, String::new());
        let answer = answers.environment.as_deref().map(segue_runbook::slug);
        let said = match answer.filter(|it| !it.is_empty()) {
            Some(name) => Said::sure(name, at),
            None => {
                let (name, because) = self.environment();
                Said::guessed(name, at, because)
            }
        };
        let what = What::Environment(said.value.clone());
        findings.push(fact(&said, what));
    }

    fn module(
        &self,
        at: usize,
        module: &Candidate,
        placement: &Placement,
        findings: &mut Vec<Finding>,
    ) {
        let id = &module.id;
        let exists = Said {
            value: (),
            at: module.at.clone(),
            guess: module.guess.clone(),
        };
        findings.push(fact(&exists, What::Module(id.clone())));
        if let Some((target, why)) = placement.on.get(at) {
            let target = placement.targets[*target].id.clone();
            let module = id.clone();
            findings.push(fact(why, What::On { module, target }));
        }
        let mut setting = |said: &Option<Said<String>>, of: fn(String) -> Setting| {
            if let Some(said) = said {
                let setting = of(said.value.clone());
                let module = id.clone();
                findings.push(fact(said, What::Setting { module, setting }));
            }
        };
        setting(&module.version, Setting::Version);
        setting(&module.chart, Setting::Chart);
        if module.chart.is_none() {
            setting(&module.manifests, Setting::Manifests);
        }
        setting(&module.image, Setting::Image);
        setting(&module.tag, Setting::Tag);
        if let Some(at) = module.far_chart.as_ref().filter(|_| module.chart.is_none()) {
            let said = Said::guessed(
                (),
                at.clone(),
                "the chart lies elsewhere: `helm pull --untar` it",
            );
            let what = What::Setting {
                module: id.clone(),
                setting: Setting::Helm,
            };
            findings.push(fact(&said, what));
        }
        for need in self.needs.iter().filter(|it| it.module == at) {
            let what = What::Needs {
                module: id.clone(),
                provider: self.modules[need.provider].id.clone(),
                range: None,
            };
            findings.push(fact(&need.why, what));
        }
    }
}

fn places(target: &Target, findings: &mut Vec<Finding>) {
    for (key, said) in &target.site.places {
        let what = What::Place {
            target: target.id.clone(),
            key,
            value: said.value.clone(),
        };
        findings.push(fact(said, what));
    }
}

fn fact<T>(said: &Said<T>, what: What) -> Finding {
    Finding {
        file: said.at.file.clone(),
        fact: Fact {
            line: said.at.line,
            quote: said.at.quote.clone(),
            kind: said
                .guess
                .as_ref()
                .map_or(Kind::Understood, |_| Kind::Guessed),
            what,
            because: said.guess.clone().unwrap_or_default(),
        },
    }
}

fn left(at: &Origin, because: String) -> Finding {
    Finding {
        file: at.file.clone(),
        fact: Fact {
            line: at.line,
            quote: at.quote.clone(),
            kind: Kind::LeftOver,
            what: What::Words,
            because,
        },
    }
}

/// `compose.yaml:12: image: …`.
fn words(at: &Origin) -> String {
    match (at.file.as_str(), at.line) {
        ("", _) => at.quote.clone(),
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}: {}", at.quote),
    }
}
