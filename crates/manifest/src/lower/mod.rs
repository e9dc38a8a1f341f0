//! From the document, which has the right shape, to the manifest, which makes sense.
//! Every problem found is kept, and the rest is looked at as far as it can be.

mod after;
mod artifact;
mod gate;
mod migration;
mod module;
mod needs;
mod scalar;
mod settings;
mod state;
mod trigger;

use crate::{
    Code, Diagnostic, Span, Spanned,
    diagnostic::Findings,
    document::Document,
    manifest::{Manifest, Place, Target},
    names::{Names, did_you_mean},
};
use segue_model::{ModuleId, TargetId};
use std::time::Duration;

/// Reads a document's meaning. The manifest is there when no error was found.
pub(crate) fn lower(document: Document, names: &Names, found: &mut Findings) -> Manifest {
    let mut lowering = Lowering { names, found };
    lowering.dns_label("an environment", &document.environment);
    let targets = lowering.targets(document.targets.0);
    let defaults = lowering.defaults(document.defaults);
    let modules = lowering.modules(document.modules.0, &targets, &defaults);
    lowering.last(&modules);
    lowering.needs(&modules, document.order);
    let triggers = lowering.triggers(document.triggers.0, &targets);
    let after = lowering.after(document.after, &modules, &targets);
    let gates = lowering.gates(document.gates.0);
    let state = document.state.map(|state| lowering.state(state));
    Manifest {
        environment: document.environment.value,
        state,
        order: document.order,
        on_failure: document.on_failure,
        parallel: document.limits.parallel.into(),
        targets,
        gates,
        triggers,
        modules,
        after,
    }
}

/// What holds for a module that does not say otherwise.
struct Defaults {
    stable: Duration,
    deadline: Duration,
    health: String,
}

/// How long a step that deploys nothing and asks no people may take.
const SHORT: Duration = Duration::from_secs(120);

struct Lowering<'a> {
    names: &'a Names,
    found: &'a mut Findings,
}

impl Lowering<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn targets(&mut self, entries: Vec<(Spanned<String>, Place)>) -> Vec<Target> {
        let target = |(id, place): (Spanned<String>, Place)| {
            self.dns_label("a target", &id);
            Target {
                id: Spanned::new(TargetId::new(id.value), id.span),
                place,
            }
        };
        entries.into_iter().map(target).collect()
    }

    fn defaults(&mut self, defaults: crate::document::Defaults) -> Defaults {
        Defaults {
            stable: self.duration_or(defaults.stable, Duration::from_secs(10)),
            deadline: self.duration_or(defaults.deadline, Duration::from_secs(600)),
            health: self.health_or(defaults.health, "/healthz"),
        }
    }

    /// Whether the name is declared; says so when it is not.
    fn known_module(&mut self, name: &str, span: Span) -> bool {
        let names = &self.names.modules;
        let known = names.contains(name);
        if !known && !self.found.is_full() {
            let help = did_you_mean(name, names.iter().map(String::as_str));
            let message = format!("there is no module `{name}`");
            self.found.push(
                Diagnostic::error(Code::UnknownModule, span, message)
                    .label("not a module of this manifest")
                    .help_if(help),
            );
        }
        known
    }

    /// The target of that name; says so when there is none.
    fn known_target<'t>(
        &mut self,
        name: &Spanned<String>,
        targets: &'t [Target],
    ) -> Option<&'t Target> {
        let names = &self.names.targets;
        if !names.contains(&name.value) && !self.found.is_full() {
            let help = did_you_mean(name, names.iter().map(String::as_str));
            let message = format!("there is no target `{}`", name.value);
            self.found.push(
                Diagnostic::error(Code::UnknownTarget, name.span, message)
                    .label("not a target of this manifest")
                    .help_if(help),
            );
        }
        targets
            .iter()
            .find(|target| target.id.as_str() == name.value)
    }
}

fn module_id(name: Spanned<String>) -> Spanned<ModuleId> {
    Spanned::new(ModuleId::new(name.value), name.span)
}
