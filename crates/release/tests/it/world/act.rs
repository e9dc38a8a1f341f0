//! What can happen next.

use crate::{
    plans::failure,
    world::{
        Law, Told, World,
        facts::{Pause, Turn},
        process::Task,
        scene::Part,
    },
};
use segue_model::{Direction, Event, EventKind, Evidence, FailureKind, Wish};
use segue_release::{Command, Phase};

/// Which effects were done when the process died without hearing of them: of
/// the operations in flight those whose bit is set, in their order.
pub type Effects = u64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An operation in flight succeeds, and that is journaled.
    Succeed(usize),
    /// It fails; the effect was done or not.
    Fail(usize, FailureKind, bool),
    /// What people decided is journaled.
    Conclude,
    /// The end is journaled.
    Finish,
    /// The process dies, or another one takes the environment lock and this one
    /// can change nothing more.
    Die(Effects),
    /// A process takes the release up.
    Resume,
    /// A process takes it up with a person's wish.
    ResumeWith(Asked),
    /// A process takes it up only to give triggers back.
    Repair,
    /// A person asks.
    Ask(Asked),
    /// A person speaks about a gate or a window.
    Say(usize, u8, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Stop,
    Undo,
    Abandon,
}

/// Every kind of failure, with the effect done or not where that can be.
const FAILURES: [(FailureKind, bool); 8] = [
    (FailureKind::Step, true),
    (FailureKind::Denied, false),
    (FailureKind::Moved, false),
    (FailureKind::Unavailable, false),
    (FailureKind::Unavailable, true),
    (FailureKind::LostLock, false),
    (FailureKind::Cancelled, true),
    (FailureKind::Internal, true),
];

impl World {
    /// All that can happen next; nothing when the release is over.
    pub fn acts(&self) -> Vec<Act> {
        let mut acts = vec![];
        if self.is_over() {
            return acts;
        }
        if self.process.alive {
            self.acts_of_process(&mut acts);
            self.acts_of_people(&mut acts);
        } else {
            acts.push(Act::Resume);
            if self.may(self.budget.undo) {
                acts.push(Act::ResumeWith(Asked::Undo));
            }
            if self.may(self.budget.abandon) {
                acts.push(Act::ResumeWith(Asked::Abandon));
                acts.push(Act::Repair);
            }
        }
        acts
    }

    fn may(&self, left: u8) -> bool {
        left > 0 && self.budget.together > 0
    }

    fn acts_of_process(&self, acts: &mut Vec<Act>) {
        let flying = self.flying();
        for &(at, _) in &flying {
            acts.push(Act::Succeed(at));
            if self.may(self.budget.failures) {
                let failures = FAILURES.iter();
                acts.extend(failures.map(|&(kind, done)| Act::Fail(at, kind, done)));
            }
        }
        if !self.process.concluding.is_empty() {
            acts.push(Act::Conclude);
        }
        let idle = flying.is_empty() && self.process.concluding.is_empty();
        if idle && self.process.finish.is_some() {
            acts.push(Act::Finish);
        } else if idle && (self.facts.paused.is_some() || self.can_be_mended()) {
            acts.push(Act::Resume);
        }
        if matches!(self.machine.phase(), Phase::Finished(_)) {
            return;
        }
        let all = 1u64 << flying.len().min(12);
        if self.may(self.budget.deaths) {
            acts.extend((0..all).map(Act::Die));
        }
    }

    fn acts_of_people(&self, acts: &mut Vec<Act>) {
        let over = matches!(self.machine.phase(), Phase::Finished(_));
        if self.may(self.budget.abandon) {
            acts.push(Act::Ask(Asked::Abandon));
        }
        if over {
            return;
        }
        if self.may(self.budget.stop) {
            acts.push(Act::Ask(Asked::Stop));
        }
        if self.may(self.budget.undo) {
            acts.push(Act::Ask(Asked::Undo));
        }
        for at in 0..self.ops.len() {
            let question = matches!(self.scene.ops[at].part, Part::Gate(..) | Part::Window);
            if !question || self.ops[at].told == Told::Ok || self.facts.turned.is_some() {
                continue;
            }
            for who in 0..self.scene.people.len() as u8 {
                if !self.facts.has_spoken(at, who) {
                    acts.push(Act::Say(at, who, true));
                    if self.may(self.budget.rejections) {
                        acts.push(Act::Say(at, who, false));
                    }
                }
            }
        }
    }

    /// What the process carries out.
    pub fn flying(&self) -> Vec<(usize, Direction)> {
        let tasks = self.process.tasks.iter().enumerate();
        tasks
            .filter_map(|(at, task)| Some((at, task.direction()?)))
            .collect()
    }

