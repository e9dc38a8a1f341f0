//! A person asked for something.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};
use segue_model::Wish;

pub(crate) fn asked(machine: &mut Machine, wish: &Wish) -> Vec<Command> {
    match wish {
        Wish::Undo => undo(machine),
        Wish::Stop => stop(machine),
        Wish::Approve { .. } | Wish::Reject { .. } | Wish::Abandon => Vec::new(),
    }
}

fn stop(machine: &mut Machine) -> Vec<Command> {
    machine.suspended = true;
    vec![Command::Suspend { failure: None }]
}

/// After the point of no return there is no way back: the release goes on to its end.
fn undo(machine: &mut Machine) -> Vec<Command> {
    let nodes = machine.graph.nodes.iter();
    let past_return = nodes
        .zip(&machine.standing)
        .any(|(node, standing)| node.finishing && *standing != Standing::Waiting);
    if machine.phase == Phase::Forward && !past_return {
        machine.turn_back(Cause::Cancelled)
    } else {
        Vec::new()
    }
}
