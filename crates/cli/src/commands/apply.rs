//! `segue apply`: carries out a release.

use super::{
    carry_out::{self, Carry},
    decide::OverrideArgs,
    kept, plan,
    repair::{self, RepairArgs},
};
use crate::{
    console::Console,
    exit::Exit,
    found::{self, Found, environment},
    journals::{Journals, StateArgs},
    locking::{WaitArgs, Wanted},
    problem::Problem,
    project::{MANIFEST, Project},
    session::{SandboxArgs, Session, load},
    state::now_ms,
};
use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use segue_journal::Entry;
use segue_model::{Failure, Fault, Plan, ReleaseId};
use segue_sandbox::FaultKind;
use std::path::{Path, PathBuf};

/// The most requests that anybody may wait for: half an hour of the sandbox's load.
pub const MOST_REQUESTS: u64 = 200_000;

/// Carry out a release.
///
/// It is planned, shown and asked about first; a plan that `segue plan --out` kept is
/// carried out exactly as it was reviewed, or not at all.
#[derive(Debug, Args)]
pub struct Apply {
    /// The directory that holds segue.yaml, or a file that `segue plan --out` kept.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The directory that holds segue.yaml, when PATH is a kept plan that lies elsewhere.
    #[arg(long, value_name = "DIRECTORY")]
    project: Option<PathBuf>,
    /// Do not ask.
    #[arg(short, long)]
    yes: bool,
    /// At least this many requests are sent in the sandbox before the report.
    #[arg(
        long,
        default_value_t = 1000,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u64).range(..=MOST_REQUESTS),
        hide_short_help = true
    )]
    requests: u64,
    /// What goes wrong in the sandbox: never-ready, crash-loop, image-not-found,
    /// unhealthy-after-ready, api-unavailable, access-denied.
    #[arg(long, value_name = "MODULE=KIND", value_parser = fault, requires = "sandbox")]
    fault: Vec<(String, FaultKind)>,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    how: plan::HowArgs,
    #[command(flatten)]
    overrides: OverrideArgs,
    #[command(flatten)]
    repair: RepairArgs,
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    state: StateArgs,
}

/// `MODULE=KIND`.
fn fault(text: &str) -> Result<(String, FaultKind), String> {
    let (module, kind) = text.split_once('=').ok_or("write MODULE=KIND")?;
    Ok((module.to_owned(), kind.parse()?))
}

/// Applies.
pub async fn run(args: Apply, console: Console) -> Result<Exit, Problem> {
    let (directory, kept) = what(&args)?;
    // What can be refused without asking any cloud is refused first.
    let (project, locked) = load(&directory, args.sandbox.sandbox)?;
    for (module, _) in &args.fault {
        known(&project, module)?;
    }
    if let Some(plan) = &kept {
        args.how.nothing_said()?;
        kept::same_project(plan, &project, &locked)?;
    }
    let in_sandbox = args.sandbox.sandbox;
    let journals = Journals::of(&project, &args.state);
    let journal = journals.for_new(in_sandbox).await?;
    if args.repair.repair {
        repair::all(&directory, &journals, "", Some(in_sandbox), console).await?;
    }
    let release = name();
    let wanted = Wanted {
        environment: &environment(&project.manifest.environment, in_sandbox),
        doing: &found::doing(&release),
        directory: &directory,
        wait: args.wait.wait,
    };
    let held = wanted.take(&*journal, console).await?;

    let session = Session::begin(project, Some(locked), &args.sandbox, console).await?;
    nothing_open(&journals, in_sandbox, &directory).await?;
    let plan = match kept {
        Some(plan) => {
            // Before anybody is shown, or asked, what is not true any more.
            kept::same_world(&session, &plan).await?;
            plan
        }
        None => session.plan(args.how.on_failure()).await?,
    };
    plan::show(&session, &plan, console)?;
    if plan.operations.is_empty() {
        return Ok(Exit::Done);
    }
    let wishes = args.overrides.wishes(&plan)?;
    if !args.yes {
        agreed(console)?;
        // The world does not stand still while a person thinks.
        kept::same_world(&session, &plan).await?;
    }

    let entry = Entry {
        id: release.clone(),
        environment: plan.environment.clone(),
        sandbox: session.client.is_some(),
        began_ms: now_ms(),
    };
    journal.create(&held, &entry, &plan).await?;
    let carry = Carry {
        session: &session,
        directory: &directory,
        release,
        plan,
        faults: &args.fault,
        requests: args.requests,
        wishes,
    };
    carry_out::run(carry, journal, held, console).await
}

