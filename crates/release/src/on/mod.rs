//! One file per event: what it changes, and what is to be done because of it.

mod asked;
mod failed;
mod finished;
mod resumed;
mod started;
mod succeeded;

pub(crate) use asked::asked;
pub(crate) use failed::failed;
pub(crate) use finished::finished;
pub(crate) use resumed::resumed;
pub(crate) use started::started;
pub(crate) use succeeded::succeeded;
