//! Begin nothing more; what is in flight comes to its outcome.

use crate::{
    machine::{Command, Machine},
    state::Phase,
};

pub(crate) fn stop(machine: &mut Machine) -> Vec<Command> {
    match machine.phase {
        Phase::Finished(_) => Vec::new(),
        _ => machine.suspend(None),
    }
}
