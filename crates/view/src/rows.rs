//! The rows of a release as it goes on: one for each module on each target, one
//! for what comes before, for triggers, and for what comes after.

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
}

/// All rows, and which operation belongs to which.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub rows: Vec<Row>,
    of: HashMap<OperationId, (usize, Verb)>,
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
            all.of.insert(operation.id.clone(), (row, operation.verb));
        }
        all
    }

    /// Takes a notice in; says which row changed.
    pub fn take(&mut self, notice: &Notice) -> Option<usize> {
        match notice {
            Notice::Begun {
                operation,
                direction,
                ..
            } => self.change(operation, |row, verb| row.begin(verb, *direction)),
            Notice::Progress { operation, line } => {
                self.change(operation, |row, verb| row.line = format!("{verb}: {line}"))
            }
            Notice::Retrying {
                operation,
                failure,
                wait_ms,
            } => self.change(operation, |row, _| row.line = retrying(failure, *wait_ms)),
            Notice::Journaled(event) => match &event.kind {
                EventKind::Succeeded {
                    operation,
                    direction,
                    evidence,
                } => self.change(operation, |row, _| {
                    row.succeeded(*direction);
                    row.line.clone_from(&evidence.summary);
                }),
                EventKind::Failed {
                    operation, failure, ..
                } => self.change(operation, |row, _| {
                    row.mood = Mood::Failed;
                    row.line = failure.to_string();
                }),
                _ => None,
            },
        }
    }

    fn change(&mut self, id: &OperationId, change: impl FnOnce(&mut Row, Verb)) -> Option<usize> {
        let (row, verb) = *self.of.get(id)?;
        change(&mut self.rows[row], verb);
        Some(row)
    }
}

fn place(operation: &Operation, units: &HashMap<String, usize>, triggers: usize) -> usize {
    match &operation.subject {
        Subject::Trigger(_) => triggers,
        Subject::Module(module, target) => match operation.verb {
            Verb::Check => 0,
            _ => units
                .get(&format!("{module}@{target}"))
                .copied()
                // The health of what did not change is asked with the rest.
                .unwrap_or(triggers + 1),
        },
        Subject::Release(_) if operation.finishing => triggers + 1,
        Subject::Release(_) => 0,
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
        }
    }

    fn begin(&mut self, verb: Verb, direction: Direction) {
        (self.mood, self.line) = match direction {
            Direction::Do => (Mood::Running, verb.to_string()),
            Direction::Undo => (Mood::Undoing, "bringing the former version back".into()),
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
