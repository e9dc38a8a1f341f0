//! The page as a value: what every way of writing it down shows.

use crate::{bars, checklist, words};
use segue_model::{Ending, Event, EventKind, Plan, ReleaseId};
use segue_view::{Report, Timeline};
use serde::Serialize;

/// What a page is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// Which release.
    pub release: &'a ReleaseId,
    /// What it carried out.
    pub plan: &'a Plan,
    /// Its events, in order.
    pub events: &'a [Event],
    /// The hash of the last event in the journal, in hexadecimal.
    pub head: &'a str,
    /// Whether it ran against embedded clouds.
    pub sandbox: bool,
}

/// The finished page of a release.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// What a manager asks: did it go well?
    pub verdict: Verdict,
    /// The answer in one sentence.
    pub headline: String,
    /// Whether it ran against embedded clouds: nothing real was changed.
    pub sandbox: bool,
    /// When it began.
    pub began: Moment,
    /// When its last event happened.
    pub ended: Moment,
    /// What was asked, answered, when and by whom.
    pub sections: Vec<Section>,
    /// When each operation ran.
    pub bars: Vec<Bar>,
    /// The digest of the plan that was carried out.
    pub plan: String,
    /// The digest of the manifest that the plan was made of.
    pub manifest: String,
    /// The digest of the lock that the plan was made of.
    pub lock: String,
    /// How many events the journal holds of it.
    pub events: usize,
    /// The hash of the last of them: it vouches for all before it.
    pub head: String,
    /// Versions, triggers, people, failures, requests.
    pub report: Report,
}

/// Whether it went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was carried out.
    Good,
    /// It did not happen, and everything is as it was before.
    Undone,
    /// A person is needed.
    Attention,
    /// It is not over.
    Open,
}

/// A moment, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// `2026-11-23 04:12:33 UTC`.
    pub utc: String,
}

/// A part of the checklist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// What it is about.
    pub title: String,
    /// What had to be done, in the plan's order.
    pub items: Vec<Item>,
}

/// One line of the checklist, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// What had to be done.
    pub text: String,
    /// What became of it.
    pub state: ItemState,
    /// The operation in the plan.
    pub operation: String,
    /// What was asked.
    pub asked: String,
    /// What was answered; empty when nothing was.
    pub answered: String,
    /// When the outcome was journaled.
    pub at: Option<Moment>,
    /// How long it took, in milliseconds.
    pub took_ms: Option<i64>,
    /// Who carried it out: the person who began the release or took it up again,
    /// or those who decided.
    pub by: String,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemState {
    /// It was done.
    Done,
    /// It failed.
    Failed,
    /// It was done, and later undone.
    Undone,
    /// It was begun, and its outcome is not known.
    Unknown,
    /// Its turn did not come.
    NotReached,
}

/// One operation in time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// Whose row it stands in: a module on a target, a trigger, the release.
    pub row: String,
    /// The operation.
    pub operation: String,
    /// Whether it was being undone.
    pub undoing: bool,
    /// From the release's beginning, in milliseconds.
    pub from_ms: i64,
    /// From the release's beginning, in milliseconds.
    pub to_ms: i64,
    /// Whether it failed.
    pub failed: bool,
    /// Whether the release took as long as it did because of it.
    pub critical: bool,
}

impl Page {
    /// Makes the page.
    pub fn new(input: Input<'_>) -> Self {
        let timeline = Timeline::new(input.plan, input.events);
        let report = Report::new(input.release, input.plan, input.events);
        let verdict = verdict(report.ending);
        Self {
            verdict,
            headline: words::headline(&report),
            sandbox: input.sandbox,
            began: moment(timeline.began_ms),
            ended: moment(timeline.ended_ms),
            sections: checklist::sections(input.plan, input.events, &timeline),
            bars: bars::bars(input.plan, &timeline),
            plan: started(input.events).unwrap_or_else(|| report.plan.clone()),
            manifest: input.plan.manifest.to_string(),
            lock: input.plan.lock.to_string(),
            events: input.events.len(),
            head: input.head.to_owned(),
            report,
        }
    }
}

/// The digest that the release itself wrote down when it began.
fn started(events: &[Event]) -> Option<String> {
    events.iter().find_map(|event| match &event.kind {
        EventKind::Started { plan, .. } => Some(plan.to_string()),
        _ => None,
    })
}

fn verdict(ending: Option<Ending>) -> Verdict {
    match ending {
        Some(Ending::Succeeded) => Verdict::Good,
        Some(Ending::Undone | Ending::Cancelled) => Verdict::Undone,
        Some(Ending::PartlyUndone | Ending::Abandoned | Ending::Stuck | Ending::Incomplete) => {
            Verdict::Attention
        }
        None => Verdict::Open,
    }
}

pub(crate) fn moment(at_ms: i64) -> Moment {
    let time = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    Moment {
        at_ms,
        utc: time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    }
}
