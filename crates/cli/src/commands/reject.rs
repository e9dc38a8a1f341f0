//! `segue reject`: closes a gate, from any machine.

use super::decide::{self, DecisionArgs};
use crate::{console::Console, exit::Exit, problem::Problem};

/// Rejects.
pub async fn run(args: DecisionArgs, console: Console) -> Result<Exit, Problem> {
    decide::run(args, false, console).await
}
