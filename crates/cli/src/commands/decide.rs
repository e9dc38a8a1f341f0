//! What people decide about gates: an approval, a rejection, an override.

use super::next::Situation;
use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    person,
    problem::Problem,
    project::Project,
    session::sandboxed,
    state::now_ms,
};
use clap::{Args, builder::NonEmptyStringValueParser};
use segue_model::{Action, Event, EventKind, Failure, FailureKind, Fault, Operation};
use segue_model::{Plan, ReleaseId, Request, Wish};
use segue_view::{GateReport, GateState, gate_name};
use serde_json::json;
use std::{path::PathBuf, time::Duration};
use tokio::time::{Instant, sleep};

/// How long whoever carries a release out may take to take a request up before
/// it is only said that it waits.
const TAKING_UP: Duration = Duration::from_secs(5);

/// What a person decides about a gate.
#[derive(Debug, Args)]
pub struct DecisionArgs {
    /// The gate, as `segue status` names it.
    gate: String,
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Which release, when it is not the one that is not over.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// Why; it stands in the journal for good.
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    because: String,
    #[command(flatten)]
    state: StateArgs,
}

/// What closed windows a release may pass.
#[derive(Debug, Clone, Default, Args)]
pub struct OverrideArgs {
    /// Let this check pass that is closed now: a release window. It stands in the
    /// journal, with who and why.
    #[arg(long = "override", value_name = "GATE", requires = "because")]
    gates: Vec<String>,
    /// Why.
    #[arg(
        long,
        value_name = "TEXT",
        requires = "gates",
        value_parser = NonEmptyStringValueParser::new()
    )]
    because: Option<String>,
}

impl OverrideArgs {
    /// What is asked of a release of `plan`.
    pub fn wishes(&self, plan: &Plan) -> Result<Vec<(Wish, String)>, Problem> {
        let because = self.because.clone().unwrap_or_default();
        let mut wishes = Vec::new();
        for name in &self.gates {
            let gate = operation(plan, name, |it| it.overridable)?;
            let operation = gate.id.clone();
            wishes.push((Wish::Approve { operation }, because.clone()));
        }
        Ok(wishes)
    }
}

/// Approves or rejects.
pub async fn run(args: DecisionArgs, approves: bool, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let release = args.release.as_deref().map(ReleaseId::new);
    let Some(found) = journals.meant(release.as_ref()).await? else {
        let what = "no release is under way: nobody waits for a decision";
        let failure = Problem::input("SEG6030", what).hint("`segue history` lists what was");
        return Err(Problem::With(Exit::Refused, failure));
    };
    if found.is_over() {
        return Err(over(&found));
    }
    let decided = |it: &Operation| matches!(it.action, Action::Await { .. }) || it.overridable;
    let id = operation(&found.plan, &args.gate, decided)?.id.clone();
    let gates = found.gates();
    let gate = gates.iter().find(|it| it.operation == id);
    if let Some(gate) = gate {
        may_decide(gate, &found, approves)?;
    }
    let wish = if approves {
        Wish::Approve { operation: id }
    } else {
        Wish::Reject { operation: id }
    };
    let asked = ask(&found, &wish, &args.because).await?;
    let found = Found::read(found.journal.clone(), found.entry.clone()).await?;
    let world_is_there = journals.is_there(&found).await?;
    tell(&args, &found, world_is_there, &wish, &asked, console);
    Ok(Exit::Done)
}

/// The operation that is called `name` among those that people decide.
fn operation<'a>(
    plan: &'a Plan,
    name: &str,
    decided: impl Fn(&Operation) -> bool,
) -> Result<&'a Operation, Problem> {
    let mut theirs = plan.operations.iter().filter(|it| decided(it));
    let named = theirs.clone().find(|it| it.id.as_str() == name);
    if let Some(found) = named.or_else(|| theirs.find(|it| gate_name(it) == name)) {
        return Ok(found);
    }
    let names: Vec<_> = plan.operations.iter().filter(|it| decided(it)).collect();
    let names: Vec<_> = names.into_iter().map(gate_name).collect();
    let hint = match names.as_slice() {
        [] => "people decide nothing in this release".to_owned(),
        names => format!("people decide about {}", names.join(", ")),
    };
    let what = format!("the release has no gate `{name}` that people decide");
    Err(Problem::input("SEG2210", what).hint(hint).into())
}

/// That this person's word can still change something.
fn may_decide(gate: &GateReport, found: &Found, approves: bool) -> Result<(), Problem> {
    let name = person::name();
    let refused = |code: &str, what: String, hint: String| {
        let failure = Failure::new(FailureKind::Denied, Fault::User, code, what).hint(hint);
        Err(Problem::With(Exit::Refused, failure))
    };
    if !gate.from.is_empty() && !gate.from.contains(&name) {
        let what = format!("{name} may not decide about `{}`", gate.gate);
        let hint = format!("{} may: ask one of them", gate.from.join(", "));
        return refused("SEG6031", what, hint);
    }
    match gate.state {
        GateState::Passed => {
            let what = format!("`{}` is decided already: it was passed", gate.gate);
            return refused("SEG6032", what, said_by(gate));
        }
        GateState::Closed if !found.machine.is_held() => {
            let what = format!("`{}` is decided already: it is closed", gate.gate);
            return refused("SEG6032", what, "`segue status` says why".to_owned());
        }
        _ => {}
    }
    if approves && let Some(mine) = gate.approved.iter().find(|it| it.by == name) {
        let what = format!("{name} approved `{}` already", gate.gate);
        let at = segue_view::moment(mine.at_ms);
        let hint = format!("that was {at}; still wanted: {}", gate.wanted());
        return refused("SEG6032", what, hint);
    }
    Ok(())
}

