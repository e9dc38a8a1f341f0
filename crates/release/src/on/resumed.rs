//! A process took the release up again: what was in flight is commanded again
//! (adapters look before they act), and what failed and was not undone, or
//! could not be undone, gets another try.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};
use segue_model::Ending;

pub(crate) fn resumed(machine: &mut Machine) -> Vec<Command> {
    machine.suspended = false;
    machine.held = None;
    match machine.phase {
        Phase::Forward => retry_failed(machine),
        Phase::Finished(Ending::Incomplete) => {
            machine.phase = Phase::Forward;
            retry_failed(machine);
        }
        Phase::Finished(Ending::Stuck) if machine.cause == Some(Cause::Abandoned) => {
            machine.close_again();
        }
        Phase::Finished(Ending::Stuck) => {
            machine.phase = Phase::Undoing;
            machine.forget_failed_closing();
            retry_undo(machine);
        }
        _ => {}
    }
    let mut commands = machine.again();
    commands.extend(machine.advance());
    commands
}

/// Nothing but what failed is tried again.
fn retry_failed(machine: &mut Machine) {
    for at in 0..machine.standing.len() {
        if machine.standing[at].has_failed() {
            machine.standing[at] = Standing::Waiting;
            machine.enqueue(at);
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

impl Machine {
    /// Nothing happens any more but that triggers are given back.
    pub(crate) fn close_again(&mut self) {
        self.phase = Phase::Closing;
        self.forget_failed_closing();
    }

    fn forget_failed_closing(&mut self) {
        for at in 0..self.standing.len() {
            if self.graph.nodes[at].always && self.standing[at].has_failed() {
                self.standing[at] = Standing::Waiting;
            }
        }
    }
}
