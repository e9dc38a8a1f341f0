//! The release is over.

use crate::{
    machine::{Command, Machine},
    state::Phase,
};
use segue_model::Ending;

pub(crate) fn finished(machine: &mut Machine, ending: Ending) -> Vec<Command> {
    machine.phase = Phase::Finished(ending);
    Vec::new()
}