    pub fn act(&mut self, act: Act) {
        match act {
            Act::Succeed(at) => self.succeed(at),
            Act::Fail(at, kind, done) => {
                spend(&mut self.budget.failures, &mut self.budget.together);
                self.fail(at, kind, done);
            }
            Act::Conclude => self.conclude(),
            Act::Finish => self.finish(),
            Act::Die(effects) => {
                spend(&mut self.budget.deaths, &mut self.budget.together);
                self.law_8_it_changes_nothing(effects);
                self.die(effects);
            }
            Act::Resume => self.resume(None),
            Act::ResumeWith(asked) => self.resume(Some(asked)),
            Act::Repair => {
                self.process.alive = true;
                self.ask(Asked::Abandon);
            }
            Act::Ask(asked) => self.ask(asked),
            Act::Say(at, who, approves) => self.say(at, who, approves),
        }
    }

    fn succeed(&mut self, at: usize) {
        let Some(direction) = self.process.tasks[at].direction() else {
            return;
        };
        self.process.tasks[at] = Task::None;
        self.effect(at, direction);
        self.told(at, direction, Told::Ok);
        self.journal_event(self.outcome(at, direction, None));
    }

    /// The platform knows each effect by its key: what is there already is not
    /// done again.
    fn effect(&mut self, at: usize, direction: Direction) {
        match (direction, &self.scene.ops[at].part) {
            (Direction::Undo, _) => {
                self.ops[at].in_place = false;
                self.ops[at].half = false;
            }
            (Direction::Do, _) if self.ops[at].in_place => {}
            (Direction::Do, part) => {
                match *part {
                    Part::Pause(lease) => self.ops[lease].paused = true,
                    Part::Restore(lease) => self.ops[lease].paused = false,
                    _ => {}
                }
                self.ops[at].in_place = true;
                self.ops[at].half = false;
                self.ops[at].did += 1;
                let once = self.ops[at].did == 1;
                self.hold(Law::NothingTwice, once, || format!("{at} was done twice"));
            }
        }
    }

    /// What the journal tells. A second outcome of one operation tells nothing.
    fn told(&mut self, at: usize, direction: Direction, told: Told) {
        let fact = &mut self.ops[at];
        if fact.open != Some(direction) {
            return;
        }
        fact.open = None;
        match direction {
            Direction::Do => fact.told = told,
            Direction::Undo => fact.told_undo = told,
        }
        let op = &self.scene.ops[at];
        let failed = direction == Direction::Do && told != Told::Ok && !op.finishing;
        if failed && !self.facts.abandoned && self.facts.turned.is_none() {
            match self.scene.plan.hold {
                true => self.facts.held = true,
                false => self.facts.turned = Some(Turn::Failure),
            }
        }
    }

    fn fail(&mut self, at: usize, kind: FailureKind, done: bool) {
        let Some(direction) = self.process.tasks[at].direction() else {
            return;
        };
        self.process.tasks[at] = Task::None;
        if kind.compensates() {
            let told = match (direction, kind) {
                (Direction::Do, FailureKind::Moved) => Told::Moved,
                _ => Told::Failed,
            };
            self.ops[at].half |= done && !self.ops[at].in_place;
            self.told(at, direction, told);
        } else if done {
            self.effect(at, direction);
        }
        self.journal_event(self.outcome(at, direction, Some(kind)));
    }

    fn conclude(&mut self) {
        let (at, passes) = self.process.concluding.remove(0);
        // What was carried out meanwhile is broken off.
        self.process.tasks[at] = Task::None;
        let told = match passes {
            true => Told::Ok,
            false => Told::Failed,
        };
        self.told(at, Direction::Do, told);
        if !passes {
            self.facts.approved.retain(|it| it.0 != at);
            self.facts.rejected.retain(|it| it.0 != at);
        }
        let kind = (!passes).then_some(FailureKind::Step);
        self.journal_event(self.outcome(at, Direction::Do, kind));
    }

    fn finish(&mut self) {
        if let Some(ending) = self.process.finish.take() {
            self.ended(ending);
            self.journal_event(EventKind::Finished { ending });
        }
    }

    /// The journal is the only memory.
    fn die(&mut self, effects: Effects) {
        for (bit, (at, direction)) in self.flying().into_iter().enumerate() {
            if effects >> bit.min(63) & 1 == 1 {
                self.effect(at, direction);
            }
            self.process.tasks[at] = Task::None;
        }
        self.process.alive = false;
        self.process.concluding.clear();
        self.process.finish = None;
        // The effects change nothing about the journal: once is enough.
        if effects == 0 {
            self.replay();
        }
    }

    fn replay(&mut self) {
        let again = self.replayed();
        let same = again == self.machine;
        self.hold(Law::Replay, same, || {
            "another machine came of the journal".into()
        });
        self.machine = again;
    }

