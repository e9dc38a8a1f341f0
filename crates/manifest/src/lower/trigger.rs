//! Triggers.

use super::{Lowering, SHORT, module_id};
use crate::{
    Code, Diagnostic, Spanned,
    document::TriggerText,
    manifest::{Place, Target, Trigger, TriggerKind},
};
use segue_model::{TargetId, TriggerId};

const KINDS: &str = "`event-grid`, `pubsub`, `cloud-scheduler` or `cron-job`";

impl Lowering<'_> {
    pub(super) fn triggers(
        &mut self,
        entries: Vec<(Spanned<String>, TriggerText)>,
        targets: &[Target],
    ) -> Vec<Trigger> {
        entries
            .into_iter()
            .filter_map(|(id, text)| self.trigger(id, text, targets))
            .collect()
    }

    fn trigger(
        &mut self,
        id: Spanned<String>,
        text: TriggerText,
        targets: &[Target],
    ) -> Option<Trigger> {
        self.dns_label("a trigger", &id);
        for module in &text.starts.0 {
            self.known_module(module, module.span);
        }
        let target = self.known_target(&text.on, targets);
        let kind = self.kind(&id, &text)?;
        if let Some(target) = target {
            self.held_by(&kind, &text.on, &target.place);
        }
        Some(Trigger {
            id: Spanned::new(TriggerId::new(id.value), id.span),
            on: Spanned::new(TargetId::new(text.on.value), text.on.span),
            starts: text.starts.0.into_iter().map(module_id).collect(),
            kind: kind.value,
            deadline: self.duration_or(text.deadline, SHORT),
        })
    }

    /// The one kind that is written.
    fn kind(&mut self, id: &Spanned<String>, text: &TriggerText) -> Option<Spanned<TriggerKind>> {
        let mut written = [
            kind(&text.event_grid, TriggerKind::EventGrid),
            kind(&text.pubsub, TriggerKind::Pubsub),
            kind(&text.cloud_scheduler, TriggerKind::CloudScheduler),
            kind(&text.cron_job, TriggerKind::CronJob),
        ]
        .into_iter()
        .flatten();
        match (written.next(), written.next()) {
            (Some(first), Some(second)) => {
                let message = format!("`{}` can not be two kinds of trigger at once", id.value);
                self.report(
                    Diagnostic::error(Code::Trigger, second.span, message)
                        .and(first.span, "first here")
                        .help(format!("write one of {KINDS}")),
                );
                Some(first)
            }
            (None, _) => {
                let message = format!("`{}` does not say what kind of trigger it is", id.value);
                self.report(
                    Diagnostic::error(Code::Trigger, id.span, message)
                        .help(format!("write one of {KINDS}")),
                );
                None
            }
            (first, None) => first,
        }
    }

    fn held_by(&mut self, kind: &Spanned<TriggerKind>, on: &Spanned<String>, place: &Place) {
        let (name, fits, where_to) = match kind.value {
            TriggerKind::EventGrid(_) => (
                "an Event Grid subscription",
                matches!(place, Place::AzureFunctions { .. }),
                "an azure-functions target",
            ),
            TriggerKind::Pubsub(_) => ("a Pub/Sub subscription", is_google(place), GOOGLE),
            TriggerKind::CloudScheduler(_) => ("a Cloud Scheduler job", is_google(place), GOOGLE),
            TriggerKind::CronJob(_) => (
                "a CronJob",
                matches!(place, Place::Kubernetes { .. }),
                "a kubernetes target",
            ),
        };
        if !fits {
            let message = format!("{name} is not held by a {} target", place.platform());
            self.report(
                Diagnostic::error(Code::Trigger, on.span, message)
                    .label(format!("this is {}", place.platform()))
                    .and(kind.span, name)
                    .help(format!("it belongs on {where_to}")),
            );
        }
    }
}

const GOOGLE: &str = "a cloud-run or cloud-functions target";

fn is_google(place: &Place) -> bool {
    matches!(place, Place::CloudRun { .. } | Place::CloudFunctions { .. })
}

fn kind<T: Clone>(
    written: &Option<Spanned<T>>,
    make: impl FnOnce(T) -> TriggerKind,
) -> Option<Spanned<TriggerKind>> {
    let written = written.as_ref()?;
    Some(Spanned::new(make(written.value.clone()), written.span))
}