fn said_by(gate: &GateReport) -> String {
    let names: Vec<_> = gate.approved.iter().map(|it| it.by.as_str()).collect();
    match names.as_slice() {
        [] => "nothing is left to decide".to_owned(),
        names => format!("{} approved it", names.join(", ")),
    }
}

/// The release is over.
pub fn over(found: &Found) -> Problem {
    let what = format!("release {} is over", found.entry.id);
    let hint = format!("`segue history {}` says how it ended", found.entry.id);
    let failure = Problem::input("SEG6030", what).hint(hint);
    Problem::With(Exit::Refused, failure)
}

/// A wish that was left in the journal.
pub struct Asked {
    /// The request.
    pub request: Request,
    /// Whether whoever carries the release out has taken it up.
    pub taken_up: bool,
}

/// Leaves a wish, and waits a little for whoever carries the release out to take
/// it up.
pub async fn ask(found: &Found, wish: &Wish, because: &str) -> Result<Asked, Problem> {
    let (journal, release) = (&found.journal, &found.entry.id);
    let by = person::name();
    let request = journal.ask(release, wish, &by, because, now_ms()).await?;
    let until = Instant::now() + TAKING_UP;
    let mut seen = found.events.len() as u64;
    let mut taken_up = false;
    while found.held.is_some() && !taken_up && Instant::now() < until {
        sleep(Duration::from_millis(100)).await;
        let events = journal.events(release, seen).await?;
        seen += events.len() as u64;
        taken_up = events.iter().any(|it| takes_up(it, request.id));
    }
    Ok(Asked { request, taken_up })
}

fn takes_up(event: &Event, id: u64) -> bool {
    matches!(event.kind, EventKind::Asked { request: Some(it), .. } if it == id)
}

/// Says what will come of it.
fn tell(
    args: &DecisionArgs,
    found: &Found,
    world_is_there: bool,
    wish: &Wish,
    asked: &Asked,
    console: Console,
) {
    let (id, did) = match wish {
        Wish::Approve { operation } => (operation, "approved"),
        Wish::Reject { operation } => (operation, "rejected"),
        _ => return,
    };
    let gate = found.gates().into_iter().find(|it| it.operation == *id);
    let missing = gate.as_ref().map_or(0, GateReport::missing);
    if console.is_json() {
        console.json(&json!({
            "type": did, "release": found.entry.id, "operation": id,
            "by": asked.request.by, "because": asked.request.because,
            "request": asked.request.id, "taken_up": asked.taken_up,
            "carried_out_by": found.held.as_ref().map(|it| &it.holder),
            "ending": found.machine.ending(),
        }));
        return;
    }
    let name = gate.as_ref().map_or(id.as_str(), |it| &it.gate);
    let release = &found.entry.id;
    let sign = console.paint().good("✓");
    let mut text = format!(
        "{sign} {} {did} {name} of release {release}.\n",
        asked.request.by
    );
    text += &match (&found.held, asked.taken_up) {
        _ if has_stopped(found, asked) => {
            let situation = Situation::of(found, &args.path, world_is_there);
            became(found, asked, situation.text())
        }
        (Some(_), true) => comes_of_it(gate.as_ref(), wish, missing),
        (Some(held), false) => format!("{} will take it up.", held.holder),
        (None, _) => {
            let waits = gate.as_ref().filter(|it| found.waiting().contains(it));
            let wanted = waits.map(|it| format!(" Still wanted: {}.", it.wanted()));
            format!(
                "It is recorded. Nobody carries the release out at the moment.{}\n\
                 next: segue resume {}",
                wanted.unwrap_or_default(),
                args.path.display()
            )
        }
    };
    console.text(&text);
}

/// Whether it ended, or holds after a failure, by the time of the answer.
pub fn has_stopped(found: &Found, asked: &Asked) -> bool {
    let holds = asked.taken_up && found.held.is_none() && found.machine.is_held();
    found.machine.ending().is_some() || holds
}

/// How a release ended, which somebody asked something of just now.
pub fn became(found: &Found, asked: &Asked, next: Option<String>) -> String {
    let late = if asked.taken_up {
        ""
    } else {
        "It came too late. "
    };
    let (release, became) = (&found.entry.id, found.report().became());
    let mut text = format!("{late}Release {release} {became}.");
    if let Some(next) = next {
        text += &format!("\nnext: {next}");
    }
    text
}

fn comes_of_it(gate: Option<&GateReport>, wish: &Wish, missing: usize) -> String {
    match (gate, wish) {
        (_, Wish::Reject { .. }) => "The release does not go on.".to_owned(),
        (Some(gate), _) if missing > 0 && gate.state != GateState::Passed => {
            format!("Still wanted: {}.", gate.wanted())
        }
        (Some(gate), _) if gate.state == GateState::NotYet => {
            "It passes when its turn comes.".to_owned()
        }
        _ => "The release goes on.".to_owned(),
    }
}
