//! `segue apply`: carries out a release.

use super::{
    carry_out::{self, Carry},
    plan::{self, Kept},
};
use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    session::{SandboxArgs, Session},
    state::{State, now_ms},
};
use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use segue_journal::{Held, Journal};
use segue_model::{Failure, FailureKind, Fault, PLAN_FORMAT, Plan, ReleaseId};
use segue_plan::{Observations, moved};
use segue_sandbox::FaultKind;
use std::path::{Path, PathBuf};

/// Carry out a release.
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
        hide_short_help = true
    )]
    requests: u64,
    /// What goes wrong in the sandbox: never-ready, crash-loop, image-not-found,
    /// unhealthy-after-ready, api-unavailable, access-denied.
    #[arg(long, value_name = "MODULE=KIND", value_parser = fault, requires = "sandbox")]
    fault: Vec<(String, FaultKind)>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

/// `MODULE=KIND`.
fn fault(text: &str) -> Result<(String, FaultKind), String> {
    let (module, kind) = text.split_once('=').ok_or("write MODULE=KIND")?;
    Ok((module.to_owned(), kind.parse()?))
}

/// Applies.
pub async fn run(args: Apply, console: Console) -> Result<Exit, Problem> {
    let (directory, kept) = what(&args)?;
    let session = Session::open(&directory, &args.sandbox, console).await?;
    for (module, _) in &args.fault {
        known(&session, module)?;
    }
    let state = State::of(&session.project.directory)?;
    let mut journal = state.journal()?;
    let environment = environment(&session.project.manifest.environment, args.sandbox.sandbox);
    let release = name();
    let locked = state
        .lock(&mut journal, &environment, &format!("release {release}"))?
        .map_err(|held| taken(&environment, &held))?;
    nothing_open(&state, &journal, &session, args.sandbox.sandbox)?;

    let plan = match kept {
        Some(plan) => plan,
        None => session.plan().await?,
    };
    plan::show(&session, &plan, console)?;
    if plan.operations.is_empty() {
        return Ok(Exit::Done);
    }
    if !args.yes {
        agreed(console)?;
    }
    as_planned(&session, &plan).await?;

    journal.create(&locked, &release, args.sandbox.sandbox, &plan, now_ms())?;
    let carry = Carry {
        session: &session,
        directory: &directory,
        release,
        plan,
        faults: &args.fault,
        requests: args.requests,
    };
    carry_out::run(carry, journal, locked, console).await
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
    let plan = read(&args.path)?;
    let beside = args.path.parent().filter(|it| !it.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new(".")).to_owned();
    Ok((args.project.clone().unwrap_or(beside), Some(plan)))
}

/// Law 7: a kept plan is carried out as it was reviewed or not at all.
fn read(path: &Path) -> Result<Plan, Problem> {
    let wrong = |why: String| {
        Problem::input(
            "SEG2205",
            format!(
                "{} is not a plan as `segue plan --out` kept it",
                path.display()
            ),
        )
        .words(why)
        .hint("plan again, and review that")
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let kept: Kept = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if kept.plan.format != PLAN_FORMAT {
        return Err(wrong(format!(
            "its format is {}, this program knows {PLAN_FORMAT}",
            kept.plan.format
        ))
        .into());
    }
    let digest = kept.plan.digest();
    if digest != kept.digest {
        return Err(wrong(format!(
            "it was changed since: its digest is {digest}, not {}",
            kept.digest
        ))
        .into());
    }
    Ok(kept.plan)
}

/// In the journal and the locks, a sandbox is an environment of its own.
pub fn environment(name: &str, sandbox: bool) -> String {
    if sandbox {
        format!("{name} (sandbox)")
    } else {
        name.to_owned()
    }
}

/// A name that sorts by time and that people can say: `20261123-0412-k7fq`.
fn name() -> ReleaseId {
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

/// Somebody else holds the lock.
pub fn taken(environment: &str, held: &Held) -> Problem {
    let since = Timestamp::from_millisecond(held.since_ms).unwrap_or_default();
    let failure = Failure::new(
        FailureKind::LostLock,
        Fault::User,
        "SEG6007",
        format!("{environment} is being changed by somebody else"),
    )
    .words(format!(
        "{} holds its lock for {} since {since}",
        held.holder, held.doing
    ))
    .hint("wait until it is over; `segue status` shows how far it is");
    Problem::With(Exit::Locked, failure)
}

fn nothing_open(
    state: &State,
    journal: &Journal,
    session: &Session,
    sandbox: bool,
) -> Result<(), Problem> {
    // What an earlier sandbox left open is of a world that is gone.
    if session.fresh_world {
        return Ok(());
    }
    let Some(open) = state.open_release(journal, sandbox)? else {
        return Ok(());
    };
    let what = format!("release {} is not over", open.release);
    let failure = Failure::step("SEG6008", what)
        .by(Fault::User)
        .hint("`segue status` shows where it stands, `segue resume` goes on with it");
    Err(Problem::With(Exit::Refused, failure))
}

fn agreed(console: Console) -> Result<(), Problem> {
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

/// Law 7: if the world moved since the plan was made, nothing is done.
async fn as_planned(session: &Session, plan: &Plan) -> Result<(), Problem> {
    let mut words = Vec::new();
    if plan.manifest != session.project.digest() {
        words.push("segue.yaml was changed".to_owned());
    }
    if plan.lock != session.locked.digest {
        words.push("segue.lock was changed".to_owned());
    }
    let live = session.observe().await?;
    let live: Observations = live
        .into_iter()
        .map(|(unit, live)| ((unit.module, unit.target), live))
        .collect();
    let version = |it: &segue_model::Observation| {
        it.version
            .as_ref()
            .map_or("nothing".into(), ToString::to_string)
    };
    words.extend(moved(plan, &live).into_iter().map(|it| {
        format!(
            "{}@{}: planned on {} ({}), now {} ({})",
            it.planned.module,
            it.planned.target,
            version(&it.planned.former),
            it.planned.former.revision,
            version(&it.now),
            it.now.revision,
        )
    }));
    if words.is_empty() {
        return Ok(());
    }
    let failure = Failure::step("SEG2208", "the world moved since the plan was made")
        .by(Fault::User)
        .words(words.join("\n"))
        .hint("nothing was changed; plan again and review that");
    Err(Problem::With(Exit::Refused, failure))
}

fn known(session: &Session, module: &str) -> Result<(), Problem> {
    let modules = || {
        session
            .project
            .manifest
            .modules
            .iter()
            .map(|it| it.id.as_str())
    };
    if modules().any(|it| it == module) {
        return Ok(());
    }
    let names: Vec<_> = modules().collect();
    let what = format!("--fault names `{module}`, which is no module");
    let hint = format!("the modules are {}", names.join(", "));
    Err(Problem::input("SEG2202", what).hint(hint).into())
}
