//! `segue plan`: what a release would change.

use super::{
    kept,
    repair::{self, RepairArgs},
};
use crate::{
    console::Console,
    exit::Exit,
    journals::{Journals, StateArgs},
    problem::Problem,
    session::{SandboxArgs, Session, load},
};
use clap::{Args, ValueEnum};
use segue_manifest::{Manifest, Module};
use segue_model::{Change, Operation, OperationId, Plan as Planned, Subject, Verb};
use segue_view::{Step, plan_text};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

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
    how: HowArgs,
    #[command(flatten)]
    repair: RepairArgs,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    state: StateArgs,
}

/// What of the manifest is said otherwise.
#[derive(Debug, Clone, Default, Args)]
pub struct HowArgs {
    /// What happens when a step fails, instead of what the manifest says.
    #[arg(long, value_enum, value_name = "WHAT")]
    on_failure: Option<OnFailure>,
}

/// What happens when a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnFailure {
    /// Everything is undone, and every trigger given back.
    Undo,
    /// Nothing is undone until a person says so; `segue resume` tries the failed step again.
    Hold,
}

impl HowArgs {
    /// What happens when a step fails; none for what the manifest says.
    pub fn on_failure(&self) -> Option<segue_manifest::OnFailure> {
        self.on_failure.map(|it| match it {
            OnFailure::Undo => segue_manifest::OnFailure::Undo,
            OnFailure::Hold => segue_manifest::OnFailure::Hold,
        })
    }

    /// Law 7: what was reviewed is what runs.
    pub fn nothing_said(&self) -> Result<(), Problem> {
        if self.on_failure.is_none() {
            return Ok(());
        }
        let what = "a kept plan says itself what happens when a step fails";
        let failure = Problem::input("SEG2211", what)
            .hint("plan again with `segue plan --on-failure`, and review that");
        Err(failure.into())
    }
}

/// Plans.
pub async fn run(args: Plan, console: Console) -> Result<Exit, Problem> {
    let in_sandbox = args.sandbox.sandbox;
    let (project, locked) = load(&args.path, in_sandbox)?;
    let journals = Journals::of(&project, &args.state);
    if args.repair.repair {
        repair::all(&args.path, &journals, "", Some(in_sandbox), console).await?;
    }
    let session = Session::begin(project, Some(locked), &args.sandbox, console).await?;
    let plan = session.plan(args.how.on_failure()).await?;
    show(&session, &plan, console)?;
    let dead = journals.open(Some(in_sandbox)).await?;
    let warning = repair::warning(&dead, None, &args.path, console);
    if !warning.is_empty() {
        console.note(&format!("\n{warning}"));
    }
    if let Some(path) = &args.out {
        kept::write(path, plan)?;
        console.note(&format!("Kept. To carry it out: {}", apply(path, &session)));
        if !session.world_stays() {
            console.note(
                "This sandbox ends now, and no other one is in the same state: keep plans of a \
                 running `segue sandbox`.",
            );
        }
    }
    Ok(Exit::Done)
}

/// What carries a kept plan out.
pub fn apply(kept: &Path, session: &Session) -> String {
    let directory = &session.project.directory;
    let beside = kept.parent().is_some_and(|it| it == directory);
    let mut command = format!("segue apply {}", kept.display());
    if !beside && directory != Path::new(".") {
        command += &format!(" --project {}", directory.display());
    }
    if session.client.is_some() {
        command += " --sandbox";
    }
    command
}

/// Prints a plan.
pub fn show(session: &Session, plan: &Planned, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        console.json(&serde_json::json!({"type": "plan", "digest": plan.digest(), "plan": plan}));
    } else if plan.operations.is_empty() {
        console.text("Nothing is to be done: everything is live as the lock wants it.");
    } else {
        let (waves, risks) = match plan.rolls_back {
            None => (waves(&session.project.manifest), session.risks()?),
            Some(_) => (backwards(plan), Vec::new()),
        };
        console.text(&plan_text(
            plan,
            &waves,
            &risks,
            console.paint(),
            console.width(),
        ));
    }
    Ok(())
}

/// The modules in the order in which a rollback reaches them, with what each waits for.
fn backwards(plan: &Planned) -> Vec<Vec<Step>> {
    let of = |id: &OperationId| plan.operations.iter().find(|it| it.id == *id);
    let name = |it: &Operation| match &it.subject {
        Subject::Module(module, _) => Some(module.to_string()),
        _ => None,
    };
    let mut waves: Vec<Vec<Step>> = Vec::new();
    let mut levels: HashMap<String, usize> = HashMap::new();
    let reverts = plan.operations.iter().filter(|it| it.verb == Verb::Revert);
    for (module, operation) in reverts.filter_map(|it| Some((name(it)?, it))) {
        let before = operation.after.iter().filter_map(of).filter_map(name);
        let after: Vec<_> = before.filter(|it| *it != module).collect();
        let level = after.iter().filter_map(|it| levels.get(it)).max();
        let level = level.map_or(0, |it| it + 1);
        // A module on two targets stands once, with both.
        if levels.insert(module.clone(), level).is_some() {
            continue;
        }
        waves.resize_with(waves.len().max(level + 1), Vec::new);
        waves[level].push(Step { module, after });
    }
    let touched = |it: &&Change| !levels.contains_key(it.module.as_str());
    let rest = plan.changes.iter().filter(touched);
    let rest = rest.map(|it| Step {
        module: it.module.to_string(),
        after: Vec::new(),
    });
    let mut rest: Vec<_> = rest.collect();
    rest.dedup();
    waves.push(rest);
    waves
}

/// The modules in the order in which they come, with what each waits for.
fn waves(manifest: &Manifest) -> Vec<Vec<Step>> {
    let step = |module: &Module| Step {
        module: module.id.to_string(),
        after: if module.last {
            vec!["all others".into()]
        } else {
            module
                .needs
                .iter()
                .map(|it| it.module.to_string())
                .collect()
        },
    };
    let waves = segue_plan::waves(manifest).into_iter();
    waves
        .map(|wave| {
            wave.into_iter()
                .filter_map(|id| manifest.module(id))
                .map(step)
                .collect()
        })
        .collect()
}
