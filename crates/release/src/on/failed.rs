//! An operation could not be carried out or undone.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};
use segue_model::{Direction, Failure, OperationId};

pub(crate) fn failed(
    machine: &mut Machine,
    operation: &OperationId,
    direction: Direction,
    failure: &Failure,
) -> Vec<Command> {
    let Some(at) = machine.in_flight(operation, direction) else {
        return Vec::new();
    };
    if !failure.kind.compensates() {
        return suspend(machine, failure);
    }
    machine.in_flight -= 1;
    machine.standing[at] = match direction {
        Direction::Do => Standing::Failed,
        Direction::Undo => Standing::UndoFailed,
    };
    match machine.phase {
        Phase::Forward if !machine.graph.nodes[at].finishing => {
            return machine.turn_back(Cause::Failure(failure.clone()));
        }
        // A second failure on the way back: it is undone like the first.
        Phase::Undoing if direction == Direction::Do => machine.unwound(at),
        Phase::Closing => machine.queue_closing_dependents(at),
        Phase::Forward | Phase::Undoing | Phase::Finished(_) => {}
    }
    machine.advance()
}

/// Law 10: a lost connection, a full disk, a lost lock is not a failed step.
/// The outcome stays unknown, and nothing begins until somebody resumes.
fn suspend(machine: &mut Machine, failure: &Failure) -> Vec<Command> {
    machine.suspended = true;
    vec![Command::Suspend {
        failure: Some(failure.clone()),
    }]
}
