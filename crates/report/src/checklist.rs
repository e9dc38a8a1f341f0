//! The plan's operations as a checklist, each with what became of it.

use crate::{Item, ItemState, Section, asked::asked, page::moment};
use segue_model::{
    Action, Direction, Event, EventKind, Operation, OperationId, Plan, Subject, Verb, Wish,
};
use segue_release::Standing;
use segue_view::{Span, Timeline, gate_name};

/// The parts of every checklist, in order.
const PARTS: [(&str, Part); 5] = [
    ("Before anything changed", Part::Before),
    ("Triggers paused", Part::Paused),
    ("Modules", Part::Modules),
    ("Health of everything", Part::Health),
    ("Afterwards", Part::After),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Before,
    Paused,
    Modules,
    Health,
    After,
}

pub(crate) fn sections(plan: &Plan, events: &[Event], timeline: &Timeline) -> Vec<Section> {
    let carriers = Carriers::of(events);
    let mut sections: Vec<_> = PARTS
        .iter()
        .map(|(title, part)| Section {
            title: (*title).to_owned(),
            items: plan
                .operations
                .iter()
                .filter(|it| of(it) == *part)
                .map(|it| item(it, events, timeline, &carriers))
                .collect(),
        })
        .collect();
    sections.push(Section {
        title: "Undone".to_owned(),
        items: undone(plan, timeline, &carriers),
    });
    sections.retain(|section| !section.items.is_empty());
    sections
}

fn of(operation: &Operation) -> Part {
    match operation.verb {
        Verb::Gate | Verb::Check => Part::Before,
        Verb::Lease | Verb::Pause => Part::Paused,
        Verb::Verify if operation.id.as_str().ends_with("/health") => Part::Health,
        _ if operation.finishing => Part::After,
        _ => Part::Modules,
    }
}

fn item(
    operation: &Operation,
    events: &[Event],
    timeline: &Timeline,
    carriers: &Carriers<'_>,
) -> Item {
    let span = timeline.span(&operation.id, Direction::Do);
    let state = state(operation, timeline, span);
    let decided = deciders(events, &operation.id, state);
    Item {
        text: text(operation),
        state,
        operation: operation.id.to_string(),
        asked: asked(&operation.action),
        answered: answered(span),
        at: span.and_then(|it| it.ended_ms).map(moment),
        took_ms: span.and_then(|it| Some(it.ended_ms? - it.began_ms)),
        by: match (span, decided.as_str()) {
            (None, _) => String::new(),
            (Some(span), "") => carriers.at(span.ended_ms.unwrap_or(timeline.ended_ms)),
            (Some(_), people) => people.to_owned(),
        },
    }
}

fn undone(plan: &Plan, timeline: &Timeline, carriers: &Carriers<'_>) -> Vec<Item> {
    let spans = timeline.spans.iter();
    spans
        .filter(|span| span.direction == Direction::Undo)
        .filter_map(|span| {
            let operation = plan.operations.iter().find(|it| it.id == span.operation)?;
            let undo = operation.undo.as_ref()?;
            Some(Item {
                text: format!("Undo: {}", text(operation)),
                state: match &span.outcome {
                    Some(Ok(_)) => ItemState::Done,
                    Some(Err(_)) => ItemState::Failed,
                    None => ItemState::Unknown,
                },
                operation: operation.id.to_string(),
                asked: asked(&undo.action),
                answered: answered(Some(span)),
                at: span.ended_ms.map(moment),
                took_ms: span.ended_ms.map(|ended| ended - span.began_ms),
                by: carriers.at(span.ended_ms.unwrap_or(timeline.ended_ms)),
            })
        })
        .collect()
}

