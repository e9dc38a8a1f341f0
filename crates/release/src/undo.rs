//! Unwinding: consumers first, then providers (law 6).

use crate::{
    machine::{Command, Machine},
    state::{Cause, Phase, Standing},
};

impl Machine {
    /// From here on the release is undone. What is in flight comes to its own
    /// outcome first: nobody can say what half of it did.
    pub(crate) fn turn_back(&mut self, cause: Cause) -> Vec<Command> {
        self.phase = Phase::Undoing;
        self.cause = Some(cause);
        self.ready.clear();
        self.dismiss_gates();
        let leaves: Vec<_> = (0..self.graph.nodes.len())
            .filter(|&at| self.unwinds_after[at] == 0)
            .collect();
        self.unwind(leaves);
        self.advance()
    }

    /// Nobody needs to decide any more.
    pub(crate) fn dismiss_gates(&mut self) {
        for standing in &mut self.standing {
            if *standing == Standing::Awaiting {
                *standing = Standing::Waiting;
            }
        }
        self.awaiting = 0;
    }

    /// Each of `settled` has nothing above it that is still to be undone: it is
    /// undone now, or, where there is nothing to undo, what it stands on follows.
    /// At a point of no return neither happens.
    pub(crate) fn unwind(&mut self, mut settled: Vec<usize>) {
        while let Some(at) = settled.pop() {
            match self.standing[at] {
                Standing::Running | Standing::Undoing | Standing::UndoFailed => {}
                Standing::Done if self.graph.nodes[at].no_return => {}
                Standing::Done | Standing::Failed if self.graph.nodes[at].undoable => {
                    self.enqueue(at);
                }
                _ => self.release_providers(at, &mut settled),
            }
        }
    }

    fn release_providers(&mut self, at: usize, settled: &mut Vec<usize>) {
        for index in 0..self.graph.nodes[at].after.len() {
            let provider = self.graph.nodes[at].after[index];
            self.unwinds_after[provider] -= 1;
            if self.unwinds_after[provider] == 0 {
                settled.push(provider);
            }
        }
    }

    /// An operation that was in flight when the release turned back has come to
    /// its outcome, or one has been undone.
    pub(crate) fn unwound(&mut self, at: usize) {
        if self.unwinds_after[at] == 0 {
            self.unwind(vec![at]);
        }
    }
}
