//! `segue history`: the releases of a project, or the report of one.

use crate::{
    console::Console, exit::Exit, problem::Problem, project::Project, session::sandboxed,
    state::State,
};
use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use segue_journal::{Entry, Journal};
use segue_model::{Ending, Failure, ReleaseId};
use segue_view::{Report, duration, report_text};
use serde_json::json;
use std::path::PathBuf;

/// List the releases, or report one of them.
#[derive(Debug, Args)]
pub struct History {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Report this release.
    release: Option<String>,
}

/// Lists or reports.
pub fn run(args: &History, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journal = State::of(&project.directory)?.journal()?;
    if let Some(name) = &args.release {
        let report = report(&journal, &ReleaseId::new(name.as_str()))?;
        if console.is_json() {
            console.json(&report);
        } else {
            let directory = args.path.display().to_string();
            console.text(&report_text(&report, &directory, console.paint()));
        }
        return Ok(Exit::Done);
    }
    let entries = journal.releases()?;
    if entries.is_empty() && !console.is_json() {
        console.text("No release yet.");
    }
    for entry in entries {
        let report = report(&journal, &entry.id)?;
        if console.is_json() {
            console.json(&json!({
                "type": "release", "release": entry.id, "environment": entry.environment,
                "sandbox": entry.sandbox, "began_ms": entry.began_ms,
                "ending": report.ending, "took_ms": report.took_ms,
            }));
        } else {
            console.text(&line(&entry, &report));
        }
    }
    Ok(Exit::Done)
}

fn report(journal: &Journal, release: &ReleaseId) -> Result<Report, Problem> {
    let plan = journal.plan(release)?.ok_or_else(|| {
        let what = format!("there is no release {release}");
        Problem::input("SEG2209", what).hint("`segue history` lists them")
    })?;
    let events = journal
        .events(release)
        .map_err(|failure: Failure| failure)?;
    Ok(Report::new(release, &plan, &events))
}

fn line(entry: &Entry, report: &Report) -> String {
    let began = Timestamp::from_millisecond(entry.began_ms).unwrap_or_default();
    let began = began
        .to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M");
    let ending = match report.ending {
        Some(Ending::Succeeded) => "succeeded",
        Some(Ending::Undone) => "undone",
        Some(Ending::Cancelled) => "cancelled",
        Some(Ending::Stuck) => "stuck",
        Some(Ending::Incomplete) => "incomplete",
        None => "not over",
    };
    let world = if entry.sandbox { "sandbox" } else { "" };
    let changed = report.modules.iter().filter(|it| it.changed).count();
    format!(
        "{}  {began}  {}  {ending:10}  {:>9}  {changed} changed  {world}",
        entry.id,
        entry.environment,
        duration(report.took_ms)
    )
    .trim_end()
    .to_owned()
}
