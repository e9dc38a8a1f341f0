//! `triggers:`.

use super::{
    Draft, GAP,
    yaml::{Yaml, scalar},
};
use crate::{Platform, What, fact::StartedBy};

impl Draft<'_> {
    pub(super) fn triggers(&self, yaml: &mut Yaml) {
        let mut first = true;
        for module in &self.reading.modules {
            for fact in self.module(&module.id) {
                let What::Trigger { starter, .. } = fact.what else {
                    continue;
                };
                let Some(on) = self.holder(&module.targets, starter) else {
                    continue;
                };
                if std::mem::take(&mut first) {
                    yaml.blank();
                    yaml.line(0, "triggers:", "");
                }
                let (suffix, _) = names(starter);
                yaml.said(
                    1,
                    &format!("{}:", scalar(&format!("{}-{suffix}", module.id))),
                    fact,
                );
                yaml.line(2, &format!("on: {}", scalar(on)), "");
                yaml.line(2, &format!("starts: {}", scalar(&module.id)), "");
                kind(starter, &module.id, yaml);
            }
        }
    }

    /// The target that holds a trigger: the module's own, or the first that can.
    fn holder(&self, own: &[usize], starter: StartedBy) -> Option<&str> {
        let holds = |platform: Platform| match starter {
            StartedBy::EventGrid => platform == Platform::AzureFunctions,
            StartedBy::Pubsub | StartedBy::CloudScheduler => {
                matches!(platform, Platform::CloudRun | Platform::CloudFunctions)
            }
            StartedBy::CronJob => platform == Platform::Kubernetes,
        };
        let used = |at: &usize| {
            self.reading
                .modules
                .iter()
                .any(|module| module.targets.contains(at))
        };
        let all = (0..self.reading.targets.len()).filter(used);
        let mut candidates = own
            .iter()
            .copied()
            .chain(all)
            .filter_map(|at| self.reading.targets.get(at));
        candidates
            .find(|target| holds(target.platform))
            .map(|target| target.id.as_str())
    }
}

fn names(starter: StartedBy) -> (&'static str, &'static str) {
    match starter {
        StartedBy::EventGrid => ("events", "event-grid"),
        StartedBy::Pubsub => ("push", "pubsub"),
        StartedBy::CloudScheduler => ("schedule", "cloud-scheduler"),
        StartedBy::CronJob => ("cron", "cron-job"),
    }
}

fn kind(starter: StartedBy, module: &str, yaml: &mut Yaml) {
    let (_, key) = names(starter);
    yaml.line(2, &format!("{key}:"), "");
    match starter {
        StartedBy::EventGrid => {
            yaml.gap(3, &format!("topic: {GAP}"), "the topic");
            yaml.gap(3, &format!("subscription: {GAP}"), "the event subscription");
            yaml.line(
                3,
                "hold:",
                "Event Grid can not pause: events wait in this queue",
            );
            yaml.gap(4, &format!("storage-account: {GAP}"), "the storage account");
            yaml.line(
                4,
                &format!("queue: {}", scalar(&format!("held-{module}"))),
                "",
            );
        }
        StartedBy::Pubsub => yaml.gap(3, &format!("subscription: {GAP}"), "the push subscription"),
        StartedBy::CloudScheduler => {
            yaml.gap(3, &format!("job: {GAP}"), "the job of Cloud Scheduler")
        }
        StartedBy::CronJob => yaml.gap(
            3,
            &format!("name: {}", scalar(module)),
            "the CronJob's name",
        ),
    }
}
