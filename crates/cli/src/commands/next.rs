//! What to type next. One place knows it, for reports and for `segue status`.

use segue_journal::Held;
use segue_model::Ending;
use std::path::Path;

/// Where a release stands, as far as what to type next depends on it.
pub struct Situation<'a> {
    /// The directory that people type after a command.
    pub directory: &'a Path,
    /// How it ended; none while it has not.
    pub ending: Option<Ending>,
    /// Whether its world is a sandbox's.
    pub sandbox: bool,
    /// Whether that world still is there, so that it can be resumed.
    pub world_is_there: bool,
    /// Who carries it out at this moment.
    pub held: Option<Held>,
}

impl Situation<'_> {
    /// What to do and to type; none when there is nothing to do.
    pub fn next(&self) -> Option<String> {
        let directory = self.directory.display();
        let flag = if self.sandbox { " --sandbox" } else { "" };
        let apply = format!("segue apply {directory}{flag}");
        let resume = format!("segue resume {directory}");
        if let Some(held) = &self.held {
            return Some(format!("wait: {} is at it ({})", held.holder, held.doing));
        }
        Some(match self.ending {
            Some(Ending::Succeeded) => return None,
            Some(Ending::Undone | Ending::Cancelled | Ending::PartlyUndone | Ending::Abandoned) => {
                format!("mend the cause, then: {apply}")
            }
            _ if !self.world_is_there => format!(
                "the sandbox ended, and its world with it; to begin again: {apply}\n      \
                 (`segue sandbox {directory}`, in a terminal of its own, outlives its releases)"
            ),
            Some(Ending::Stuck | Ending::Incomplete) => format!("mend the cause, then: {resume}"),
            None => resume,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(ending: Option<Ending>, sandbox: bool, world_is_there: bool) -> Option<String> {
        let situation = Situation {
            directory: Path::new("shop"),
            ending,
            sandbox,
            world_is_there,
            held: None,
        };
        situation.next()
    }

    #[test]
    fn what_is_typed_next_reaches_the_same_world() {
        assert_eq!(next(Some(Ending::Succeeded), true, true), None);
        let undone = next(Some(Ending::Undone), true, false).unwrap();
        assert!(undone.ends_with("segue apply shop --sandbox"));
        let undone = next(Some(Ending::Undone), false, true).unwrap();
        assert!(undone.ends_with("segue apply shop"));
        assert_eq!(next(None, false, true).unwrap(), "segue resume shop");
        let gone = next(None, true, false).unwrap();
        assert!(gone.contains("segue apply shop --sandbox") && !gone.contains("resume"));
    }
}
