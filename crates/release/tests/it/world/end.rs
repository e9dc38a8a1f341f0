//! What must hold when the release is over.

use crate::world::{Law, Told, World, facts::Turn, scene::Part};
use segue_model::Ending;

impl World {
    pub fn ended(&mut self, ending: Ending) {
        self.law_5_triggers_came_back(ending);
        let planned = self.is_as_planned(ending);
        self.hold(Law::PlannedEnd, planned, || {
            format!("ended {ending:?}, and it is not so")
        });
    }

    fn law_5_triggers_came_back(&mut self, ending: Ending) {
        for lease in 0..self.ops.len() {
            if self.scene.ops[lease].part != Part::Lease {
                continue;
            }
            let told = self.restore_of(lease).map(|it| self.ops[it].told);
            let owed = self.ops[lease].told == Told::Ok || self.ops[lease].paused;
            let back = told == Some(Told::Ok) && !self.ops[lease].paused;
            let said = matches!(told, Some(Told::Failed | Told::Moved))
                && matches!(ending, Ending::Stuck | Ending::Incomplete);
            self.hold(Law::TriggersComeBack, !owed || back || said, || {
                format!("ended {ending:?}, and the trigger of {lease} is not given back")
            });
        }
    }

    fn is_as_planned(&self, ending: Ending) -> bool {
        let ops = || self.scene.ops.iter().zip(&self.ops);
        let nothing_undone = ops().all(|(_, fact)| fact.told_undo == Told::Nothing);
        let stays = self.stays();
        let all_else_undone = (0..self.ops.len()).all(|at| {
            let fact = &self.ops[at];
            let left = !self.scene.ops[at].undoable || fact.told == Told::Moved;
            stays[at] || left || !fact.in_place && !fact.half
        });
        let kept = stays.contains(&true);
        let back = |by| self.facts.turned == Some(by) && !self.facts.abandoned && all_else_undone;
        match ending {
            Ending::Succeeded => {
                ops().all(|(_, fact)| fact.told == Told::Ok && fact.did <= 1) && nothing_undone
            }
            Ending::Incomplete => {
                let (before, after): (Vec<_>, Vec<_>) = ops().partition(|(op, _)| !op.finishing);
                let ok = |(_, fact): &(_, &super::facts::Fact)| fact.told == Told::Ok;
                before.iter().all(ok) && !after.iter().all(ok) && nothing_undone
            }
            Ending::Undone => back(Turn::Failure) && !kept,
            Ending::Cancelled => back(Turn::Wish) && !kept,
            Ending::PartlyUndone => (back(Turn::Failure) || back(Turn::Wish)) && kept,
            Ending::Abandoned => self.facts.abandoned,
            Ending::Stuck => ops().any(|(op, fact)| {
                let failed = matches!(fact.told, Told::Failed | Told::Moved);
                fact.told_undo == Told::Failed || op.always && failed
            }),
        }
    }

    /// Points of no return that were passed, and what they stand on.
    fn stays(&self) -> Vec<bool> {
        let mut stays = vec![false; self.ops.len()];
        for at in 0..self.ops.len() {
            if self.scene.ops[at].no_return && self.ops[at].told == Told::Ok {
                stays[at] = true;
                for provider in self.scene.providers(at) {
                    stays[provider] = true;
                }
            }
        }
        stays
    }
}
