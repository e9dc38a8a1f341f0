//! A person let an operation pass, or closed it: before it began, or while it
//! waits. Enough of them conclude it.

use crate::{
    approval::Approval,
    machine::{Command, Machine},
    state::{Phase, Standing},
};
use segue_model::OperationId;

pub(crate) fn decide(
    machine: &mut Machine,
    operation: &OperationId,
    word: Approval,
    approves: bool,
) -> Vec<Command> {
    let Some(at) = machine.graph.index(operation) else {
        return Vec::new();
    };
    if !is_heard(machine, at, &word.by, approves) {
        return Vec::new();
    }
    machine.words.entry(at).or_default().say(word, approves);
    let concluded = machine.is_in_question(at) && machine.decision(at).is_some();
    if concluded && !machine.suspended {
        vec![machine.command(at)]
    } else {
        Vec::new()
    }
}

/// Whether this person's word can still change anything.
fn is_heard(machine: &Machine, at: usize, name: &str, approves: bool) -> bool {
    let node = &machine.graph.nodes[at];
    let asked = node.decider.as_ref().is_some_and(|it| it.hears(name));
    let open = match machine.standing[at] {
        Standing::Waiting | Standing::Failed | Standing::Moved => machine.phase == Phase::Forward,
        // What is decided stays decided while it is on its way into the journal;
        // but who says no before it is there is heard.
        Standing::Awaiting | Standing::Running => machine
            .decision(at)
            .is_none_or(|it| it.is_ok() && !approves),
        _ => false,
    };
    asked && open
}
