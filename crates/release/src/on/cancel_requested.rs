//! A person asked to stop and undo. After the point of no return there is no
//! way back: the release goes on to its end.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};

pub(crate) fn cancel_requested(machine: &mut Machine) -> Vec<Command> {
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
