//! From texts to what they say, what there is to ask, and a draft.

use crate::{
    Text, combine,
    finding::{Candidate, Findings},
    needs::{self, Need},
    source, targets,
};
use std::collections::BTreeMap;

/// What was found.
#[derive(Debug, Clone)]
pub struct Survey {
    pub(crate) found: Findings,
    pub(crate) modules: Vec<Candidate>,
    pub(crate) needs: Vec<Need>,
    pub(crate) sources: Vec<String>,
}

/// Where what was found leaves a choice that a person may make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// What the environment is called; the guess comes with it.
    Environment(String),
    /// Where a module runs.
    Where {
        /// The module.
        module: String,
        /// The numbers of the sites that can run it and what they are, the guess first.
        sites: Vec<(usize, String)>,
    },
}

/// What a person answered; the safe answer is taken where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// What the environment is called.
    pub environment: Option<String>,
    /// The numbers of sites, by module.
    pub on: BTreeMap<String, usize>,
}

/// Reads texts. It never fails and never panics: what can not be read is a problem.
pub fn survey(texts: &[Text]) -> Survey {
    let mut found = source::read(texts);
    let modules = combine::combine(&mut found);
    let needs = needs::needs(&modules, &mut found);
    let mut sources: Vec<String> = Vec::new();
    for file in found.files(&modules) {
        if !sources.contains(&file) {
            sources.push(file);
        }
    }
    Survey {
        found,
        modules,
        needs,
        sources,
    }
}

impl Survey {
    /// Whether there is nothing of which a manifest could be made.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty() && self.found.sites.is_empty()
    }

    /// What there is to ask.
    pub fn questions(&self) -> Vec<Question> {
        let mut all = vec![Question::Environment(self.environment().0)];
        for module in self.modules.iter().filter(|it| it.context.is_none()) {
            let able = targets::able(module, &self.found.sites);
            if able.len() > 1 {
                let sites = able.into_iter().map(|at| {
                    let site = &self.found.sites[at];
                    (at, format!("{} ({})", site.name, site.family))
                });
                all.push(Question::Where {
                    module: module.id.clone(),
                    sites: sites.collect(),
                });
            }
        }
        all
    }

    /// The environment's name, and why it is that.
    pub(crate) fn environment(&self) -> (String, String) {
        const WORDS: [(&str, &str); 8] = [
            ("prod", "production"),
            ("stag", "staging"),
            ("uat", "uat"),
            ("qa", "qa"),
            ("test", "test"),
            ("dev", "development"),
            ("prd", "production"),
            ("stg", "staging"),
        ];
        let sites = targets::choices(&self.found.sites);
        let mut sites = sites.into_iter().map(|at| &self.found.sites[at]);
        let named = sites.find_map(|site| {
            let mut words = site.name.split(|c: char| !c.is_ascii_alphanumeric());
            let of = |word: &str| WORDS.iter().find(|(start, _)| word.starts_with(start));
            Some((site, words.find_map(of)?.1))
        });
        match named {
            Some((site, name)) => (name.to_owned(), format!("`{}` is named so", site.name)),
            None => ("production".to_owned(), "no name says which".to_owned()),
        }
    }
}