    /// Law 8: the fence refuses what was not done yet. The process that hears of
    /// it, then of what was done before, begins nothing more.
    fn law_8_it_changes_nothing(&mut self, effects: Effects) {
        let mut machine = self.machine.clone();
        let flying = self.flying().into_iter().enumerate();
        let (done, refused): (Vec<_>, Vec<_>) =
            flying.partition(|(bit, _)| effects >> bit.min(&63) & 1 == 1);
        if refused.is_empty() {
            return;
        }
        let mut begun = false;
        for (kind, (_, (at, direction))) in refused
            .into_iter()
            .map(|it| (Some(FailureKind::LostLock), it))
            .chain(done.into_iter().map(|it| (None, it)))
        {
            let event = self.outcome(at, direction, kind);
            let commands = machine.handle(&Event {
                seq: 0,
                at_ms: 0,
                kind: event,
            });
            begun |= !commands
                .iter()
                .all(|it| matches!(it, Command::Suspend { .. }));
        }
        self.hold(Law::LostLock, !begun, || {
            "a process goes on that lost the lock".into()
        });
    }

    fn outcome(&self, at: usize, direction: Direction, kind: Option<FailureKind>) -> EventKind {
        let operation = self.scene.name(at).clone();
        match kind {
            None => EventKind::Succeeded {
                operation,
                direction,
                evidence: Evidence::default(),
            },
            Some(kind) => EventKind::Failed {
                operation,
                direction,
                failure: failure(kind),
            },
        }
    }

    fn resume(&mut self, asked: Option<Asked>) {
        if self.process.alive {
            self.replay();
        }
        self.process.alive = true;
        if let Some(asked) = asked {
            self.ask(asked);
        }
        self.facts.paused = None;
        self.facts.held = false;
        for at in 0..self.ops.len() {
            self.try_again(at);
        }
        self.journal_event(EventKind::Resumed { by: "ben".into() });
    }

    /// What failed and may be tried once more is as if it had not been begun.
    fn try_again(&mut self, at: usize) {
        let forward = self.facts.turned.is_none() && !self.facts.abandoned;
        let always = self.scene.ops[at].always && self.machine.ending().is_some();
        let fact = &mut self.ops[at];
        if matches!(fact.told, Told::Failed | Told::Moved) && (forward || always) {
            fact.told = Told::Nothing;
        }
    }

    fn ask(&mut self, asked: Asked) {
        let (left, wish) = match asked {
            Asked::Stop => (&mut self.budget.stop, Wish::Stop),
            Asked::Undo => (&mut self.budget.undo, Wish::Undo),
            Asked::Abandon => (&mut self.budget.abandon, Wish::Abandon),
        };
        spend(left, &mut self.budget.together);
        let open = match self.machine.phase() {
            Phase::Finished(_) => self.can_be_mended(),
            _ => true,
        };
        match asked {
            Asked::Stop if matches!(self.machine.phase(), Phase::Finished(_)) => {}
            Asked::Stop => self.facts.paused = Some(Pause::Stopped),
            Asked::Undo => self.asked_to_undo(),
            Asked::Abandon if open => {
                self.facts.abandoned = true;
                self.facts.paused = None;
                self.process.finish = None;
                for at in 0..self.ops.len() {
                    self.try_again(at);
                }
            }
            Asked::Abandon => {}
        }
        self.asked_of_machine(0, wish);
    }

    /// There is a way back as long as nothing has begun that comes after it.
    fn asked_to_undo(&mut self) {
        let mut ops = self.scene.ops.iter().zip(&self.ops);
        let past = ops.any(|(op, fact)| op.finishing && fact.begun);
        if past || self.facts.abandoned || self.facts.turned.is_some() {
            return;
        }
        self.facts.undo_asked = true;
        self.facts.paused = None;
        self.facts.turned = Some(match self.facts.held {
            true => Turn::Failure,
            false => Turn::Wish,
        });
    }

    fn say(&mut self, at: usize, who: u8, approves: bool) {
        if !approves {
            spend(&mut self.budget.rejections, &mut self.budget.together);
        }
        let late = self.ops[at].open.is_some() && self.passes(at).is_some();
        let said = match approves {
            _ if late => &mut self.facts.late,
            true => &mut self.facts.approved,
            false => &mut self.facts.rejected,
        };
        said.insert((at, who));
        let operation = self.scene.name(at).clone();
        let wish = match approves {
            true => Wish::Approve { operation },
            false => Wish::Reject { operation },
        };
        self.asked_of_machine(who, wish);
    }

    fn asked_of_machine(&mut self, who: u8, wish: Wish) {
        let by = self.scene.people[usize::from(who)].to_owned();
        self.journal_event(EventKind::Asked {
            request: None,
            by,
            because: String::new(),
            wish,
        });
    }
}

fn spend(left: &mut u8, together: &mut u8) {
    *left = left.saturating_sub(1);
    *together = together.saturating_sub(1);
}
