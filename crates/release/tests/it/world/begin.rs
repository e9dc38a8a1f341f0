//! What must hold when something begins.

use crate::world::{Law, Told, World, facts::Pause, process::Task, scene::Part};
use segue_model::Direction;
use segue_release::Standing;

impl World {
    pub fn begin(&mut self, at: usize, direction: Direction) {
        self.nothing_begins_while_suspended(at);
        match direction {
            Direction::Do => self.may_begin(at),
            Direction::Undo => self.may_be_undone(at),
        }
        let expected = match direction {
            Direction::Do => Standing::Running,
            Direction::Undo => Standing::Undoing,
        };
        let standing = self.machine.standing(self.scene.name(at));
        self.hold(Law::IntentBeforeEffect, standing == Some(expected), || {
            format!("{at} is begun, and the journal does not tell it")
        });
        let fact = &mut self.ops[at];
        fact.open = Some(direction);
        fact.begun = true;
        self.process.tasks[at] = match direction {
            Direction::Do => Task::Doing,
            Direction::Undo => Task::Undoing,
        };
    }

    pub fn await_people(&mut self, at: usize) {
        self.nothing_begins_while_suspended(at);
        self.law_1_order(at);
        let gate = self.is_gate(at);
        self.hold(Law::Approvals, gate, || format!("{at} is no gate"));
        let fact = &mut self.ops[at];
        fact.open = Some(Direction::Do);
        fact.begun = true;
    }

    /// What people decided; none as long as too few of those who may have spoken.
    pub fn passes(&self, at: usize) -> Option<bool> {
        let (from, count) = match &self.scene.ops[at].part {
            Part::Gate(from, count) => (from.as_slice(), *count),
            Part::Window => (&[][..], 1),
            _ => return None,
        };
        let heard = |it: &&(usize, u8)| {
            let name = self.scene.people[usize::from(it.1)];
            it.0 == at && (from.is_empty() || from.iter().any(|it| it == name))
        };
        let approvals = self.facts.approved.iter().filter(heard).count();
        match self.facts.rejected.iter().any(|it| heard(&it)) {
            true => Some(false),
            false => (approvals >= count).then_some(true),
        }
    }

    pub fn decided(&mut self, at: usize, passes: bool) {
        let right = self.passes(at) == Some(passes);
        self.hold(Law::Approvals, right, || {
            format!("{at} passes: {passes}, and people did not say so")
        });
        self.nothing_begins_while_suspended(at);
        if self.ops[at].open.is_none() {
            self.law_1_order(at);
            self.ops[at].open = Some(Direction::Do);
            self.ops[at].begun = true;
        }
    }

    fn nothing_begins_while_suspended(&mut self, at: usize) {
        let law = match self.facts.paused {
            None => return,
            Some(Pause::Stopped) => Law::Stops,
            Some(Pause::Unknown) => Law::TypedFailures,
            Some(Pause::LostLock) => Law::LostLock,
            Some(Pause::Held) => Law::Holds,
        };
        self.broken(law, || format!("{at} began while nothing may"));
    }

    fn may_begin(&mut self, at: usize) {
        self.law_1_order(at);
        let fact = &self.ops[at];
        let (done, undone) = (fact.told == Told::Ok, fact.told_undo != Told::Nothing);
        self.hold(Law::NothingTwice, !done && !undone, || {
            format!("{at} is begun again, done: {done}, undone: {undone}")
        });
        let gate = self.is_gate(at);
        self.hold(Law::Approvals, !gate, || {
            format!("gate {at} is carried out")
        });
        match self.scene.ops[at].part {
            Part::Pause(lease) => {
                let leased = self.ops[lease].told == Told::Ok;
                self.hold(Law::TriggersComeBack, leased, || {
                    format!("{at} pauses what nobody recorded")
                });
                let given_back = self.restore_of(lease).is_some_and(|it| self.ops[it].begun);
                self.hold(Law::TriggersComeBack, !given_back, || {
                    format!("{at} pauses what was given back")
                });
            }
            Part::Restore(lease) => {
                let pausing = |&it: &usize| {
                    self.scene.ops[it].part == Part::Pause(lease)
                        && self.process.tasks[it] != Task::None
                };
                let raced = (0..self.ops.len()).any(|it| pausing(&it));
                self.hold(Law::TriggersComeBack, !raced, || {
                    format!("{at} gives back what is being paused")
                });
            }
            _ => {}
        }
    }

