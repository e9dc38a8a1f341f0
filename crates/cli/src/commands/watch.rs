//! `segue watch`: joins a release as a viewer, from any machine.

use super::next::Situation;
use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    problem::Problem,
    project::Project,
    session::sandboxed,
};
use clap::Args;
use segue_journal::Changes;
use segue_model::{Event, EventKind, Notice, OperationId, ReleaseId, Wish};
use segue_release::{Command, Machine};
use segue_view::{GateReport, View, report_text};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    signal,
    time::{Instant, sleep_until},
};

/// How often it is asked whether anybody still carries the release out.
const ALIVE: Duration = Duration::from_secs(2);

/// Join a release as a viewer, from any machine, until it is over.
///
/// It ends with the release's report and exit code. Ctrl-C leaves; the release goes on.
#[derive(Debug, Args)]
pub struct Watch {
    /// The directory that holds segue.yaml; may be left out before RELEASE.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Which release, when it is not the one that is under way.
    release: Option<String>,
    #[command(flatten)]
    state: StateArgs,
}

/// How watching ended.
enum End {
    /// The release is over, or nobody carries it out any more.
    Stands,
    /// The viewer went.
    Left,
}

/// Watches.
pub async fn run(args: Watch, console: Console) -> Result<Exit, Problem> {
    let (path, release) = super::named(&args.path, args.release.as_deref());
    let project = Project::open(&path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let release = release.map(ReleaseId::new);
    let found = match journals.meant(release.as_ref()).await? {
        Some(found) => Some(found),
        None => journals.newest().await?,
    };
    let Some(found) = found else {
        let failure = Problem::input("SEG6030", "there is no release to watch")
            .hint("`segue apply` begins one");
        return Err(Problem::With(Exit::Refused, failure));
    };
    let (journal, entry) = (found.journal.clone(), found.entry.clone());
    let mut view = console.view(&found.plan);
    let end = follow(found, &mut *view).await;
    view.end();
    if let End::Left = end? {
        console.note(&format!("Left; release {} goes on.", entry.id));
        return Ok(Exit::Done);
    }
    let found = Found::read(journal, entry).await?;
    if !found.is_over() && found.held.is_none() {
        console.note(&format!("Nobody carries release {} out.", found.entry.id));
    }
    let world_is_there = journals.is_there(&found).await?;
    Ok(report(&found, &path, world_is_there, console))
}

/// Shows what was and what comes.
async fn follow(found: Found, view: &mut dyn View) -> Result<End, Problem> {
    let mut changes = found.journal.watch().await?;
    let mut show = Show {
        machine: found.fresh()?,
        found,
        seen: 0,
    };
    // Whoever joins a release that nobody carries out is told at once.
    let mut alive = Instant::now();
    loop {
        show.catch_up(view).await?;
        if show.machine.ending().is_some() || !show.is_carried_out(&mut alive).await? {
            // What was journaled last, before the holder went.
            show.catch_up(view).await?;
            return Ok(End::Stands);
        }
        if let End::Left = next(&mut *changes, alive).await? {
            return Ok(End::Left);
        }
    }
}

/// Waits for a change, or for the moment at which to ask who is alive.
async fn next(changes: &mut dyn Changes, alive: Instant) -> Result<End, Problem> {
    tokio::select! {
        changed = changes.next() => changed.map(|()| End::Stands).map_err(Problem::from),
        () = sleep_until(alive) => Ok(End::Stands),
        left = signal::ctrl_c() => match left {
            Ok(()) => Ok(End::Left),
            Err(_) => std::future::pending().await,
        },
    }
}

/// What a viewer has seen of a release.
struct Show {
    found: Found,
    machine: Machine,
    /// The number of the last event.
    seen: u64,
}

impl Show {
    async fn catch_up(&mut self, view: &mut dyn View) -> Result<(), Problem> {
        let (journal, release) = (&self.found.journal, &self.found.entry.id);
        let events = journal.events(release, self.seen).await?;
        for event in events {
            self.seen = event.seq;
            view.show(&Notice::Journaled(event.clone()));
            for command in self.machine.handle(&event) {
                if let Some(notice) = self.notice(command, &event) {
                    view.show(&notice);
                }
            }
            if let EventKind::Asked {
                wish: Wish::Approve { operation },
                ..
            } = &event.kind
            {
                // One more has approved: what is missing now?
                self.awaiting(operation).iter().for_each(|it| view.show(it));
            }
        }
        Ok(())
    }

    /// What the engine's command looks like from here.
    fn notice(&self, command: Command, event: &Event) -> Option<Notice> {
        match command {
            Command::Begin {
                operation,
                direction,
            } => Some(Notice::Begun {
                operation,
                direction,
                at_ms: event.at_ms,
            }),
            Command::Await { operation } => self.awaiting(&operation),
            Command::Conclude { .. } | Command::Suspend { .. } | Command::Finish { .. } => None,
        }
    }

    /// What a gate waits for, if it does.
    fn awaiting(&self, operation: &OperationId) -> Option<Notice> {
        let gates = GateReport::all(&self.found.plan, &[], &self.machine);
        let gate = gates
            .into_iter()
            .find(|it| it.operation == *operation && it.waits())?;
        Some(Notice::Awaiting {
            operation: gate.operation,
            from: gate.from,
            count: gate.count,
            approved: gate.approved.into_iter().map(|it| it.by).collect(),
        })
    }

    /// Whether anybody carries the release out; asked now and then.
    async fn is_carried_out(&self, alive: &mut Instant) -> Result<bool, Problem> {
        if Instant::now() < *alive {
            return Ok(true);
        }
        *alive = Instant::now() + ALIVE;
        let held = self.found.journal.held(&self.found.lock_name()).await?;
        Ok(held.is_some())
    }
}

/// What became of it.
fn report(found: &Found, path: &Path, world_is_there: bool, console: Console) -> Exit {
    let report = found.report();
    let exit = report.ending.map_or(Exit::Stopped, |ending| {
        Exit::of(ending, &found.plan, &found.events)
    });
    if console.is_json() {
        let mut value = json!(report);
        value["exit"] = json!(exit as u8);
        console.json(&value);
        return exit;
    }
    let next = Situation {
        holder: None,
        ..Situation::of(found, path, world_is_there)
    };
    console.note("");
    let (paint, width) = (console.paint(), console.width());
    console.text(&report_text(&report, next.text().as_deref(), paint, width));
    exit
}
