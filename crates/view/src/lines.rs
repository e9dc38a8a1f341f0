//! A release as plain lines: for logs, CI, and whoever pipes it somewhere.

use crate::{Paint, View, rows::retrying};
use jiff::{Timestamp, tz::TimeZone};
use segue_model::{Direction, EventKind, Notice};
use std::io::Write;

/// A release as plain lines.
pub struct Lines<W> {
    to: W,
    paint: Paint,
    time: fn(i64) -> String,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to `to`; times are the machine's own.
    pub fn new(to: W, paint: Paint) -> Self {
        Self {
            to,
            paint,
            time: local_time,
        }
    }

    fn line(&mut self, at_ms: Option<i64>, sign: &str, what: &str, line: &str) {
        let time = at_ms.map_or("        ".into(), self.time);
        let time = self.paint.faint(time);
        // Whoever reads the lines may have gone; the release goes on.
        let _ = writeln!(self.to, "{time} {sign} {what}  {line}");
    }
}

fn local_time(at_ms: i64) -> String {
    let time = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    time.to_zoned(TimeZone::system())
        .strftime("%H:%M:%S")
        .to_string()
}

impl<W: Write + Send> View for Lines<W> {
    fn show(&mut self, notice: &Notice) {
        let paint = self.paint;
        match notice {
            Notice::Journaled(event) => {
                let at = Some(event.at_ms);
                match &event.kind {
                    EventKind::Started { .. } => self.line(at, "▸", "release", "begins"),
                    EventKind::Resumed { .. } => self.line(at, "▸", "release", "goes on"),
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
                    EventKind::Asked { by, .. } => {
                        self.line(at, "↶", "release", &format!("cancelled by {by}"));
                    }
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
                count,
                approved,
                ..
            } => {
                let so_far = format!("waits for people: {} of {count} approved", approved.len());
                self.line(None, &paint.warn("?"), operation.as_str(), &so_far);
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
            Notice::Begun { .. } | Notice::Progress { .. } => {}
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
    use segue_model::{Event, Evidence, Failure};

    #[test]
    fn each_outcome_is_one_line() {
        let mut lines = Lines {
            to: Vec::new(),
            paint: Paint { colour: false },
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
