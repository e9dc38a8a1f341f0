//! An operation was carried out or undone: what waited for it may begin.

use crate::{
    machine::{Command, Machine},
    state::{Phase, Standing},
};
use segue_model::{Direction, OperationId};

pub(crate) fn succeeded(
    machine: &mut Machine,
    operation: &OperationId,
    direction: Direction,
) -> Vec<Command> {
    let Some(at) = machine.open(operation, direction) else {
        return Vec::new();
    };
    let outcome = match direction {
        Direction::Do => Standing::Done,
        Direction::Undo => Standing::Undone,
    };
    if !machine.close(at, outcome) {
        return Vec::new();
    }
    match machine.phase {
        Phase::Undoing => machine.unwound(at),
        Phase::Forward => release_dependents(machine, at),
        Phase::Closing => machine.queue_closing_dependents(at),
        Phase::Finished(_) => {}
    }
    machine.advance()
}

fn release_dependents(machine: &mut Machine, at: usize) {
    for index in 0..machine.graph.nodes[at].dependents.len() {
        let dependent = machine.graph.nodes[at].dependents[index];
        machine.waits_for[dependent] -= 1;
        if machine.waits_for[dependent] == 0 {
            machine.enqueue(dependent);
        }
    }
}