/// The project's directory, and the plan when one was kept.
fn what(args: &Apply) -> Result<(PathBuf, Option<Plan>), Problem> {
    let is_manifest = args
        .path
        .extension()
        .is_some_and(|it| it == "yaml" || it == "yml");
    if !args.path.is_file() || is_manifest {
        return Ok((args.path.clone(), None));
    }
    let plan = kept::read(&args.path)?;
    if let Some(project) = &args.project {
        return Ok((project.clone(), Some(plan)));
    }
    let beside = args.path.parent().unwrap_or(Path::new(""));
    let places = [beside, Path::new(".")];
    let place = places.into_iter().find(|it| it.join(MANIFEST).is_file());
    let place = place.ok_or_else(|| {
        let what = format!(
            "there is no {MANIFEST} beside {}, nor here",
            args.path.display()
        );
        Problem::input("SEG2201", what)
            .hint("say where the plan's project is: `--project DIRECTORY`")
    })?;
    let here = place.as_os_str().is_empty();
    let place = if here { Path::new(".") } else { place };
    Ok((place.to_owned(), Some(plan)))
}

/// A name that sorts by time and that people can say: `20261123-0412-k7fq`.
pub fn name() -> ReleaseId {
    let now = Timestamp::from_millisecond(now_ms()).unwrap_or_default();
    let time = now
        .to_zoned(TimeZone::UTC)
        .strftime("%Y%m%d-%H%M")
        .to_string();
    let tail: String = std::iter::repeat_with(fastrand::lowercase)
        .take(4)
        .collect();
    ReleaseId::new(format!("{time}-{tail}"))
}

/// That no earlier release is in the way, which nobody carries out.
pub async fn nothing_open(journals: &Journals, sandbox: bool, path: &Path) -> Result<(), Problem> {
    let open = journals.open(Some(sandbox)).await?;
    match open.first() {
        Some(found) => Err(in_the_way(found, path)),
        None => Ok(()),
    }
}

fn in_the_way(found: &Found, path: &Path) -> Problem {
    let path = path.display();
    let what = format!("release {} is not over", found.entry.id);
    let holds = repair::holds(found);
    let words = if holds.is_empty() {
        String::new()
    } else {
        format!("{}:\n{}", repair::headline(found), holds.join("\n"))
    };
    let ways = if found.is_undoing() {
        format!("`segue resume {path}` goes on undoing it")
    } else {
        format!("`segue resume {path}` goes on with it, `segue cancel {path} --undo` undoes it")
    };
    let failure = Failure::step("SEG6008", what)
        .by(Fault::User)
        .words(words)
        .hint(format!(
            "{ways}, `segue repair {path}` gives its triggers back and closes it; \
             `segue status {path}` shows where it stands"
        ));
    Problem::With(Exit::Refused, failure)
}

/// That a person agrees.
pub fn agreed(console: Console) -> Result<(), Problem> {
    if !console.can_ask() {
        let failure = Problem::input("SEG2206", "nobody is here to be asked")
            .hint("`--yes` answers the question");
        return Err(failure.into());
    }
    if console.ask("Carry this out?") {
        return Ok(());
    }
    let failure = Failure::step("SEG2207", "not carried out: the answer was no").by(Fault::User);
    Err(Problem::With(Exit::Refused, failure))
}

fn known(project: &Project, module: &str) -> Result<(), Problem> {
    let modules = project.manifest.modules.iter();
    let names: Vec<_> = modules.map(|it| it.id.as_str()).collect();
    if names.contains(&module) {
        return Ok(());
    }
    let what = format!("--fault names `{module}`, which is no module");
    let hint = format!("the modules are {}", names.join(", "));
    Err(Problem::input("SEG2202", what).hint(hint).into())
}