    /// Law 1, and its other half: once turned back, only what is always carried
    /// out begins.
    fn law_1_order(&mut self, at: usize) {
        let op = &self.scene.ops[at];
        let back = self.facts.turned.is_some() || self.facts.abandoned;
        if back && op.always {
            return;
        }
        let missing = op.after.iter().find(|&&it| self.ops[it].told != Told::Ok);
        if let Some(missing) = missing.copied() {
            self.broken(Law::Order, || {
                format!("{at} began before {missing} was done")
            });
        }
        let new = !self.ops[at].begun;
        self.hold(Law::UndoRunsBackwards, !(back && new), || {
            format!("{at} began although the release goes back")
        });
    }

    fn may_be_undone(&mut self, at: usize) {
        let asked = self.facts.undo_asked || !self.scene.plan.hold;
        self.hold(Law::Holds, asked, || {
            format!("{at} is undone, and nobody asked")
        });
        let turned = self.facts.turned.is_some();
        self.hold(Law::TypedFailures, turned, || {
            format!("{at} is undone, and no step failed and nobody asked")
        });
        let again = self.facts.abandoned && self.ops[at].open.is_none();
        self.hold(Law::Abandons, !again, || {
            format!("{at} is undone though abandoned")
        });
        let fact = &self.ops[at];
        let (undone, told) = (fact.told_undo == Told::Ok, fact.told);
        self.hold(Law::NothingTwice, !undone, || {
            format!("{at} is undone twice")
        });
        let touched = matches!(told, Told::Ok | Told::Failed);
        self.hold(Law::UndoRunsBackwards, touched, || {
            format!("{at} is undone, and its outcome is {told:?}")
        });
        let consumers = self.scene.consumers(at);
        let passed = |&it: &usize| self.scene.ops[it].no_return && self.ops[it].told == Told::Ok;
        let past = passed(&at) || consumers.iter().any(passed);
        self.hold(Law::NoReturn, !past, || {
            format!("{at} is undone, and a point of no return stands on it")
        });
        let live = consumers.into_iter().find(|&it| self.is_live(it));
        if let Some(live) = live {
            self.broken(Law::UndoRunsBackwards, || {
                format!("{at} is undone under {live}")
            });
        }
    }

    /// Whether an operation has, or may have, an effect that is to be undone.
    fn is_live(&self, at: usize) -> bool {
        let fact = &self.ops[at];
        let left = fact.told == Told::Moved || !self.scene.ops[at].undoable;
        let carried_out = fact.open.is_some() && !self.is_gate(at);
        carried_out
            || !left
                && (fact.in_place
                    || fact.half
                    || fact.told == Told::Ok && fact.told_undo != Told::Ok)
    }

    pub fn is_gate(&self, at: usize) -> bool {
        matches!(self.scene.ops[at].part, Part::Gate(..))
    }

    /// Whether an abandoned release waits for it.
    pub fn is_waited_for(&self, at: usize) -> bool {
        let op = &self.scene.ops[at];
        let of_trigger = matches!(op.part, Part::Lease | Part::Pause(_) | Part::Restore(_));
        op.always || of_trigger
    }

    pub fn restore_of(&self, lease: usize) -> Option<usize> {
        let mut ops = self.scene.ops.iter();
        ops.position(|op| op.part == Part::Restore(lease))
    }
}
