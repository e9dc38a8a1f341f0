//! What is done around a release: gates before it, pausing and giving back, what
//! follows.

use super::{At, Reading, Scope, Sentence};
use crate::{
    Kind, Platform, What,
    fact::{Condition, Practice},
    words::Sense,
};

/// What can be paused.
const PAUSABLE: [Sense; 7] = [
    Sense::Trigger,
    Sense::EventGrid,
    Sense::PubSub,
    Sense::Schedule,
    Sense::CronJob,
    Sense::Starts,
    Sense::External,
];
/// What can be rotated.
const ROTATABLE: [Sense; 3] = [Sense::Secret, Sense::FunctionKey, Sense::KeyVault];

impl Reading {
    /// Reads the practices of a sentence; whether there were any.
    pub(super) fn practices(&mut self, scope: &Scope, sentence: &Sentence<'_>, at: At<'_>) -> bool {
        let mut said = Vec::new();
        let has = |sense| sentence.has(sense);
        let practice = |it| What::Practice(it);
        if has(Sense::Readiness) {
            said.push(practice(Practice::Readiness));
        }
        if has(Sense::Rolling) {
            said.push(practice(Practice::RollingUpdate));
        }
        // What stands beside a module is of that module; the rest is of the release.
        if !matches!(scope, Scope::Module(_)) {
            self.around(scope, sentence, &mut said);
        }
        let kind = match scope {
            Scope::Release { prose: true } => Kind::Guessed,
            _ => Kind::Understood,
        };
        let because = if kind == Kind::Guessed {
            "a sentence says so, not a list"
        } else {
            ""
        };
        let any = !said.is_empty();
        for what in said {
            self.fact(kind, at, what, because);
        }
        if has(Sense::Parallel) {
            self.parallel = true;
        }
        any || sentence.any(&[Sense::InOrder, Sense::Parallel])
    }

    fn around(&self, scope: &Scope, sentence: &Sentence<'_>, said: &mut Vec<What>) {
        let has = |sense| sentence.has(sense);
        let practice = |it| What::Practice(it);
        let pausable = sentence.any(&PAUSABLE);
        if has(Sense::Pause) && pausable {
            said.push(practice(Practice::Pause));
        }
        if has(Sense::Resume) && (pausable || !has(Sense::Pause)) {
            said.push(practice(Practice::Resume));
        }
        if has(Sense::Rollback) {
            said.push(practice(Practice::Rollback));
        }
        if has(Sense::Health) {
            said.push(practice(Practice::Health));
        }
        if has(Sense::Rotate) && sentence.any(&ROTATABLE) {
            said.extend(self.rotated(scope, sentence));
        }
        if has(Sense::Tag) {
            said.push(What::Tag);
        }
        if has(Sense::Notify) {
            said.push(What::Notify);
        }
        said.extend(gates(sentence).into_iter().map(What::Gate));
    }

    /// Keys of function apps where they are meant, else secrets of a vault.
    fn rotated(&self, scope: &Scope, sentence: &Sentence<'_>) -> Vec<What> {
        let apps = |it: &usize| {
            self.platform(*it) == Platform::AzureFunctions && self.modules[*it].targets.len() == 1
        };
        let app_section = match scope {
            Scope::Targets(targets) => targets
                .iter()
                .all(|it| self.targets[*it].platform == Platform::AzureFunctions),
            _ => false,
        };
        if sentence.has(Sense::FunctionKey) || app_section && !sentence.has(Sense::KeyVault) {
            let modules = (0..self.modules.len()).filter(apps);
            return modules
                .map(|it| What::Rotate(Some(self.modules[it].id.clone())))
                .collect();
        }
        vec![What::Rotate(None)]
    }
}

fn gates(sentence: &Sentence<'_>) -> Vec<Condition> {
    let has = |sense| sentence.has(sense);
    let mut gates = Vec::new();
    if has(Sense::Qa) {
        gates.push(Condition::Qa);
    }
    if has(Sense::Uat) {
        gates.push(Condition::Uat);
    }
    if has(Sense::Approval) {
        gates.push(Condition::Approval);
    }
    let started = sentence.any(&[Sense::Trigger, Sense::Pause, Sense::Resume]);
    if !started
        && (has(Sense::External)
            && sentence.any(&[Sense::Service, Sense::StatusPage, Sense::Needs])
            || has(Sense::StatusPage))
    {
        gates.push(Condition::External);
    }
    gates
}
