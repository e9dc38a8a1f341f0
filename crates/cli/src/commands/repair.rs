//! `segue repair`: gives back what a dead release holds, and closes it.

use super::go_on::{self, GoOn};
use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    locking::Wanted,
    problem::Problem,
    project::Project,
    session::sandboxed,
};
use clap::Args;
use segue_journal::Held;
use segue_model::{Ending, Failure, Wish};
use segue_view::{moment, wrap};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Give back the triggers of a release that nobody carries out, and close it.
///
/// What it deployed stays as it is. To go on with the release instead, `segue resume`;
/// to undo it, `segue cancel --undo`.
#[derive(Debug, Args)]
pub struct Repair {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Why; it stands in the journal for good.
    #[arg(long, value_name = "TEXT", default_value = "")]
    because: String,
    #[command(flatten)]
    state: StateArgs,
}

/// Whether what dead releases hold is given back first.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct RepairArgs {
    /// Give back at once the triggers of a release that nobody carries out, and close it.
    #[arg(long)]
    pub repair: bool,
}

/// Repairs.
pub async fn run(args: Repair, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let repaired = all(&args.path, &journals, &args.because, None, console).await?;
    if repaired == 0 {
        let open = journals.open(None).await?;
        if let Some((found, held)) = open.iter().find_map(|it| Some((it, it.held.as_ref()?))) {
            return Err(lives(found, held, &args.path));
        }
        if console.is_json() {
            console.json(&json!({"type": "repair", "releases": 0}));
        }
        console.note("Nothing is to be repaired: no release was left half done.");
    }
    Ok(Exit::Done)
}

/// Nothing is taken from a release that somebody carries out.
fn lives(found: &Found, held: &Held, path: &Path) -> Problem {
    let wanted = Wanted {
        environment: &found.lock_name(),
        doing: "segue repair",
        directory: path,
        wait: None,
    };
    wanted.taken(held)
}

/// Closes every release that nobody carries out, of one world or of all; says how many.
pub async fn all(
    path: &Path,
    journals: &Journals,
    because: &str,
    sandbox: Option<bool>,
    console: Console,
) -> Result<usize, Problem> {
    let mut dead = journals.open(sandbox).await?;
    dead.retain(|it| it.held.is_none());
    let count = dead.len();
    for found in dead {
        close(path, journals, found, because, console).await?;
    }
    Ok(count)
}

async fn close(
    path: &Path,
    journals: &Journals,
    found: Found,
    because: &str,
    console: Console,
) -> Result<(), Problem> {
    let release = found.entry.id.clone();
    console.note(&format!(
        "Giving back what release {release} holds, and closing it."
    ));
    let go_on = GoOn {
        found,
        directory: path,
        requests: 0,
        wait: None,
        wishes: vec![(Wish::Abandon, because.to_owned())],
    };
    let outcome = go_on::run(go_on, journals, console).await?;
    if outcome.ending == Some(Ending::Abandoned) {
        return Ok(());
    }
    let what = format!("release {release} could not be closed");
    let failure = Failure::step("SEG6034", what).hint("the report above says why");
    Err(Problem::With(outcome.exit, failure))
}

/// What dead releases hold, for people; empty when they hold nothing. Of the one
/// that is `shown` already, what to type next stands there.
pub fn warning(found: &[Found], shown: Option<&Found>, path: &Path, console: Console) -> String {
    let strays = found.iter().filter(|it| !it.stray_leases().is_empty());
    let is_shown = |it: &Found| shown.is_some_and(|shown| shown.entry.id == it.entry.id);
    let told = strays.map(|it| stray(it, is_shown(it), path, console));
    told.collect::<Vec<_>>().join("\n")
}

/// The same for machines.
pub fn dead(found: &[Found]) -> Vec<Value> {
    let strays = found.iter().filter(|it| !it.stray_leases().is_empty());
    strays
        .map(|it| {
            json!({
                "release": it.entry.id, "sandbox": it.entry.sandbox,
                "stopped": it.machine.is_suspended(), "leases": it.stray_leases(),
            })
        })
        .collect()
}

fn stray(found: &Found, is_shown: bool, path: &Path, console: Console) -> String {
    let (sign, path) = (console.paint().warn("!"), path.display());
    let mut text = format!("{sign} {}\n", wrap(&headline(found), 2, console.width()));
    for line in holds(found) {
        text += &format!("    {}\n", wrap(&line, 6, console.width()));
    }
    if is_shown {
        return text;
    }
    if found.is_undoing() {
        return text
            + &format!(
                "  to go on undoing it:                  segue resume {path}\n  \
                 to give triggers back and close it:   segue repair {path}\n"
            );
    }
    text + &format!(
        "  to go on with it:                     segue resume {path}\n  \
         to undo it:                           segue cancel {path} --undo\n  \
         to give triggers back and close it:   segue repair {path}\n"
    )
}

/// Which release nobody carries out.
pub fn headline(found: &Found) -> String {
    let entry = &found.entry;
    let by = found.report().people.into_iter().rev();
    let by = by.map(|it| it.by).find(|it| !it.is_empty());
    let by = by.map_or_else(String::new, |it| format!(" (last: {it})"));
    let state = if found.machine.is_suspended() {
        "was stopped"
    } else {
        "was left by its process"
    };
    format!("release {}{by} {state} and holds triggers", entry.id)
}

/// `notifications since 2026-11-23 04:12:33; it was: notifier-push pushes`.
pub fn holds(found: &Found) -> Vec<String> {
    let leases = found.leases().into_iter();
    leases
        .map(|it| {
            let since = moment(it.since_ms);
            format!("{} since {since}; before: {}", it.trigger, it.before)
        })
        .collect()
}
