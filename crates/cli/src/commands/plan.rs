//! `segue plan`: what a release would change.

use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    session::{SandboxArgs, Session},
};
use clap::Args;
use segue_model::{Digest, Plan as Planned};
use segue_view::plan_text;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Show what a release would change, in the order in which it would happen.
#[derive(Debug, Args)]
pub struct Plan {
    /// The directory that holds segue.yaml, or the file.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Keep the plan in this file, for `segue apply FILE`.
    #[arg(short, long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// A plan in a file: what `apply FILE` carries out, and nothing else.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// The digest under which it was reviewed.
    pub digest: Digest,
    /// The plan.
    pub plan: Planned,
}

/// Plans.
pub async fn run(args: Plan, console: Console) -> Result<Exit, Problem> {
    let session = Session::open(&args.path, &args.sandbox, console).await?;
    let plan = session.plan().await?;
    show(&session, &plan, console)?;
    if let Some(path) = &args.out {
        keep(path, plan)?;
        console.note(&format!("kept in {0}: `segue apply {0}`", path.display()));
    }
    Ok(Exit::Done)
}

/// Prints a plan.
pub fn show(session: &Session, plan: &Planned, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        console.json(&serde_json::json!({"type": "plan", "digest": plan.digest(), "plan": plan}));
    } else if plan.operations.is_empty() {
        console.text("Nothing is to be done: everything is live as the lock wants it.");
    } else {
        let waves = segue_plan::waves(&session.project.manifest);
        let waves = waves
            .into_iter()
            .map(|wave| wave.iter().map(ToString::to_string).collect());
        let waves: Vec<Vec<String>> = waves.collect();
        console.text(&plan_text(plan, &waves, &session.risks()?, console.paint()));
    }
    Ok(())
}

fn keep(path: &Path, plan: Planned) -> Result<(), Problem> {
    let kept = Kept {
        digest: plan.digest(),
        plan,
    };
    let text = serde_json::to_string_pretty(&kept)
        .map_err(|error| Problem::internal("the plan is no JSON", &error))?;
    std::fs::write(path, text + "\n").map_err(|error| {
        let what = format!("{} cannot be written", path.display());
        Problem::input("SEG2204", what)
            .words(error.to_string())
            .into()
    })
}
