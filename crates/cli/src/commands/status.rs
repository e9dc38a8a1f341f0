//! `segue status`: where the newest release stands, from the journal alone.

use super::{apply::environment, next::Situation, sandbox::SANDBOX_LOCK};
use crate::{
    console::Console, exit::Exit, problem::Problem, project::Project, session::sandboxed,
    state::State,
};
use clap::Args;
use segue_journal::{Entry, Journal};
use segue_model::{Event, Failure, Plan};
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
pub async fn run(args: &Status, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let state = State::at(&project.directory);
    let journal = state.journaled()?;
    let newest = match &journal {
        Some(journal) => journal.releases().await?.into_iter().next(),
        None => None,
    };
    match (journal, newest) {
        (Some(journal), Some(entry)) => show(args, console, &state, &*journal, &entry).await?,
        _ if console.is_json() => console.json(&json!({"type": "status", "release": null})),
        _ => console.text("No release yet. `segue plan` shows what one would change."),
    }
    Ok(Exit::Done)
}

async fn show(
    args: &Status,
    console: Console,
    state: &State,
    journal: &dyn Journal,
    entry: &Entry,
) -> Result<(), Problem> {
    let plan = journal
        .plan(&entry.id)
        .await?
        .ok_or_else(|| Failure::internal("SEG6002", format!("release {} has no plan", entry.id)))?;
    let events = journal.events(&entry.id, 0).await?;
    let report = Report::new(&entry.id, &plan, &events);
    let running = running(&events, &plan)?;
    let held = journal
        .held(&environment(&entry.environment, entry.sandbox))
        .await?;
    if console.is_json() {
        let mut value = json!(report);
        value["type"] = json!("status");
        value["sandbox"] = json!(entry.sandbox);
        value["in_flight"] = json!(running);
        value["held_by"] = json!(held.map(|it| it.holder));
        console.json(&value);
        return Ok(());
    }
    // A sandbox that was killed leaves word of where it was, and no lock.
    let lives = journal.held(SANDBOX_LOCK).await?.is_some();
    let world = state
        .sandbox()
        .filter(|it| lives && it.since_ms <= entry.began_ms);
    let next = Situation {
        directory: &args.path,
        ending: report.ending,
        sandbox: entry.sandbox,
        world_is_there: !entry.sandbox || world.is_some(),
        held,
    };
    let mut next = next.next();
    if report.ending.is_none() && !running.is_empty() {
        let begun = format!("begun, and not known to have ended: {}", running.join(", "));
        next = Some(next.map_or(begun.clone(), |next| format!("{next}\n{begun}")));
    }
    let (paint, width) = (console.paint(), console.width());
    console.text(&report_text(&report, next.as_deref(), paint, width));
    Ok(())
}

/// Operations that were begun and have no outcome yet.
fn running(events: &[Event], plan: &Plan) -> Result<Vec<String>, Problem> {
    let mut machine = Machine::new(plan)
        .map_err(|bad| Failure::internal("SEG6002", "not a plan").words(bad.to_string()))?;
    for event in events {
        machine.handle(event);
    }
    let in_flight = plan.operations.iter().filter(|operation| {
        machine
            .standing(&operation.id)
            .is_some_and(Standing::is_in_flight)
    });
    Ok(in_flight.map(|it| it.id.to_string()).collect())
}
