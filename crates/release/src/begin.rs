//! What may begin now, and whether the release is over.

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};
use segue_model::Ending;
use std::cmp::Reverse;

impl Machine {
    /// Puts an operation into the queue of those that may begin.
    pub(crate) fn enqueue(&mut self, at: usize) {
        self.ready
            .insert((self.graph.nodes[at].height, Reverse(at)));
    }

    /// Begins what may begin, within the limit; says so when the release is over.
    pub(crate) fn advance(&mut self) -> Vec<Command> {
        if self.suspended || matches!(self.phase, Phase::Finished(_)) {
            return Vec::new();
        }
        let mut commands = self.begin_ready();
        if commands.is_empty() && self.in_flight == 0 && self.awaiting == 0 {
            commands = self.turn();
        }
        commands
    }

    fn begin_ready(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while self.in_flight < self.graph.parallel {
            let Some((_, Reverse(at))) = self.ready.pop_last() else {
                break;
            };
            self.begin(at);
            commands.push(self.command(at));
        }
        commands
    }

    /// What people decide takes nobody's place.
    fn begin(&mut self, at: usize) {
        let node = &self.graph.nodes[at];
        let awaits = node.decider.as_ref().is_some_and(|it| !it.overrides);
        if self.phase == Phase::Undoing {
            self.standing[at] = Standing::Undoing;
            self.in_flight += 1;
        } else if awaits || self.decision(at).is_some() {
            self.standing[at] = Standing::Awaiting;
            self.awaiting += 1;
        } else {
            self.standing[at] = Standing::Running;
            self.in_flight += 1;
        }
    }

    /// Nothing runs and nothing can begin: the phase is over.
    fn turn(&mut self) -> Vec<Command> {
        match self.phase {
            Phase::Forward => vec![Command::Finish {
                ending: self.forward_ending(),
            }],
            Phase::Undoing => {
                self.phase = Phase::Closing;
                self.turn()
            }
            Phase::Closing => {
                self.queue_closing();
                let commands = self.begin_ready();
                if commands.is_empty() {
                    vec![Command::Finish {
                        ending: self.closing_ending(),
                    }]
                } else {
                    commands
                }
            }
            Phase::Finished(_) => Vec::new(),
        }
    }

    fn forward_ending(&self) -> Ending {
        let all_done = self.standing.iter().all(|&it| it == Standing::Done);
        if all_done {
            Ending::Succeeded
        } else {
            Ending::Incomplete
        }
    }

    fn closing_ending(&self) -> Ending {
        let abandoned = self.cause == Some(Cause::Abandoned);
        let stuck = (0..self.standing.len()).any(|at| match self.standing[at] {
            Standing::UndoFailed => !abandoned,
            Standing::Failed | Standing::Moved => self.graph.nodes[at].always,
            _ => false,
        });
        match self.cause {
            _ if stuck => Ending::Stuck,
            Some(Cause::Abandoned) => Ending::Abandoned,
            _ if self.passed_no_return() => Ending::PartlyUndone,
            Some(Cause::Cancelled) => Ending::Cancelled,
            _ => Ending::Undone,
        }
    }

    /// Law 5: what must be given back on every way out. An operation that needs
    /// a lease has nothing to give back when none was taken.
    fn queue_closing(&mut self) {
        for at in 0..self.graph.nodes.len() {
            if self.must_close(at) && self.closing_waits(at) == 0 {
                self.enqueue(at);
            }
        }
    }

    /// A closing operation came to its outcome: others may have waited for it.
    pub(crate) fn queue_closing_dependents(&mut self, at: usize) {
        for index in 0..self.graph.nodes[at].dependents.len() {
            let dependent = self.graph.nodes[at].dependents[index];
            if self.must_close(dependent) && self.closing_waits(dependent) == 0 {
                self.enqueue(dependent);
            }
        }
    }

    fn must_close(&self, at: usize) -> bool {
        let node = &self.graph.nodes[at];
        let leased = node.lease.is_none_or(|lease| {
            self.standing[lease] == Standing::Done || self.standing[lease] == Standing::Undone
        });
        node.always && leased && self.standing[at] == Standing::Waiting
    }

    /// How many other closing operations this one still waits for.
    fn closing_waits(&self, at: usize) -> usize {
        let waits = |&&provider: &&usize| {
            self.must_close(provider)
                || self.graph.nodes[provider].always && self.standing[provider].is_in_flight()
        };
        self.graph.nodes[at].after.iter().filter(waits).count()
    }
}
