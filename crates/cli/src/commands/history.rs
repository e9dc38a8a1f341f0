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
use std::path::{Path, PathBuf};

/// List the releases, or report one of them.
#[derive(Debug, Args)]
pub struct History {
    /// The directory that holds segue.yaml; may be left out before RELEASE.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Report this release.
    release: Option<String>,
}

/// Lists or reports.
pub async fn run(args: &History, console: Console) -> Result<Exit, Problem> {
    let (path, release) = what(args);
    let project = Project::open(&path, &sandboxed(true))?;
    let journal = State::at(&project.directory).journaled()?;
    match release {
        Some(release) => one(journal.as_deref(), &ReleaseId::new(release), &path, console).await?,
        None => all(journal.as_deref(), console).await?,
    }
    Ok(Exit::Done)
}

/// `segue history RELEASE`, in the project's directory, names no path.
fn what(args: &History) -> (PathBuf, Option<&str>) {
    match (&args.release, args.path.to_str()) {
        (None, Some(name)) if !args.path.exists() && looks_like_a_release(name) => {
            (PathBuf::from("."), Some(name))
        }
        (release, _) => (args.path.clone(), release.as_deref()),
    }
}

/// `20261123-0412-k7fq`, and no path.
fn looks_like_a_release(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_digit())
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '-')
}

async fn one(
    journal: Option<&dyn Journal>,
    release: &ReleaseId,
    path: &Path,
    console: Console,
) -> Result<(), Problem> {
    let unknown = || {
        let hint = format!("`segue history {}` lists the releases", path.display());
        Problem::input("SEG2209", format!("there is no release {release}")).hint(hint)
    };
    let journal = journal.ok_or_else(unknown)?;
    let report = report(journal, release).await?.ok_or_else(unknown)?;
    if console.is_json() {
        console.json(&report);
    } else {
        console.text(&report_text(
            &report,
            None,
            console.paint(),
            console.width(),
        ));
    }
    Ok(())
}

async fn all(journal: Option<&dyn Journal>, console: Console) -> Result<(), Problem> {
    let entries = match journal {
        Some(journal) => journal.releases().await?,
        None => Vec::new(),
    };
    if entries.is_empty() && !console.is_json() {
        console.text("No release yet.");
    }
    for (journal, entry) in journal
        .into_iter()
        .flat_map(|it| entries.iter().map(move |e| (it, e)))
    {
        let Some(report) = report(journal, &entry.id).await? else {
            continue;
        };
        if console.is_json() {
            console.json(&json!({
                "type": "release", "release": entry.id, "environment": entry.environment,
                "sandbox": entry.sandbox, "began_ms": entry.began_ms,
                "ending": report.ending, "took_ms": report.took_ms,
            }));
        } else {
            console.text(&line(entry, &report));
        }
    }
    Ok(())
}

async fn report(journal: &dyn Journal, release: &ReleaseId) -> Result<Option<Report>, Failure> {
    let Some(plan) = journal.plan(release).await? else {
        return Ok(None);
    };
    let events = journal.events(release, 0).await?;
    Ok(Some(Report::new(release, &plan, &events)))
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
        Some(Ending::PartlyUndone) => "partly undone",
        Some(Ending::Abandoned) => "abandoned",
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
