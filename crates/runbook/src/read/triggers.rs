//! What starts a module's work by itself.

use super::{At, Reading, Scope, Sentence};
use crate::{Platform, Problem, What, fact::StartedBy, words::Sense};

impl Reading {
    /// Reads the triggers of a sentence; whether there were any.
    pub(super) fn triggers(&mut self, scope: &Scope, sentence: &Sentence<'_>, at: At<'_>) -> bool {
        if sentence.has(Sense::Permission) {
            return false;
        }
        let modules: Vec<usize> = match scope {
            Scope::Module(module) => vec![*module],
            _ => sentence.names.iter().map(|it| it.module).collect(),
        };
        let mut said = false;
        for module in modules {
            said |= self.trigger(module, sentence, false, at);
        }
        said
    }

    /// A cell that names what starts the module.
    pub(super) fn trigger_cell(&mut self, module: usize, text: &str, at: At<'_>) {
        let sentence = Sentence::new(text, &self.names);
        let said = sentence.words.is_empty()
            || sentence.is_nothing()
            || self.trigger(module, &sentence, true, at);
        if !said {
            self.left_over(at, "no trigger that a manifest knows");
        }
    }

    fn trigger(&mut self, module: usize, sentence: &Sentence<'_>, sure: bool, at: At<'_>) -> bool {
        let senses = [
            Sense::EventGrid,
            Sense::PubSub,
            Sense::CronJob,
            Sense::Schedule,
        ];
        let Some(sense) = senses.into_iter().find(|sense| sentence.has(*sense)) else {
            return false;
        };
        if sentence.has(Sense::Publishes) && !sentence.has(Sense::Starts) {
            self.left_over(at, "it sends events, and nothing of that is paused");
            return true;
        }
        let Some(starter) = self.starter(module, sense) else {
            return self.no_such_trigger(module, at);
        };
        let sure = sure
            || sentence.any(&[Sense::Starts, Sense::Trigger])
            || matches!(sense, Sense::CronJob | Sense::Schedule);
        let what = What::Trigger {
            module: self.modules[module].id.clone(),
            starter,
        };
        if sure {
            self.understood(at, what);
        } else {
            self.guessed(
                at,
                what,
                "it is named, and starts the module's work, perhaps",
            );
        }
        true
    }

    /// What a target of the page can hold.
    fn starter(&self, module: usize, sense: Sense) -> Option<StartedBy> {
        let has = |platforms: &[Platform]| {
            self.targets
                .iter()
                .any(|it| platforms.contains(&it.platform))
        };
        let google = [Platform::CloudRun, Platform::CloudFunctions];
        let own = self.platform(module);
        match sense {
            Sense::EventGrid => has(&[Platform::AzureFunctions]).then_some(StartedBy::EventGrid),
            Sense::PubSub => has(&google).then_some(StartedBy::Pubsub),
            _ if own == Platform::Kubernetes => Some(StartedBy::CronJob),
            _ => google.contains(&own).then_some(StartedBy::CloudScheduler),
        }
    }

    /// The platform of a module.
    pub(super) fn platform(&self, module: usize) -> Platform {
        let target = self.modules.get(module).and_then(|it| it.targets.first());
        target
            .and_then(|it| self.targets.get(*it))
            .map_or(Platform::Unknown, |it| it.platform)
    }

    fn no_such_trigger(&mut self, module: usize, at: At<'_>) -> bool {
        let id = &self.modules[module].id;
        let message = format!("no target of the page holds this trigger of `{id}`");
        self.problem(Problem::NOT_SAYABLE, message, &[at], "Event Grid is held by an Azure Functions target, Pub/Sub and Cloud Scheduler by one of Google Cloud, a CronJob by a cluster; pause it by hand until then");
        self.left_over(at, "no target of the page holds this trigger");
        true
    }
}
