//! An operation could not be carried out or undone.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};
use segue_model::{Direction, Failure, FailureKind, OperationId};

pub(crate) fn failed(
    machine: &mut Machine,
    operation: &OperationId,
    direction: Direction,
    failure: &Failure,
) -> Vec<Command> {
    let Some(at) = machine.open(operation, direction) else {
        return Vec::new();
    };
    // Law 10: a lost connection, a full disk, a lost lock is not a failed step.
    // The outcome stays unknown, and nothing begins until somebody resumes.
    if !failure.kind.compensates() {
        let lost = failure.kind == FailureKind::LostLock;
        return match lost || machine.waits_for_outcome(at) {
            true => machine.suspend(Some(failure)),
            false => Vec::new(),
        };
    }
    // People are asked anew when the operation is tried again.
    machine.words.remove(&at);
    if !machine.close(at, standing(direction, failure.kind)) {
        return Vec::new();
    }
    match machine.phase {
        Phase::Forward if !machine.graph.nodes[at].finishing => return broken(machine, failure),
        // A second failure on the way back: it is undone like the first.
        Phase::Undoing if direction == Direction::Do => machine.unwound(at),
        Phase::Closing => machine.queue_closing_dependents(at),
        Phase::Forward | Phase::Undoing | Phase::Finished(_) => {}
    }
    machine.advance()
}

fn standing(direction: Direction, kind: FailureKind) -> Standing {
    match direction {
        Direction::Do if kind == FailureKind::Moved => Standing::Moved,
        Direction::Do => Standing::Failed,
        Direction::Undo => Standing::UndoFailed,
    }
}

/// The release cannot go forward: it turns back, or a person mends the cause.
fn broken(machine: &mut Machine, failure: &Failure) -> Vec<Command> {
    if machine.graph.hold {
        machine.held.get_or_insert_with(|| failure.clone());
        machine.suspend(Some(failure))
    } else {
        machine.turn_back(Cause::Failure(failure.clone()))
    }
}

impl Machine {
    pub(crate) fn suspend(&mut self, failure: Option<&Failure>) -> Vec<Command> {
        self.suspended = true;
        vec![Command::Suspend {
            failure: failure.cloned(),
        }]
    }
}
