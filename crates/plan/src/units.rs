//! One module on one target: staged, verified, given traffic, proven.

use crate::{
    Input, Seen,
    build::{operation, seconds},
    preconditions::perform,
};
use segue_manifest::Module;
use segue_model::{
    Action, Failure, FailureKind, Fault, Operation, OperationId, Shifting, Subject, Undo, Verb,
};
use serde_json::Value;

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
    for (at, by, input) in proofs(input, module, seen, false) {
        chain.push(&format!("proof-{at}"), Verb::Verify, perform(by, input));
    }
    let mut operations = chain.operations;
    for operation in &mut operations {
        operation.deadline_s = seconds(module.deadline);
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

/// What proves of triggers that they work again, once they were given back.
pub(crate) fn trigger_proofs(input: &Input<'_>, after: &[OperationId]) -> Vec<Operation> {
    let mut operations = Vec::new();
    for module in &input.manifest.modules {
        for seen in input.of(&module.id).filter(|seen| seen.changed) {
            for (at, by, settings) in proofs(input, module, seen, true) {
                let id = format!("{}/proof-{at}", name(seen));
                operations.push(Operation {
                    after: after.to_vec(),
                    finishing: true,
                    deadline_s: seconds(module.deadline),
                    ..operation(id, Verb::Verify, subject(seen), perform(by, settings))
                });
            }
        }
    }
    operations
}

/// A module's proofs, each with its number and who carries it out.
fn proofs<'a>(
    input: &Input<'a>,
    module: &'a Module,
    seen: &Seen,
    of_triggers: bool,
) -> Vec<(usize, &'static str, Value)> {
    let Some(target) = input.manifest.target(&seen.unit.target) else {
        return Vec::new();
    };
    let numbered = module.verify.iter().zip(1..);
    let wanted = numbered.filter(|(proof, _)| proof.asks_about_triggers() == of_triggers);
    wanted
        .map(|(proof, at)| {
            let (by, input) = proof.performer(module, target);
            (at, by, input)
        })
        .collect()
}

/// The health of every module, once everything is live.
pub(crate) fn health(input: &Input<'_>, everything: &[OperationId]) -> Vec<Operation> {
    let operations = input.seen.iter().map(|seen| Operation {
        after: everything.to_vec(),
        deadline_s: input.deadline_s(seen),
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
