//! Leave everything as it is, and give back what was paused: the release is over.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase},
};
use segue_model::Ending;

/// What is in flight is left, and its outcome is recorded should it still come.
/// What has to do with a trigger is waited for, and commanded again: whoever
/// had it in flight may be gone.
pub(crate) fn abandon(machine: &mut Machine) -> Vec<Command> {
    match machine.phase {
        Phase::Finished(Ending::Stuck | Ending::Incomplete)
        | Phase::Forward
        | Phase::Undoing
        | Phase::Closing => {}
        Phase::Finished(_) => return Vec::new(),
    }
    machine.cause = Some(Cause::Abandoned);
    machine.suspended = false;
    machine.held = None;
    machine.ready.clear();
    machine.dismiss_gates();
    machine.close_again();
    let waited = |&at: &usize| machine.standing[at].is_in_flight() && machine.waits_for_outcome(at);
    machine.in_flight = (0..machine.standing.len()).filter(waited).count();
    let mut commands = machine.again();
    commands.extend(machine.advance());
    commands
}
