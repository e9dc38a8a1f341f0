//! `segue status`: where the newest release stands, from the journal alone.

use super::{
    next::Situation,
    repair::{self, RepairArgs},
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
use segue_view::{report_text, wrap};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Show where the newest release stands, what waits for people, and what dead
/// releases hold.
#[derive(Debug, Args)]
pub struct Status {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    repair: RepairArgs,
    #[command(flatten)]
    state: StateArgs,
}

/// Shows.
pub async fn run(args: &Status, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    if args.repair.repair {
        repair::all(&args.path, &journals, "", None, console).await?;
    }
    let Some(found) = journals.newest().await? else {
        if console.is_json() {
            console.json(&json!({"type": "status", "release": null}));
        } else {
            console.text("No release yet. `segue plan` shows what one would change.");
        }
        return Ok(Exit::Done);
    };
    let dead = journals.open(None).await?;
    if console.is_json() {
        json(&found, &dead, console);
    } else {
        let warning = repair::warning(&dead, Some(&found), &args.path, console);
        if !warning.is_empty() {
            console.text(&format!("{warning}\n"));
            console.text("");
        }
        let world_is_there = journals.is_there(&found).await?;
        text(&args.path, &found, world_is_there, console);
    }
    Ok(Exit::Done)
}

fn json(found: &Found, open: &[Found], console: Console) {
    let mut value = json!(found.report());
    value["type"] = json!("status");
    value["sandbox"] = json!(found.entry.sandbox);
    value["in_flight"] = json!(found.in_flight());
    value["held_by"] = json!(found.held.as_ref().map(|it| &it.holder));
    value["dead"] = json!(repair::dead(open));
    console.json(&value);
}

fn text(path: &Path, found: &Found, world_is_there: bool, console: Console) {
    let report = found.report();
    let mut next = Situation::of(found, path, world_is_there).next();
    let running = found.in_flight();
    if report.ending.is_none() && !running.is_empty() {
        let running = format!("begun, and not known to have ended: {}", running.join(", "));
        next.push(wrap(&running, 8, console.width()));
    }
    let next = (!next.is_empty()).then(|| next.join("\n      "));
    let (paint, width) = (console.paint(), console.width());
    console.text(&report_text(&report, next.as_deref(), paint, width));
}
