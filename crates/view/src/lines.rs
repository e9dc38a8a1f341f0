//! A release as plain lines: for logs, CI, and whoever pipes it somewhere.

use crate::{
    Paint, View, clock,
    gates::{Names, lacks, wanted},
    people::Deed,
    rows::retrying,
};
use segue_model::{Direction, EventKind, Notice, Plan};
use std::io::Write;

/// A release as plain lines.
pub struct Lines<W> {
    to: W,
    paint: Paint,
    names: Names,
    time: fn(i64) -> String,
}

impl<W: Write + Send> Lines<W> {
    /// Writes what happens to `plan` to `to`; times are the machine's own.
    pub fn new(plan: &Plan, to: W, paint: Paint) -> Self {
        Self {
            to,
            paint,
            names: Names::of(plan),
            time: clock,
        }
    }

    fn line(&mut self, at_ms: Option<i64>, sign: &str, what: &str, line: &str) {
        let time = at_ms.map_or("        ".into(), self.time);
        let time = self.paint.faint(time);
        // Whoever reads the lines may have gone; the release goes on.
        let _ = writeln!(self.to, "{time} {sign} {what}  {line}");
    }
}

impl<W: Write + Send> View for Lines<W> {
    fn show(&mut self, notice: &Notice) {
        let paint = self.paint;
        match notice {
            Notice::Journaled(event) => {
                let at = Some(event.at_ms);
                match &event.kind {
                    EventKind::Started { .. }
                    | EventKind::Resumed { .. }
                    | EventKind::Asked { .. } => {
                        if let Some(deed) = Deed::of(&self.names, event) {
                            self.line(at, "▸", "release", &deed.to_string());
                        }
                    }
                    EventKind::Succeeded {
                        operation,
                        direction,
                        evidence,
                    } => {
                        let sign = match direction {
                            Direction::Do => paint.good("✓"),
                            Direction::Undo => paint.warn("↶"),
                        };
                        self.line(at, &sign, operation.as_str(), &evidence.summary);
                    }
                    EventKind::Failed {
                        operation, failure, ..
                    } => {
                        let sign = paint.bad("✗");
                        let line = failure.to_string().replace('\n', " ");
                        self.line(at, &sign, operation.as_str(), &line);
                    }
                    EventKind::Measured { .. } => {}
                    EventKind::Finished { .. } => self.line(at, "▸", "release", "is over"),
                }
            }
            Notice::Retrying {
                operation,
                failure,
                wait_ms,
            } => {
                let sign = paint.warn("…");
                self.line(
                    None,
                    &sign,
                    operation.as_str(),
                    &retrying(failure, *wait_ms),
                );
            }
            Notice::Awaiting {
                operation,
                from,
                count,
                approved,
            } if lacks(*count, approved) => {
                let line = format!(
                    "waits for {}: segue approve {}",
                    wanted(*count, from, approved),
                    self.names.name(operation)
                );
                self.line(None, &paint.warn("?"), operation.as_str(), &line);
            }
            Notice::Refused { by, why, .. } => {
                let line = format!("what {by} asked for changes nothing: {why}");
                self.line(None, &paint.warn("!"), "release", &line);
            }
            Notice::JournalAway { failure, wait_ms } => {
                self.line(
                    None,
                    &paint.warn("…"),
                    "journal",
                    &retrying(failure, *wait_ms),
                );
            }
            Notice::Awaiting { .. } | Notice::Begun { .. } | Notice::Progress { .. } => {}
        }
    }

    fn say(&mut self, text: &str) {
        let _ = writeln!(self.to, "{text}");
    }

    fn end(&mut self) {
        let _ = self.to.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::{
        Action, Digest, Event, Evidence, Failure, Operation, Plan, Subject, Verb, Wish,
    };

    fn plan() -> Plan {
        Plan {
            format: segue_model::PLAN_FORMAT,
            environment: "e".into(),
            manifest: Digest::of(b""),
            lock: Digest::of(b""),
            changes: Vec::new(),
            operations: vec![Operation {
                id: "gate/uat".into(),
                verb: Verb::Gate,
                subject: Subject::Release("uat".into()),
                after: Vec::new(),
                action: Action::Await {
                    from: vec!["ana".into(), "bob".into()],
                    count: 2,
                },
                undo: None,
                always: false,
                finishing: false,
                no_return: false,
                overridable: false,
                deadline_s: 1,
            }],
            parallel: 1,
            hold: false,
            rolls_back: None,
        }
    }

    #[test]
    fn what_people_do_and_have_to_do_is_said() {
        let mut lines = Lines::new(&plan(), Vec::new(), Paint { colour: false });
        lines.time = |_| "00:00:00".into();
        lines.show(&Notice::Awaiting {
            operation: "gate/uat".into(),
            from: vec!["ana".into(), "bob".into()],
            count: 2,
            approved: Vec::new(),
        });
        // Those who said it while nobody carried the release out: nothing is lacking.
        lines.show(&Notice::Awaiting {
            operation: "gate/uat".into(),
            from: vec!["ana".into(), "bob".into(), "carol".into()],
            count: 2,
            approved: vec!["ana".into(), "bob".into()],
        });
        lines.show(&Notice::Journaled(Event {
            seq: 2,
            at_ms: 0,
            kind: EventKind::Asked {
                request: Some(1),
                by: "ana".into(),
                because: "all green".into(),
                wish: Wish::Approve {
                    operation: "gate/uat".into(),
                },
            },
        }));
        assert_eq!(
            String::from_utf8(lines.to).unwrap(),
            "\x20        ? gate/uat  waits for 2 approvals of ana, bob: segue approve uat\n\
             00:00:00 ▸ release  ana approved uat: all green\n"
        );
    }

    #[test]
    fn each_outcome_is_one_line() {
        let mut lines = Lines {
            to: Vec::new(),
            paint: Paint { colour: false },
            names: Names::of(&plan()),
            time: |at| format!("{at:08}"),
        };
        let event = |kind| {
            Notice::Journaled(Event {
                seq: 1,
                at_ms: 5,
                kind,
            })
        };
        lines.show(&event(EventKind::Succeeded {
            operation: "auth@aks/stage".into(),
            direction: Direction::Do,
            evidence: Evidence::seen("2 of 2 replicas ready"),
        }));
        lines.show(&Notice::Retrying {
            operation: "auth@aks/stage".into(),
            failure: Failure::unavailable("SEG0000", "the API answered 503").words("busy"),
            wait_ms: 1500,
        });
        lines.show(&event(EventKind::Failed {
            operation: "auth@aks/stage".into(),
            direction: Direction::Undo,
            failure: Failure::step("SEG0000", "gone").words("two\nlines"),
        }));
        assert_eq!(
            String::from_utf8(lines.to).unwrap(),
            "00000005 ✓ auth@aks/stage  2 of 2 replicas ready\n\
             \x20        … auth@aks/stage  the API answered 503: busy; again in 1.5 s\n\
             00000005 ✗ auth@aks/stage  gone: two lines\n"
        );
    }
}
