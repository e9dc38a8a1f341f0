//! `segue cancel`: stops a release or undoes it, from any machine.

use super::{
    decide::{self, Asked},
    go_on::{self, GoOn},
    next::Situation,
};
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
use segue_model::{Ending, Event, EventKind, Failure, FailureKind, Fault, ReleaseId, Wish};
use serde_json::json;
use std::path::PathBuf;

/// Stop a release, or undo it, from any machine.
///
/// Without --undo nothing more is begun, what is running ends, and `segue resume` goes
/// on. With --undo everything is brought back as it was, except for what cannot be
/// undone; where nobody carries the release out, this command does it itself.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Which release, when it is not the one that is not over.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Undo everything that the release did.
    #[arg(long)]
    undo: bool,
    /// Why; it stands in the journal for good.
    #[arg(long, value_name = "TEXT", default_value = "")]
    because: String,
    #[command(flatten)]
    state: StateArgs,
}

/// Cancels.
pub async fn run(args: Cancel, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let release = args.release.as_deref().map(ReleaseId::new);
    let Some(found) = journals.meant(release.as_ref()).await? else {
        if console.is_json() {
            console.json(&json!({"type": "cancel", "release": null}));
        }
        console.note("Nothing is to be cancelled: every release is over.");
        return Ok(Exit::Done);
    };
    if found.is_over() {
        return Err(decide::over(&found));
    }
    let wish = if args.undo { Wish::Undo } else { Wish::Stop };
    if args.undo {
        can_be_undone(&found)?;
    }
    match (&found.held, args.undo) {
        (Some(_), _) => {
            let asked = decide::ask(&found, &wish, &args.because).await?;
            let now = Found::read(found.journal.clone(), found.entry.clone()).await?;
            if decide::has_stopped(&now, &asked) && !console.is_json() {
                let world_is_there = journals.is_there(&now).await?;
                let next = Situation::of(&now, &args.path, world_is_there).text();
                console.text(&decide::became(&now, &asked, next));
            } else {
                tell(&args, &found, &now, &asked, console);
            }
            Ok(Exit::Done)
        }
        (None, false) => {
            nothing_runs(&args, &found, console);
            Ok(Exit::Done)
        }
        (None, true) => undo(args, found, &journals, console).await,
    }
}

/// Undoes a release that nobody carries out.
async fn undo(
    args: Cancel,
    found: Found,
    journals: &Journals,
    console: Console,
) -> Result<Exit, Problem> {
    console.note(&format!(
        "Nobody carries release {} out: undoing it here.",
        found.entry.id
    ));
    let go_on = GoOn {
        found,
        directory: &args.path,
        requests: 0,
        wait: None,
        wishes: vec![(Wish::Undo, args.because)],
    };
    let outcome = go_on::run(go_on, journals, console).await?;
    // It did what was asked of it.
    Ok(match outcome.ending {
        Some(Ending::Cancelled | Ending::Undone) => Exit::Done,
        _ => outcome.exit,
    })
}

/// After the point of no return a release goes on to its end.
fn can_be_undone(found: &Found) -> Result<(), Problem> {
    let mut probe = found.machine.clone();
    let asked = EventKind::Asked {
        request: None,
        by: String::new(),
        because: String::new(),
        wish: Wish::Undo,
    };
    probe.handle(&Event {
        seq: 0,
        at_ms: 0,
        kind: asked,
    });
    if probe != found.machine {
        return Ok(());
    }
    let what = format!("release {} cannot be undone any more", found.entry.id);
    let words = match found.machine.cause() {
        Some(_) => "it is on its way back already",
        None => "every module is live, and what comes after that has begun",
    };
    let hint =
        "`segue resume` brings it to its end; `segue rollback` takes a finished release back";
    let failure = Failure::new(FailureKind::Step, Fault::User, "SEG6033", what)
        .words(words)
        .hint(hint);
    Err(Problem::With(Exit::Refused, failure))
}

/// Says what will come of it; `found` is what it was asked of, `now` where that stands.
fn tell(args: &Cancel, found: &Found, now: &Found, asked: &Asked, console: Console) {
    let holder = found.held.as_ref().map(|it| it.holder.as_str());
    if console.is_json() {
        console.json(&json!({
            "type": "cancel", "release": found.entry.id, "undo": args.undo,
            "by": asked.request.by, "because": asked.request.because,
            "request": asked.request.id, "taken_up": asked.taken_up, "carried_out_by": holder,
            "undoing": now.is_undoing(), "ending": now.machine.ending(),
        }));
        return;
    }
    let holder = holder.unwrap_or("nobody");
    let (release, path) = (&found.entry.id, args.path.display());
    let verb = if asked.taken_up {
        "has begun"
    } else {
        "is asked"
    };
    let text = if args.undo {
        format!("{holder} {verb} to undo release {release}.")
    } else if now.is_undoing() {
        format!(
            "{holder} {verb} to stop undoing release {release}: what is running ends, nothing \
             more is undone, and the release is left half undone.\n\
             `segue resume {path}` goes on undoing it."
        )
    } else {
        format!(
            "{holder} {verb} to stop release {release}: what is running ends, nothing more \
             begins.\n`segue resume {path}` goes on with it, `segue cancel {path} --undo` undoes it."
        )
    };
    console.text(&format!("{text}\n`segue watch {path}` shows it live."));
}

fn nothing_runs(args: &Cancel, found: &Found, console: Console) {
    let (release, path) = (&found.entry.id, args.path.display());
    if console.is_json() {
        console.json(&json!({
            "type": "cancel", "release": release, "undo": false, "carried_out_by": null,
            "undoing": found.is_undoing(),
        }));
    }
    if found.is_undoing() {
        console.note(&format!(
            "Nothing runs: nobody carries release {release} out, and it is half undone.\n\
             `segue resume {path}` goes on undoing it."
        ));
        return;
    }
    console.note(&format!(
        "Nothing runs: nobody carries release {release} out.\n\
         `segue resume {path}` goes on with it, `segue cancel {path} --undo` undoes it."
    ));
}