fn state(operation: &Operation, timeline: &Timeline, span: Option<&Span>) -> ItemState {
    match timeline.standing(&operation.id) {
        Some(Standing::Done) => ItemState::Done,
        Some(Standing::Undone) => match span.and_then(|it| it.outcome.as_ref()) {
            Some(Err(_)) => ItemState::Failed,
            _ => ItemState::Undone,
        },
        Some(Standing::Waiting | Standing::Awaiting) | None => ItemState::NotReached,
        Some(Standing::Running | Standing::Undoing) => ItemState::Unknown,
        Some(Standing::Failed | Standing::Moved | Standing::UndoFailed) => ItemState::Failed,
    }
}

fn answered(span: Option<&Span>) -> String {
    match span.and_then(|it| it.outcome.as_ref()) {
        Some(Ok(evidence)) => evidence.summary.clone(),
        Some(Err(failure)) => format!("{}: {failure}", failure.code),
        None => String::new(),
    }
}

/// What had to be done, in the words of a runbook.
fn text(operation: &Operation) -> String {
    let name = subject(operation);
    match (operation.verb, &operation.action) {
        (Verb::Gate, Action::Await { .. }) => format!("{} is approved", gate_name(operation)),
        (Verb::Gate, _) => format!("Gate {name} is open"),
        (Verb::Check, _) => format!("What {name} relies on is there"),
        (Verb::Lease, _) => format!("State of {name} is written down"),
        (Verb::Pause, _) => format!("{name} is paused"),
        (Verb::Migrate, _) => format!("Data of {name} is migrated"),
        (Verb::Stage, Action::Stage(unit)) => format!("{name}: {} is in place", unit.version),
        (Verb::Shift, Action::Shift { percent, .. }) => {
            format!("{name}: {percent} % of the traffic is moved")
        }
        (Verb::Verify, Action::Verify(_)) => format!("{name} is healthy"),
        (Verb::Verify, _) => format!("{name} is proven to work"),
        (Verb::Settle, _) => format!("What {name} no longer needs is removed"),
        (Verb::Revert, _) => format!("{name}: the former version is back"),
        (Verb::Resume, _) => format!("{name} is given back"),
        (Verb::Rotate, _) => format!("{name} is rotated"),
        (Verb::Tag, _) => "The release is tagged".to_owned(),
        (Verb::Notify, _) => "People are told".to_owned(),
        (Verb::Stage | Verb::Shift, _) => format!("{name}: {}", operation.verb),
    }
}

/// Whose row an operation stands in: `auth-service@aks`, a trigger, the release.
pub(crate) fn subject(operation: &Operation) -> String {
    match &operation.subject {
        Subject::Module(module, target) => format!("{module}@{target}"),
        Subject::Trigger(trigger) => trigger.to_string(),
        Subject::Release(what) => what.clone(),
    }
}

/// Those who opened an operation that is people's to decide, or those who closed it.
fn deciders(events: &[Event], gate: &OperationId, state: ItemState) -> String {
    let closed = state == ItemState::Failed;
    let mut names: Vec<&str> = Vec::new();
    for event in events {
        if let EventKind::Asked { by, wish, .. } = &event.kind
            && let Some(operation) = decision(wish, closed)
            && operation == gate
            && !names.contains(&by.as_str())
        {
            names.push(by);
        }
    }
    names.join(", ")
}

/// The gate that a wish closes or opens.
fn decision(wish: &Wish, closed: bool) -> Option<&OperationId> {
    match wish {
        Wish::Reject { operation } if closed => Some(operation),
        Wish::Approve { operation } if !closed => Some(operation),
        _ => None,
    }
}

/// Who carried the release out, from when on.
struct Carriers<'a>(Vec<(i64, &'a str)>);

impl<'a> Carriers<'a> {
    fn of(events: &'a [Event]) -> Self {
        let carriers = events.iter().filter_map(|event| match &event.kind {
            EventKind::Started { by, .. } | EventKind::Resumed { by } => {
                Some((event.at_ms, by.as_str()))
            }
            _ => None,
        });
        Self(carriers.collect())
    }

    fn at(&self, at_ms: i64) -> String {
        let last = self.0.iter().rev().find(|(from, _)| *from <= at_ms);
        last.map_or_else(String::new, |(_, by)| (*by).to_owned())
    }
}
