//! The rows of a release as it goes on: one for each module on each target, one
//! for what comes before, for triggers, and for what comes after.

use crate::{
    gates::{lacks, wanted},
    report::deploys,
};
use segue_model::{
    Direction, EventKind, Failure, Notice, Operation, OperationId, Plan, Subject, Verb,
};
use std::collections::HashMap;

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Topic {
    Before,
    Unit {
        name: String,
        from: String,
        to: String,
    },
    Triggers,
    After,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Waiting,
    Running,
    /// People are to decide.
    Asking,
    Done,
    Undoing,
    Undone,
    Failed,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub topic: Topic,
    pub total: u64,
    pub done: u64,
    pub mood: Mood,
    pub line: String,
    /// The gates in it that wait for people, and what for.
    waits: Vec<(OperationId, String)>,
    /// The rows that come before this one, by name.
    pub after: Vec<String>,
}

/// Where an operation is shown, and how.
#[derive(Debug, Clone)]
struct Place {
    row: usize,
    verb: Verb,
    /// What it is about, where a row is about more than one thing.
    subject: String,
}

/// All rows, and which operation belongs to which.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub rows: Vec<Row>,
    of: HashMap<OperationId, Place>,
}

impl Rows {
    pub fn new(plan: &Plan) -> Self {
        let mut rows = vec![Row::new(Topic::Before)];
        let mut units = HashMap::new();
        for change in plan.changes.iter().filter(|change| change.changed) {
            let name = format!("{}@{}", change.module, change.target);
            units.insert(name.clone(), rows.len());
            let former = change.former.version.as_ref();
            rows.push(Row::new(Topic::Unit {
                name,
                from: former.map_or("new".into(), ToString::to_string),
                to: change.to.to_string(),
            }));
        }
        let triggers = rows.len();
        rows.extend([Row::new(Topic::Triggers), Row::new(Topic::After)]);
        let mut all = Self {
            rows,
            of: HashMap::new(),
        };
        for operation in &plan.operations {
            let row = place(operation, &units, triggers);
            all.rows[row].total += 1;
            let subject = match all.rows[row].topic {
                Topic::Unit { .. } => String::new(),
                _ => format!("{}: ", subject(operation)),
            };
            let verb = operation.verb;
            let place = Place { row, verb, subject };
            all.of.insert(operation.id.clone(), place);
        }
        for operation in &plan.operations {
            all.wait(operation);
        }
        all
    }

    /// Notes for which other modules the row of `operation` waits.
    fn wait(&mut self, operation: &Operation) {
        let Some(place) = self.of.get(&operation.id) else {
            return;
        };
        let row = place.row;
        let before = operation.after.iter().filter_map(|it| self.of.get(it));
        let names: Vec<String> = before
            .filter(|it| it.row != row)
            .filter_map(|it| match &self.rows[it.row].topic {
                Topic::Unit { name, .. } => Some(name.clone()),
                _ => None,
            })
            .collect();
        for name in names {
            if !self.rows[row].after.contains(&name) {
                self.rows[row].after.push(name);
            }
        }
    }

    /// How many operations are done, of how many.
    pub fn done(&self) -> (u64, u64) {
        let sum = |of: fn(&Row) -> u64| self.rows.iter().map(of).sum();
        (sum(|row| row.done), sum(|row| row.total))
    }

    /// Takes a notice in; says which row changed.
    pub fn take(&mut self, notice: &Notice) -> Option<usize> {
        match notice {
            Notice::Begun {
                operation,
                direction,
                ..
            } => self.change(operation, |row, place| row.begin(place, *direction)),
            Notice::Progress { operation, line } => self.change(operation, |row, place| {
                row.line = format!("{}{}: {line}", place.subject, place.verb);
            }),
            Notice::Retrying {
                operation,
                failure,
                wait_ms,
            } => self.change(operation, |row, place| {
                row.line = format!("{}{}", place.subject, retrying(failure, *wait_ms));
            }),
            Notice::Journaled(event) => match &event.kind {
                EventKind::Succeeded {
                    operation,
                    direction,
                    evidence,
                } => self.change(operation, |row, place| {
                    row.decided(operation);
                    row.succeeded(*direction);
                    row.line = format!("{}{}", place.subject, evidence.summary);
                }),
                EventKind::Failed {
                    operation, failure, ..
                } => self.change(operation, |row, place| {
                    row.decided(operation);
                    row.mood = Mood::Failed;
                    row.line = format!("{}{failure}", place.subject);
                }),
                _ => None,
            },
            Notice::Awaiting {
                operation,
                from,
                count,
                approved,
            } => self.change(operation, |row, place| {
                let gate = place.subject.trim_end_matches(": ");
                row.decided(operation);
                if !lacks(*count, approved) {
                    return;
                }
                // The command first: what does not fit is cut off at the end.
                let line = format!("segue approve {gate} ({})", wanted(*count, from, approved));
                row.waits.push((operation.clone(), line));
            }),
            Notice::Refused { .. } | Notice::JournalAway { .. } => None,
        }
    }

    fn change(&mut self, id: &OperationId, change: impl FnOnce(&mut Row, &Place)) -> Option<usize> {
        let place = self.of.get(id)?;
        change(&mut self.rows[place.row], place);
        Some(place.row)
    }
}

