//! The release began: what waits for nothing may begin.

use crate::{
    machine::{Command, Machine},
    state::Standing,
};

pub(crate) fn started(machine: &mut Machine) -> Vec<Command> {
    for at in 0..machine.graph.nodes.len() {
        if machine.waits_for[at] == 0 && machine.standing[at] == Standing::Waiting {
            machine.enqueue(at);
        }
    }
    machine.advance()
}
