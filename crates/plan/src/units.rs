//! One module on one target: staged, verified, given traffic, proven.

use crate::{Input, Seen, build::operation, preconditions::perform};
use segue_manifest::Module;
use segue_model::{
    Action, Failure, FailureKind, Fault, Operation, OperationId, Shifting, Subject, Undo, Verb,
};

/// The chain of one unit: each operation waits for the one before, the first
/// for `after`. Undoing the first brings back the former state whole.
pub(crate) fn operations(
    input: &Input<'_>,
    module: &Module,
    seen: &Seen,
    after: &[OperationId],
) -> Result<Vec<Operation>, Failure> {
    let unit = || seen.unit.clone();
    let mut chain = Chain::new(seen, after);
    chain.push("stage", Verb::Stage, Action::Stage(unit()));
    chain.push("verify", Verb::Verify, Action::Verify(unit()));
    for percent in steps(module, seen)? {
        let shift = Action::Shift {
            unit: unit(),
            percent,
            former: seen.live.clone(),
        };
        chain.push(&format!("shift-{percent}"), Verb::Shift, shift);
        let verify = format!("verify-{percent}");
        chain.push(&verify, Verb::Verify, Action::Verify(unit()));
    }
    let target = input.manifest.target(&seen.unit.target);
    for (at, proof) in module.verify.iter().enumerate() {
        let Some(target) = target else { break };
        let (by, input) = proof.performer(module, target);
        chain.push(
            &format!("proof-{}", at + 1),
            Verb::Verify,
            perform(by, input),
        );
    }
    let mut operations = chain.operations;
    let deadline_s = u32::try_from(module.deadline.as_secs()).unwrap_or(u32::MAX);
    for operation in &mut operations {
        operation.deadline_s = deadline_s.max(1);
    }
    operations[0].undo = Some(Undo {
        verb: Verb::Revert,
        action: Action::Revert {
            unit: unit(),
            former: seen.live.clone(),
        },
    });
    Ok(operations)
}

/// What must have ended for the unit to count as live.
pub(crate) fn ends(chain: &[Operation]) -> Option<OperationId> {
    chain.last().map(|operation| operation.id.clone())
}

/// The health of every module, once everything is live.
pub(crate) fn health(input: &Input<'_>, everything: &[OperationId]) -> Vec<Operation> {
    let operations = input.seen.iter().map(|seen| Operation {
        after: everything.to_vec(),
        ..operation(
            format!("{}/health", name(seen)),
            Verb::Verify,
            subject(seen),
            Action::Verify(seen.unit.clone()),
        )
    });
    operations.collect()
}

/// The steps in which traffic moves, in per cent.
fn steps(module: &Module, seen: &Seen) -> Result<Vec<u8>, Failure> {
    let wished: Vec<_> = module.shift.iter().map(|step| step.get()).collect();
    match seen.capabilities.shifting {
        Shifting::WithStage if wished.len() <= 1 => Ok(Vec::new()),
        Shifting::AtOnce if wished.len() <= 1 => Ok(vec![100]),
        Shifting::Stepwise if wished.is_empty() => Ok(vec![100]),
        // Nothing is live yet: there is nobody to share the traffic with.
        Shifting::Stepwise if seen.live.version.is_none() => Ok(vec![100]),
        Shifting::Stepwise => Ok(wished),
        Shifting::WithStage | Shifting::AtOnce => Err(Failure::new(
            FailureKind::Step,
            Fault::User,
            "SEG2101",
            format!("{} cannot move traffic in steps", name(seen)),
        )
        .hint(format!(
            "remove `shift:` from {}: its platform moves all traffic at once",
            module.id.value
        ))),
    }
}

fn name(seen: &Seen) -> String {
    format!("{}@{}", seen.unit.module, seen.unit.target)
}

fn subject(seen: &Seen) -> Subject {
    Subject::Module(seen.unit.module.clone(), seen.unit.target.clone())
}

/// Operations of one unit, each waiting for the one before.
struct Chain<'a> {
    seen: &'a Seen,
    after: Vec<OperationId>,
    operations: Vec<Operation>,
}

impl<'a> Chain<'a> {
    fn new(seen: &'a Seen, after: &[OperationId]) -> Self {
        Self {
            seen,
            after: after.to_vec(),
            operations: Vec::new(),
        }
    }

    fn push(&mut self, step: &str, verb: Verb, action: Action) {
        let id = format!("{}/{step}", name(self.seen));
        let mut next = operation(id, verb, subject(self.seen), action);
        next.after = std::mem::replace(&mut self.after, vec![next.id.clone()]);
        self.operations.push(next);
    }
}
