//! A process took the release up again: what was in flight is commanded again
//! (adapters look before they act), and what failed after the point of no
//! return, or while being undone, gets another try.

use crate::{
    machine::{Command, Machine},
    state::{Phase, Standing},
};
use segue_model::Ending;

pub(crate) fn resumed(machine: &mut Machine) -> Vec<Command> {
    machine.suspended = false;
    match machine.phase {
        Phase::Finished(Ending::Incomplete) => {
            machine.phase = Phase::Forward;
            retry_failed(machine, |_| true);
        }
        Phase::Finished(Ending::Stuck) => {
            machine.phase = Phase::Undoing;
            retry_undo(machine);
            retry_failed(machine, |always| always);
        }
        _ => {}
    }
    let mut commands: Vec<_> = (0..machine.standing.len())
        .filter(|&at| machine.standing[at].is_in_flight())
        .map(|at| machine.command(at))
        .collect();
    commands.extend(machine.advance());
    commands
}

/// Failed operations of which `again` says so wait once more; in the phase that
/// follows they begin when it is their turn.
fn retry_failed(machine: &mut Machine, again: impl Fn(bool) -> bool) {
    for at in 0..machine.standing.len() {
        if machine.standing[at] == Standing::Failed && again(machine.graph.nodes[at].always) {
            machine.standing[at] = Standing::Waiting;
            if machine.phase == Phase::Forward {
                machine.enqueue(at);
            }
        }
    }
}

fn retry_undo(machine: &mut Machine) {
    for at in 0..machine.standing.len() {
        if machine.standing[at] == Standing::UndoFailed {
            machine.standing[at] = Standing::Failed;
            machine.enqueue(at);
        }
    }
}
