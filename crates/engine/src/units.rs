//! What is known to be live of each unit: what the plan was made on, and then
//! what this release left there. All of it is a fold of events, so a restart
//! knows it again.

use segue_model::{
    Action, Direction, FailureKind, ModuleId, Observation, Operation, Plan, TargetId, Unit,
};
use std::{collections::HashMap, sync::Arc};

/// What each unit of a plan is known to be.
#[derive(Default)]
pub(crate) struct Units(HashMap<(ModuleId, TargetId), State>);

#[derive(Default)]
struct State {
    former: Option<Arc<Observation>>,
    /// The fingerprint of what is live; none while an operation of ours is under
    /// way, or ended without saying what it left.
    live: Option<String>,
    /// What was live before the operation under way.
    before: Option<String>,
    /// Whether `live` is what this release left there.
    ours: bool,
}

/// What an operation should find live.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expected {
    /// What was live when the plan was made.
    pub former: Option<Arc<Observation>>,
    /// The fingerprint of what should be live; none when that is not known.
    pub fingerprint: Option<String>,
    /// Whether that is what this release left there; else it is the former state.
    pub ours: bool,
}

impl Units {
    /// Before anything of `plan` was begun.
    pub fn of(plan: &Plan) -> Self {
        let mut units = Self::default();
        for change in &plan.changes {
            units.former(&change.module, &change.target, &change.former);
        }
        let undos = plan.operations.iter().filter_map(|it| it.undo.as_ref());
        for undo in undos {
            if let Action::Revert { unit, former } = &undo.action {
                units.former(&unit.module, &unit.target, former);
            }
        }
        units
    }

    fn former(&mut self, module: &ModuleId, target: &TargetId, former: &Observation) {
        let unit = (module.clone(), target.clone());
        self.0.entry(unit).or_insert_with(|| State {
            live: known(former.fingerprint.clone()),
            former: Some(Arc::new(former.clone())),
            ..State::default()
        });
    }

    /// An operation begins: what is live is not known from here on, until it
    /// says what it left. None when it touches no unit.
    pub fn begun(&mut self, operation: &Operation, direction: Direction) -> Option<Expected> {
        let state = self.state(operation, direction)?;
        let expected = Expected {
            former: state.former.clone(),
            fingerprint: state.live.clone(),
            ours: state.ours,
        };
        // Commanded again after a crash, it has taken it already.
        if let Some(live) = state.live.take() {
            state.before = Some(live);
        }
        Some(expected)
    }

    pub fn succeeded(&mut self, operation: &Operation, direction: Direction, fingerprint: String) {
        if let Some(state) = self.state(operation, direction) {
            state.live = known(fingerprint);
            state.before = None;
            state.ours = true;
        }
    }

    /// Where somebody else changed the unit nothing was done to it: what was
    /// expected still is. Any other failure may have left anything.
    pub fn failed(&mut self, operation: &Operation, direction: Direction, kind: FailureKind) {
        if let Some(state) = self.state(operation, direction) {
            match kind {
                FailureKind::Moved => state.live = state.before.take(),
                kind if kind.compensates() => state.before = None,
                // It is called again: the outcome is not known yet.
                _ => {}
            }
        }
    }

    fn state(&mut self, operation: &Operation, direction: Direction) -> Option<&mut State> {
        let unit = touched(action(operation, direction)?)?;
        let unit = (unit.module.clone(), unit.target.clone());
        Some(self.0.entry(unit).or_default())
    }
}

/// What is carried out in this direction; none where there is nothing to undo.
pub(crate) fn action(operation: &Operation, direction: Direction) -> Option<&Action> {
    match direction {
        Direction::Do => Some(&operation.action),
        Direction::Undo => operation.undo.as_ref().map(|undo| &undo.action),
    }
}

/// The unit that an action changes; none when it changes none.
pub(crate) fn touched(action: &Action) -> Option<&Unit> {
    match action {
        Action::Stage(unit)
        | Action::Shift { unit, .. }
        | Action::Settle { unit, .. }
        | Action::Revert { unit, .. } => Some(unit),
        Action::Verify(_)
        | Action::Trigger { .. }
        | Action::Await { .. }
        | Action::Perform { .. } => None,
    }
}

/// A fingerprint that says anything.
fn known(fingerprint: String) -> Option<String> {
    (!fingerprint.is_empty()).then_some(fingerprint)
}
