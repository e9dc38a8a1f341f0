//! `segue status`: where the newest release stands, from the journal alone.

use crate::{
    console::Console, exit::Exit, problem::Problem, project::Project, session::sandboxed,
    state::State,
};
use clap::Args;
use segue_journal::Journal;
use segue_model::{Failure, Plan, ReleaseId};
use segue_release::{Machine, Standing};
use segue_view::{Report, report_text};
use serde_json::json;
use std::path::PathBuf;

/// Show where the newest release stands.
#[derive(Debug, Args)]
pub struct Status {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
}

/// Shows.
pub fn run(args: &Status, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journal = State::of(&project.directory)?.journal()?;
    let Some(entry) = journal.releases()?.into_iter().next() else {
        if console.is_json() {
            console.json(&json!({"type": "status", "release": null}));
        } else {
            console.text("No release yet. `segue plan` shows what one would change.");
        }
        return Ok(Exit::Done);
    };
    let plan = journal
        .plan(&entry.id)?
        .ok_or_else(|| Failure::internal("SEG6002", format!("release {} has no plan", entry.id)))?;
    let report = Report::new(&entry.id, &plan, &journal.events(&entry.id)?);
    let running = running(&journal, &entry.id, &plan)?;
    if console.is_json() {
        let mut value = json!(report);
        value["sandbox"] = json!(entry.sandbox);
        value["in_flight"] = json!(running);
        console.json(&value);
        return Ok(Exit::Done);
    }
    let directory = args.path.display().to_string();
    let mut text = report_text(&report, &directory, console.paint());
    if report.ending.is_none() && !running.is_empty() {
        text += &format!("begun, outcome not known: {}\n", running.join(", "));
    }
    console.text(&text);
    Ok(Exit::Done)
}

/// Operations that were begun and have no outcome yet.
fn running(journal: &Journal, release: &ReleaseId, plan: &Plan) -> Result<Vec<String>, Problem> {
    let mut machine = Machine::new(plan)
        .map_err(|bad| Failure::internal("SEG6002", "not a plan").words(bad.to_string()))?;
    for event in journal.events(release)? {
        machine.handle(&event);
    }
    let in_flight = plan.operations.iter().filter(|operation| {
        machine
            .standing(&operation.id)
            .is_some_and(Standing::is_in_flight)
    });
    Ok(in_flight.map(|it| it.id.to_string()).collect())
}