fn place(operation: &Operation, units: &HashMap<String, usize>, triggers: usize) -> usize {
    match &operation.subject {
        Subject::Trigger(_) => triggers,
        Subject::Module(..) if operation.verb == Verb::Check => 0,
        // The health of all and what is tidied up comes when every module is live.
        Subject::Module(module, target) if deploys(operation) => units
            .get(&format!("{module}@{target}"))
            .copied()
            .unwrap_or(triggers + 1),
        Subject::Module(..) => triggers + 1,
        Subject::Release(_) if operation.finishing => triggers + 1,
        Subject::Release(_) => 0,
    }
}

fn subject(operation: &Operation) -> String {
    match &operation.subject {
        Subject::Module(module, target) => format!("{module}@{target}"),
        Subject::Trigger(trigger) => trigger.to_string(),
        Subject::Release(name) => name.clone(),
    }
}

pub(crate) fn retrying(failure: &Failure, wait_ms: u64) -> String {
    let wait = crate::duration(i64::try_from(wait_ms).unwrap_or(i64::MAX));
    format!("{failure}; again in {wait}")
}

impl Row {
    fn new(topic: Topic) -> Self {
        Self {
            topic,
            total: 0,
            done: 0,
            mood: Mood::Waiting,
            line: String::new(),
            waits: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Where it stands.
    pub fn mood(&self) -> Mood {
        match self.mood {
            Mood::Failed | Mood::Undoing => self.mood,
            _ if !self.waits.is_empty() => Mood::Asking,
            mood => mood,
        }
    }

    /// What is said about it.
    pub fn said(&self) -> &str {
        match self.waits.first() {
            Some((_, line)) if self.mood() == Mood::Asking => line,
            _ => &self.line,
        }
    }

    fn decided(&mut self, gate: &OperationId) {
        self.waits.retain(|(it, _)| it != gate);
    }

    fn begin(&mut self, place: &Place, direction: Direction) {
        let Place { verb, subject, .. } = place;
        let verb = verb.to_string();
        // A tag is called `tag`.
        let named = subject.trim_end_matches(": ") == verb;
        let doing = if named {
            verb
        } else {
            format!("{subject}{verb}")
        };
        (self.mood, self.line) = match direction {
            Direction::Do => (Mood::Running, doing),
            Direction::Undo => (
                Mood::Undoing,
                format!("{subject}bringing the former version back"),
            ),
        };
    }

    fn succeeded(&mut self, direction: Direction) {
        match direction {
            Direction::Do => {
                self.done += 1;
                if self.mood != Mood::Failed {
                    self.mood = if self.done >= self.total {
                        Mood::Done
                    } else {
                        Mood::Running
                    };
                }
            }
            Direction::Undo => {
                self.done = 0;
                self.mood = Mood::Undone;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::{
        Action, Change, Digest, Event, Evidence, Observation, PLAN_FORMAT, Unit, Version,
    };
    use serde_json::Value;

    fn plan() -> Plan {
        let change = |module: &str| Change {
            module: module.into(),
            target: "aks".into(),
            former: Observation::absent(),
            to: "2.0.0".parse::<Version>().unwrap(),
            changed: true,
        };
        let operation = |id: &str, verb, after: &[&str], finishing| {
            let module = id.split('@').next().unwrap();
            Operation {
                id: id.into(),
                verb,
                subject: Subject::Module(module.into(), "aks".into()),
                after: after.iter().map(|it| (*it).into()).collect(),
                action: Action::Stage(Unit {
                    module: module.into(),
                    target: "aks".into(),
                    version: "2.0.0".parse().unwrap(),
                    artifact: Value::Null,
                    settings: Value::Null,
                }),
                undo: None,
                always: false,
                finishing,
                no_return: false,
                overridable: false,
                deadline_s: 1,
            }
        };
        Plan {
            format: PLAN_FORMAT,
            environment: "e".into(),
            manifest: Digest::of(b""),
            lock: Digest::of(b""),
            changes: vec![change("config"), change("shop")],
            operations: vec![
                operation("config@aks/stage", Verb::Stage, &[], false),
                operation("shop@aks/stage", Verb::Stage, &["config@aks/stage"], false),
                operation("shop@aks/health", Verb::Verify, &["shop@aks/stage"], false),
                operation(
                    "config@aks/settle",
                    Verb::Settle,
                    &["shop@aks/health"],
                    true,
                ),
            ],
            parallel: 1,
            hold: false,
            rolls_back: None,
        }
    }

    fn succeeded(operation: &str, direction: Direction) -> Notice {
        Notice::Journaled(Event {
            seq: 1,
            at_ms: 0,
            kind: EventKind::Succeeded {
                operation: operation.into(),
                direction,
                evidence: Evidence::seen("ready"),
            },
        })
    }

    #[test]
    fn a_module_is_done_when_it_is_live() {
        let mut rows = Rows::new(&plan());
        assert_eq!(rows.rows[2].after, ["config@aks"]);
        assert_eq!(rows.done(), (0, 4));
        assert_eq!(
            rows.take(&succeeded("config@aks/stage", Direction::Do)),
            Some(1)
        );
        assert_eq!(
            (rows.rows[1].mood, rows.rows[2].mood),
            (Mood::Done, Mood::Waiting)
        );
        // What is tidied up afterwards is shown where everything else is.
        assert_eq!(
            rows.take(&succeeded("config@aks/settle", Direction::Do)),
            Some(4)
        );
        assert_eq!(rows.rows[4].line, "config@aks: ready");
        rows.take(&succeeded("config@aks/stage", Direction::Undo));
        assert_eq!((rows.rows[1].mood, rows.done()), (Mood::Undone, (1, 4)));
    }
}
