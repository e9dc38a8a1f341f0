//! `segue approve`: opens a gate, from any machine.

use super::decide::{self, DecisionArgs};
use crate::{console::Console, exit::Exit, problem::Problem};

/// Approves.
pub async fn run(args: DecisionArgs, console: Console) -> Result<Exit, Problem> {
    decide::run(args, true, console).await
}
