//! The process that carries the release out: it journals what happened, asks
//! the machine, and takes its commands. A second command for what it carries out
//! already changes nothing.

use crate::world::{Law, World, facts::Pause};
use segue_model::{Direction, Ending, EventKind, FailureKind};
use segue_release::Command;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    None,
    Doing,
    Undoing,
}

impl Task {
    pub fn direction(self) -> Option<Direction> {
        match self {
            Self::None => None,
            Self::Doing => Some(Direction::Do),
            Self::Undoing => Some(Direction::Undo),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Process {
    pub alive: bool,
    pub tasks: Vec<Task>,
    /// What people decided and is not journaled yet.
    pub concluding: Vec<(usize, bool)>,
    /// The release is over, and that is not journaled yet.
    pub finish: Option<Ending>,
}

impl World {
    pub fn journal_event(&mut self, kind: EventKind) {
        let event = self.append(kind);
        let commands = self.machine.handle(&event);
        if matches!(event.kind, EventKind::Resumed { .. }) {
            self.law_3_what_was_begun_is_known(&commands);
        }
        for command in commands {
            self.take(command);
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Begin {
                operation,
                direction,
            } => {
                let at = self.scene.index[&operation];
                if self.process.tasks[at].direction() != Some(direction) {
                    self.begin(at, direction);
                }
            }
            Command::Await { operation } => {
                let at = self.scene.index[&operation];
                self.await_people(at);
            }
            Command::Conclude { operation, outcome } => {
                let at = self.scene.index[&operation];
                self.decided(at, outcome.is_ok());
                if self.process.concluding.iter().all(|it| it.0 != at) {
                    self.process.concluding.push((at, outcome.is_ok()));
                }
            }
            Command::Suspend { failure } => {
                let why = match failure.map(|it| it.kind) {
                    None => Pause::Stopped,
                    Some(FailureKind::LostLock) => Pause::LostLock,
                    Some(kind) if kind.compensates() => Pause::Held,
                    Some(_) => Pause::Unknown,
                };
                self.facts.paused = Some(why);
            }
            Command::Finish { ending } => self.process.finish = Some(ending),
        }
    }

    /// Law 3: an effect that may be on its way is known from the journal alone:
    /// whoever takes the release up is told to look at it.
    fn law_3_what_was_begun_is_known(&mut self, commands: &[Command]) {
        for at in 0..self.ops.len() {
            let Some(open) = self.ops[at].open else {
                continue;
            };
            let left = self.facts.abandoned && !self.is_waited_for(at);
            let name = self.scene.name(at);
            let told = commands.iter().any(|command| match command {
                Command::Begin {
                    operation,
                    direction,
                } => operation == name && *direction == open,
                Command::Await { operation } | Command::Conclude { operation, .. } => {
                    operation == name
                }
                _ => false,
            });
            let dismissed = self.is_gate(at) && self.facts.turned.is_some();
            self.hold(Law::IntentBeforeEffect, told || left || dismissed, || {
                format!("operation {at} was begun and nobody looks at it again")
            });
        }
    }
}
