//! One module.

use super::{Defaults, Lowering, module_id};
use crate::{
    Code, Diagnostic, Percent, Span, Spanned,
    document::{ModuleText, Needs, Position},
    manifest::{Check, Module, Need, Place, Target, Verify},
};
use segue_model::{Range, TargetId, Version};
use std::collections::HashMap;

impl Lowering<'_> {
    pub(super) fn modules(
        &mut self,
        entries: Vec<(Spanned<String>, ModuleText)>,
        targets: &[Target],
        defaults: &Defaults,
    ) -> Vec<Module> {
        entries
            .into_iter()
            .filter_map(|(id, text)| self.module(id, text, targets, defaults))
            .collect()
    }

    /// Nothing when so much of it is wrong that nothing can be made of it.
    fn module(
        &mut self,
        id: Spanned<String>,
        mut text: ModuleText,
        targets: &[Target],
        defaults: &Defaults,
    ) -> Option<Module> {
        self.dns_label("a module", &id);
        let place = self.place(&text.on.0, targets);
        let version = self.version(&text.version);
        let needs = self.module_needs(&id, std::mem::take(&mut text.needs));
        let stable = self.duration_or(text.stable.take(), defaults.stable);
        let deadline = self.duration_or(text.deadline.take(), defaults.deadline);
        let migrations = self.migrations(text.migrate.take(), deadline);
        let health = self.health_or(text.health.take(), &defaults.health);
        let shift = self.shift(&text);
        let last = matches!(&text.order, Some(order) if order.value == Position::Last);
        let place = place?;
        self.fitting(&text, place);
        let artifact = self.artifact(&id, &text, place);
        let (checks, verify) = (values(&text.checks), values(&text.verify));
        let on = targets_of(&text);
        let settings = self.settings(text, place);
        Some(Module {
            id: module_id(id),
            on,
            version: version?,
            artifact: artifact?,
            needs,
            last,
            shift,
            stable,
            health,
            deadline,
            migrations,
            checks,
            verify,
            settings,
        })
    }

    /// The first target's place, after a look at whether the others fit.
    fn place<'t>(&mut self, on: &[Spanned<String>], targets: &'t [Target]) -> Option<&'t Place> {
        let mut first: Option<(&Spanned<String>, &Target)> = None;
        let mut seen = HashMap::new();
        for name in on {
            if let Some(twice) = seen.insert(&name.value, name) {
                self.listed_twice(name, twice.span);
                continue;
            }
            let Some(target) = self.known_target(name, targets) else {
                continue;
            };
            match first {
                None => first = Some((name, target)),
                Some((other, former)) if former.platform() != target.platform() => {
                    let message = "a module runs on targets of one platform";
                    self.report(
                        Diagnostic::error(Code::MixedPlatforms, name.span, message)
                            .label(format!("this is {}", target.platform()))
                            .and(other.span, format!("this is {}", former.platform()))
                            .help("write one module for each platform"),
                    );
                }
                Some(_) => {}
            }
        }
        first.map(|(_, target)| &target.place)
    }

    pub(super) fn listed_twice(&mut self, name: &Spanned<String>, first: Span) {
        let message = format!("`{}` is listed twice", name.value);
        self.report(
            Diagnostic::error(Code::ListedTwice, name.span, message).and(first, "first here"),
        );
    }

    fn version(&mut self, text: &Spanned<String>) -> Option<Spanned<Version>> {
        match text.parse() {
            Ok(version) => Some(Spanned::new(version, text.span)),
            Err(error) => {
                let message = format!("`{}` is not a version: {error}", text.value);
                self.report(
                    Diagnostic::error(Code::NotAVersion, text.span, message)
                        .help("write three numbers, for example `2.1.0` (Semantic Versioning)"),
                );
                None
            }
        }
    }

    fn module_needs(&mut self, module: &Spanned<String>, needs: Needs) -> Vec<Need> {
        let mut kept = Vec::new();
        let mut seen = HashMap::new();
        for (name, range) in needs.0 {
            if let Some(twice) = seen.insert(name.value.clone(), name.span) {
                self.listed_twice(&name, twice);
                continue;
            }
            if name.value == module.value {
                let message = format!("`{}` needs itself", name.value);
                self.report(Diagnostic::error(Code::NeedsItself, name.span, message));
                continue;
            }
            let known = self.known_module(&name, name.span);
            let range = self.range(&name, range);
            if let (true, Some(range)) = (known, range) {
                kept.push(Need {
                    module: module_id(name),
                    range,
                });
            }
        }
        kept
    }

    fn range(
        &mut self,
        name: &Spanned<String>,
        text: Option<Spanned<String>>,
    ) -> Option<Spanned<Range>> {
        let Some(text) = text else {
            return Some(Spanned::new(Range::ANY, name.span));
        };
        match text.parse() {
            Ok(range) => Some(Spanned::new(range, text.span)),
            Err(error) => {
                let message = format!("`{}` is not a range of versions: {error}", text.value);
                self.report(
                    Diagnostic::error(Code::NotARange, text.span, message)
                        .help("write, for example, `>=2.0, <3`, `^2.1` or `*`"),
                );
                None
            }
        }
    }

    fn shift(&mut self, text: &ModuleText) -> Vec<Percent> {
        let Some(written) = &text.shift else {
            return vec![Percent::ALL];
        };
        let mut steps: Vec<Percent> = Vec::new();
        for step in &written.value {
            let Some(percent) = self.percent(step) else {
                return vec![Percent::ALL];
            };
            if steps.last().is_some_and(|former| *former >= percent) {
                let message =
                    "traffic only moves forward: each step must be larger than the one before";
                self.report(Diagnostic::error(Code::Shift, step.span, message));
                return vec![Percent::ALL];
            }
            steps.push(percent);
        }
        if steps.last() != Some(&Percent::ALL) {
            let at = written.value.last().map_or(written.span, |step| step.span);
            self.report(
                Diagnostic::error(Code::Shift, at, "the last step must be `100%`")
                    .help("add `100%`: a release ends with all traffic on the new version"),
            );
        }
        steps
    }

    /// Checks and verifications that the platform can not answer.
    fn fitting(&mut self, text: &ModuleText, place: &Place) {
        for verify in &text.verify {
            let (kind, fits) = match verify.value {
                Verify::ApplicationInsights { .. } => (
                    "application-insights",
                    matches!(place, Place::AzureFunctions { .. }),
                ),
                Verify::PubsubPush { .. } => {
                    ("pubsub-push", matches!(place, Place::CloudRun { .. }))
                }
            };
            if !fits {
                let message = format!("`{kind}` can not be asked of a {} module", place.platform());
                self.report(Diagnostic::error(Code::Unfit, verify.span, message));
            }
        }
        for check in &text.checks {
            if let Check::ArtifactRegistry { .. } = check.value
                && matches!(place, Place::CloudFunctions { .. })
            {
                let message = "`artifact-registry` looks for images, and this module has none";
                self.report(Diagnostic::error(Code::Unfit, check.span, message));
            }
        }
    }

    /// At most one module is last, and nothing needs it.
    pub(super) fn last(&mut self, modules: &[Module]) {
        let mut lasts = modules.iter().filter(|module| module.last);
        let Some(last) = lasts.next() else { return };
        for other in lasts {
            self.report(
                Diagnostic::error(Code::Last, other.id.span, "only one module can be last")
                    .label("wants to be last too")
                    .and(last.id.span, "wants to be last")
                    .help("say with `needs` which of them comes first"),
            );
        }
        let needs = modules.iter().flat_map(|module| &module.needs);
        for need in needs.filter(|need| *need.module == *last.id) {
            let message = format!("`{}` is last and is needed by another module", *last.id);
            self.report(
                Diagnostic::error(Code::Last, need.module.span, message)
                    .label("needs it to be earlier")
                    .and(last.id.span, "wants to be last"),
            );
        }
    }
}

fn values<T: Clone>(list: &[Spanned<T>]) -> Vec<T> {
    list.iter().map(|item| item.value.clone()).collect()
}

fn targets_of(text: &ModuleText) -> Vec<Spanned<TargetId>> {
    let id = |name: &Spanned<String>| Spanned::new(TargetId::new(name.value.clone()), name.span);
    text.on.0.iter().map(id).collect()
}
