//! What people are asked, and what they are told of what they asked for.

use crate::{gates, handle::Asking, setup::Engine};
use segue_model::{
    Action, Direction, EventKind, Failure, Fault, Notice, Operation, OperationId, Wish,
};
use segue_release::{Approval, Phase, Standing};

impl Engine {
    /// A gate waits for people: its deadline is watched.
    pub(crate) fn wait_for_people(&mut self, gate: &OperationId, at_ms: i64) {
        let Some(operation) = self.operations.get(gate) else {
            return;
        };
        self.gates.asked(gate, at_ms);
        self.gates
            .watch(gate, operation.deadline_s, self.clock.now_ms());
        self.say_who_approved(gate);
    }

    fn say_who_approved(&self, gate: &OperationId) {
        let action = self.operations.get(gate).map(|it| &it.action);
        if let Some(Action::Await { from, count }) = action {
            let _ = self.shared.notices.send(Notice::Awaiting {
                operation: gate.clone(),
                from: from.clone(),
                count: *count,
                approved: self.approved(gate),
            });
        }
    }

    fn approved(&self, gate: &OperationId) -> Vec<String> {
        let approvals = self.machine.approvals(gate).iter();
        approvals.map(|Approval { by, .. }| by.clone()).collect()
    }

    /// The deadline of a gate passed.
    pub(crate) fn nobody_came(&mut self, gate: OperationId) -> EventKind {
        let deadline_s = self.operations.get(&gate).map_or(0, |it| it.deadline_s);
        let approved = self.approved(&gate);
        let what = format!(
            "`{gate}` was not approved within {}",
            gates::words(deadline_s)
        );
        let mut failure = Failure::step("SEG6021", what)
            .by(Fault::User)
            .hint("a new release asks again; `deadline:` says how long it waits");
        if !approved.is_empty() {
            failure = failure.words(format!("approved by {} only", approved.join(", ")));
        }
        EventKind::Failed {
            operation: gate,
            direction: Direction::Do,
            failure,
        }
    }

    /// Says what came of a wish; `idle` when the machine answered nothing.
    pub(crate) fn answer(&self, asked: Asking, idle: bool) {
        let why = match &asked.wish {
            Wish::Approve { operation } | Wish::Reject { operation } => {
                self.unheard(operation, &asked.by)
            }
            Wish::Undo if idle => Some(match self.machine.phase() {
                Phase::Forward => "what is left cannot be undone any more".to_owned(),
                _ => "it is on its way back already".to_owned(),
            }),
            _ => None,
        };
        if let Some(why) = why {
            let Asking { by, wish, .. } = asked;
            let _ = self.shared.notices.send(Notice::Refused { by, wish, why });
            return;
        }
        if let Wish::Approve { operation } = &asked.wish
            && self.machine.standing(operation) == Some(Standing::Awaiting)
        {
            self.say_who_approved(operation);
        }
    }

    /// Why a person's word for an operation does not count; none when it does.
    fn unheard(&self, id: &OperationId, by: &str) -> Option<String> {
        let Some(operation) = self.operations.get(id) else {
            return Some(format!("the plan has no operation `{id}`"));
        };
        if let Some(why) = not_theirs(operation, by) {
            return Some(why);
        }
        match self.machine.standing(id)? {
            Standing::Done | Standing::Undoing | Standing::Undone | Standing::UndoFailed => {
                Some(format!("`{id}` is decided"))
            }
            _ => None,
        }
    }
}

fn not_theirs(operation: &Operation, by: &str) -> Option<String> {
    let id = &operation.id;
    match &operation.action {
        Action::Await { from, .. } if from.is_empty() || from.iter().any(|it| it == by) => None,
        Action::Await { from, .. } => Some(format!("`{id}` is for {} to decide", from.join(", "))),
        _ if operation.overridable => None,
        _ => Some(format!("`{id}` is nobody's to decide")),
    }
}
