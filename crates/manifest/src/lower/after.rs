//! What follows when every module is live.

use super::{Lowering, SHORT};
use crate::{
    Code, Diagnostic,
    document::AfterText,
    manifest::{After, Module, Notify, Place, Rotate, Target},
};

impl Lowering<'_> {
    pub(super) fn after(
        &mut self,
        after: AfterText,
        modules: &[Module],
        targets: &[Target],
    ) -> After {
        for rotate in &after.rotate {
            let Rotate::FunctionKey { module: id, .. } = rotate else {
                continue;
            };
            if !self.known_module(id.as_str(), id.span) {
                continue;
            }
            let Some(module) = modules.iter().find(|module| *module.id == **id) else {
                continue;
            };
            if !has_one_app(module, targets) {
                let message = format!("`{}` is not one Azure Functions app", id.value);
                self.report(
                    Diagnostic::error(Code::Unfit, id.span, message)
                        .and(module.id.span, "the module")
                        .help("a function key belongs to a module on exactly one azure-functions target"),
                );
            }
        }
        for Notify::Webhook { url } in &after.notify {
            self.http_url(url);
        }
        After {
            deadline: self.duration_or(after.deadline, SHORT),
            rotate: after.rotate,
            tag: after.tag,
            notify: after.notify,
        }
    }
}

fn has_one_app(module: &Module, targets: &[Target]) -> bool {
    let [on] = module.on.as_slice() else {
        return false;
    };
    let target = targets.iter().find(|target| *target.id == **on);
    target.is_some_and(|target| matches!(target.place, Place::AzureFunctions { .. }))
}
