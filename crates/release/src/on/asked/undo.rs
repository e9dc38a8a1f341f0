//! Stop and undo everything.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};

/// After the point of no return there is no way back: the release goes on to its end.
pub(crate) fn undo(machine: &mut Machine) -> Vec<Command> {
    if machine.phase != Phase::Forward || is_finishing(machine) {
        return Vec::new();
    }
    let cause = match machine.held.take() {
        Some(failure) => Cause::Failure(failure),
        None => Cause::Cancelled,
    };
    machine.dismiss_gates();
    // Whoever had something in flight when the release was suspended may be gone.
    let mut commands = match std::mem::take(&mut machine.suspended) {
        true => machine.again(),
        false => Vec::new(),
    };
    commands.extend(machine.turn_back(cause));
    commands
}

fn is_finishing(machine: &Machine) -> bool {
    let mut nodes = machine.graph.nodes.iter().zip(&machine.standing);
    nodes.any(|(node, standing)| node.finishing && *standing != Standing::Waiting)
}
