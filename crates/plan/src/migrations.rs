//! What changes the data that a module keeps: once for a module, however many
//! targets it runs on, before it is staged on any of them. So the version that is
//! live works with the changed data too: first expand, later contract.

use crate::{Input, build::operation, build::seconds, preconditions::perform};
use segue_manifest::{Migration, Module};
use segue_model::{Operation, OperationId, Subject, Undo, Verb};

/// One after the other, the first after `after`; none when the module does not change.
pub(crate) fn operations(
    input: &Input<'_>,
    module: &Module,
    after: &[OperationId],
) -> Vec<Operation> {
    let Some(first) = input.of(&module.id).find(|seen| seen.changed) else {
        return Vec::new();
    };
    let (name, target) = (&first.unit.module, &first.unit.target);
    let mut after = after.to_vec();
    let migrations = module.migrations.iter().zip(1..).map(|(migration, at)| {
        let id = format!("{name}/migrate-{at}");
        let subject = Subject::Module(name.clone(), target.clone());
        let (by, told) = migration.performer();
        let next = Operation {
            undo: undo(migration),
            no_return: migration.undo.is_none(),
            deadline_s: seconds(migration.deadline),
            ..operation(id, Verb::Migrate, subject, perform(by, told))
        };
        Operation {
            after: std::mem::replace(&mut after, vec![next.id.clone()]),
            ..next
        }
    });
    migrations.collect()
}

fn undo(migration: &Migration) -> Option<Undo> {
    let (by, told) = migration.undo_performer()?;
    Some(Undo {
        verb: Verb::Revert,
        action: perform(by, told),
    })
}
