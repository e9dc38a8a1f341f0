//! `segue rollback`: takes a finished release back, planned and shown first.

use super::{
    apply,
    carry_out::{self, Carry},
    decide::OverrideArgs,
    go_on, kept, plan,
};
use crate::{
    console::Console,
    exit::Exit,
    found::{self, Found},
    journals::{Journals, StateArgs},
    locking::{WaitArgs, Wanted},
    problem::Problem,
    project::Project,
    session::{SandboxArgs, Session, sandboxed},
    state::now_ms,
};
use clap::Args;
use segue_journal::Entry;
use segue_model::{Plan, ReleaseId};
use segue_plan::Observations;
use std::path::PathBuf;

/// Take a finished release back: the versions that were live before it.
///
/// It is planned, shown and asked about like any release: consumers go back before
/// what they need, triggers are paused meanwhile, and approvals and release windows
/// hold. It runs where the release ran, in the clouds or in the sandbox.
#[derive(Debug, Args)]
pub struct Rollback {
    /// The release, as `segue history` names it.
    release: String,
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// Keep the plan in this file, for `segue apply FILE`, and change nothing.
    #[arg(short, long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    wait: WaitArgs,
    /// At least this many requests are sent in the sandbox before the report.
    #[arg(
        long,
        default_value_t = 1000,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u64).range(..=apply::MOST_REQUESTS),
        hide_short_help = true
    )]
    requests: u64,
    #[command(flatten)]
    how: plan::HowArgs,
    #[command(flatten)]
    overrides: OverrideArgs,
    #[command(flatten)]
    state: StateArgs,
}

/// Rolls back.
pub async fn run(args: Rollback, console: Console) -> Result<Exit, Problem> {
    // Which clouds it is about is known when the journal was read.
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let found = journals.named(&ReleaseId::new(&args.release)).await?;
    let sandbox = found.entry.sandbox;
    if sandbox {
        go_on::same_world(&found, &journals, &args.path).await?;
    }
    // A lock is for what comes, and may be stale by now: what was live needs none.
    let project = Project::open(&args.path, &sandboxed(sandbox))?;
    let how = SandboxArgs {
        sandbox,
        speed: 1.0,
    };
    if let Some(file) = &args.out {
        let session = Session::begin(project, None, &how, console).await?;
        let plan = planned(&args, &found, &session).await?;
        plan::show(&session, &plan, console)?;
        kept::write(file, plan)?;
        let apply = plan::apply(file, &session);
        console.note(&format!("Kept. To carry it out: {apply}"));
        return Ok(Exit::Done);
    }
    let release = apply::name();
    let wanted = Wanted {
        environment: &found.lock_name(),
        doing: &found::doing(&release),
        directory: &args.path,
        wait: args.wait.wait,
    };
    let held = wanted.take(&*found.journal, console).await?;
    apply::nothing_open(&journals, sandbox, &args.path).await?;
    let session = Session::begin(project, None, &how, console).await?;
    let plan = planned(&args, &found, &session).await?;
    let wishes = args.overrides.wishes(&plan)?;
    plan::show(&session, &plan, console)?;
    if !args.yes {
        apply::agreed(console)?;
        // The world does not stand still while a person thinks.
        kept::same_world(&session, &plan).await?;
    }
    let entry = Entry {
        id: release.clone(),
        environment: plan.environment.clone(),
        sandbox,
        began_ms: now_ms(),
    };
    let journal = found.journal.clone();
    journal.create(&held, &entry, &plan).await?;
    let carry = Carry {
        session: &session,
        directory: &args.path,
        release,
        plan,
        faults: &[],
        requests: args.requests,
        wishes,
    };
    carry_out::run(carry, journal, held, console).await
}

/// The plan that takes the release back, from what is live now.
async fn planned(args: &Rollback, found: &Found, session: &Session) -> Result<Plan, Problem> {
    let live = session.observe_units(&found.plan).await?.into_iter();
    let now: Observations = live
        .map(|(unit, live)| ((unit.module, unit.target), live))
        .collect();
    let plan = segue_plan::rollback(&segue_plan::Rollback {
        manifest: &session.project.manifest,
        manifest_digest: session.project.digest(),
        release: &found.entry.id,
        plan: &found.plan,
        events: &found.events,
        now: &now,
        on_failure: args.how.on_failure(),
    })
    .map_err(|failure| Problem::With(Exit::Refused, failure))?;
    Ok(plan)
}
