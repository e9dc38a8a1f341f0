//! What to type next. One place knows it, for reports and for `segue status`.

use crate::found::Found;
use segue_model::Ending;
use segue_view::GateReport;
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
    pub holder: Option<String>,
    /// The gates that wait for people.
    pub waiting: Vec<GateReport>,
    /// Whether a step failed that a person is to mend before it is tried again.
    pub failed: bool,
    /// Whether it is on its way back.
    pub undoing: bool,
    /// Whether it holds triggers.
    pub leases: bool,
}

impl<'a> Situation<'a> {
    /// That of a release as its journal tells it.
    pub fn of(found: &Found, directory: &'a Path, world_is_there: bool) -> Self {
        Self {
            directory,
            ending: found.machine.ending(),
            sandbox: found.entry.sandbox,
            world_is_there,
            holder: found.held.as_ref().map(|it| it.holder.clone()),
            waiting: found.waiting(),
            failed: found.machine.is_held(),
            undoing: found.is_undoing(),
            leases: !found.stray_leases().is_empty(),
        }
    }
    /// What to do and to type, one thing a line; empty when there is nothing to do.
    pub fn next(&self) -> Vec<String> {
        let directory = self.directory.display();
        let flag = if self.sandbox { " --sandbox" } else { "" };
        let apply = format!("segue apply {directory}{flag}");
        let resume = format!("segue resume {directory}");
        let undo = format!("segue cancel {directory} --undo");
        match self.ending {
            Some(Ending::Succeeded) => Vec::new(),
            Some(Ending::Undone | Ending::Cancelled) => {
                vec![format!("mend the cause, then: {apply}")]
            }
            Some(Ending::PartlyUndone | Ending::Abandoned) => vec![
                format!("look at what is live: segue plan {directory}{flag}"),
                format!("mend the cause, then: {apply}"),
            ],
            _ if !self.world_is_there => vec![
                format!("the sandbox ended, and its world with it; to begin again: {apply}"),
                format!(
                    "(`segue sandbox {directory}`, in a terminal of its own, outlives its releases)"
                ),
            ],
            Some(Ending::Stuck | Ending::Incomplete) => {
                let leave = format!("or leave it as it is, and close it: segue repair {directory}");
                vec![format!("mend the cause, then: {resume}"), leave]
            }
            None if self.holder.is_some() => self.while_it_runs(),
            None if self.failed => vec![
                format!("mend the cause, then: {resume} (tries only what failed again)"),
                format!("or undo it: {undo}"),
            ],
            None => {
                let leave = "or leave it, and give its triggers back";
                let leave = format!("{leave}: segue repair {directory}");
                let both = if self.undoing {
                    vec![format!(
                        "{resume} (it is half undone; this goes on undoing it)"
                    )]
                } else {
                    vec![resume, format!("or undo it: {undo}")]
                };
                let both = self.approvals().chain(both);
                both.chain(self.leases.then_some(leave)).collect()
            }
        }
    }

    /// The same as one text, to stand after `next: `.
    pub fn text(&self) -> Option<String> {
        let next = self.next();
        (!next.is_empty()).then(|| next.join("\n      "))
    }

    fn while_it_runs(&self) -> Vec<String> {
        let holder = self.holder.as_deref().unwrap_or_default();
        let directory = self.directory.display();
        let approvals = self.approvals();
        approvals
            .chain([format!(
                "wait: {holder} is at it; live: segue watch {directory}"
            )])
            .collect()
    }

    fn approvals(&self) -> impl Iterator<Item = String> + '_ {
        self.waiting.iter().map(|gate| {
            let directory = self.directory.display();
            let place = match directory.to_string().as_str() {
                "." => String::new(),
                place => format!(" {place}"),
            };
            format!("segue approve {}{place} --because \"…\"", gate.gate)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_view::GateState;

    fn situation(
        ending: Option<Ending>,
        sandbox: bool,
        world_is_there: bool,
    ) -> Situation<'static> {
        Situation {
            directory: Path::new("shop"),
            ending,
            sandbox,
            world_is_there,
            holder: None,
            waiting: Vec::new(),
            failed: false,
            undoing: false,
            leases: false,
        }
    }

    fn next(ending: Option<Ending>, sandbox: bool, world_is_there: bool) -> Vec<String> {
        situation(ending, sandbox, world_is_there).next()
    }

    #[test]
    fn what_is_typed_next_reaches_the_same_world() {
        assert!(next(Some(Ending::Succeeded), true, true).is_empty());
        let undone = next(Some(Ending::Undone), true, false);
        assert!(undone[0].ends_with("segue apply shop --sandbox"));
        let undone = next(Some(Ending::Undone), false, true);
        assert!(undone[0].ends_with("segue apply shop"));
        assert_eq!(next(None, false, true)[0], "segue resume shop");
        let gone = next(None, true, false).join(" ");
        assert!(gone.contains("segue apply shop --sandbox") && !gone.contains("resume"));
    }

    #[test]
    fn what_people_decide_comes_first() {
        let gate = GateReport {
            gate: "uat".into(),
            operation: "gate/uat".into(),
            state: GateState::Waits,
            approval: true,
            from: Vec::new(),
            count: 1,
            approved: Vec::new(),
        };
        let waits = Situation {
            waiting: vec![gate],
            holder: Some("ana on build-7, process 1".into()),
            ..situation(None, false, true)
        };
        assert_eq!(waits.next()[0], "segue approve uat shop --because \"…\"");
        assert!(waits.next()[1].contains("ana on build-7"));
        let left = Situation {
            holder: None,
            ..waits
        };
        assert_eq!(left.next()[1], "segue resume shop");
    }

    #[test]
    fn half_undone_is_undone_to_its_end() {
        let half = Situation {
            undoing: true,
            leases: true,
            ..situation(None, false, true)
        };
        let text = half.text().unwrap();
        assert!(
            text.starts_with("segue resume shop (it is half undone"),
            "{text}"
        );
        assert!(!text.contains("cancel") && text.contains("segue repair shop"));
    }

    #[test]
    fn a_release_that_holds_is_mended_or_undone() {
        let holds = Situation {
            failed: true,
            ..situation(None, false, true)
        };
        let text = holds.text().unwrap();
        assert!(text.starts_with("mend the cause, then: segue resume shop"));
        assert!(text.ends_with("segue cancel shop --undo"));
    }
}
