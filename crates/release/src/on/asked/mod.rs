//! A person asked for something: one file per wish.

mod abandon;
mod decide;
mod stop;
mod undo;

use crate::{
    approval::Approval,
    machine::{Command, Machine},
};
use segue_model::Wish;

pub(crate) fn asked(
    machine: &mut Machine,
    wish: &Wish,
    word: impl FnOnce() -> Approval,
) -> Vec<Command> {
    match wish {
        Wish::Approve { operation } => decide::decide(machine, operation, word(), true),
        Wish::Reject { operation } => decide::decide(machine, operation, word(), false),
        Wish::Stop => stop::stop(machine),
        Wish::Undo => undo::undo(machine),
        Wish::Abandon => abandon::abandon(machine),
    }
}
