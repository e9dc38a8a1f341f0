//! What a release that turned back does not undo.

use crate::{machine::Machine, state::Standing};
use segue_model::OperationId;

impl Machine {
    /// What was carried out and stays because of a point of no return: the
    /// points themselves and what they stand on, in the plan's order. Empty
    /// unless the release turned back.
    pub fn kept(&self) -> impl Iterator<Item = &OperationId> {
        let nodes = &self.graph.nodes;
        let mut stays = vec![false; nodes.len()];
        // Each operation stands after all that it waits for.
        for at in (0..nodes.len()).rev() {
            stays[at] |= self.cause.is_some() && self.is_passed(at);
            if stays[at] {
                for &provider in &nodes[at].after {
                    stays[provider] = true;
                }
            }
        }
        let undoable = |at: usize| nodes[at].undoable || nodes[at].no_return;
        (0..nodes.len())
            .filter(move |&at| stays[at] && undoable(at) && self.standing[at] == Standing::Done)
            .map(|at| self.graph.name(at))
    }

    pub(crate) fn passed_no_return(&self) -> bool {
        (0..self.standing.len()).any(|at| self.is_passed(at))
    }

    fn is_passed(&self, at: usize) -> bool {
        self.graph.nodes[at].no_return && self.standing[at] == Standing::Done
    }
}
