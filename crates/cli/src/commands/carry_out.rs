//! Carrying a release out, from wherever it stands, to its report.

use super::next::Situation;
use crate::{
    console::Console,
    exit::Exit,
    found,
    interrupt::{Interrupt, Said},
    person,
    problem::Problem,
    session::Session,
    state::now_ms,
};
use segue_engine::{Conclusion, Engine, Setup, SystemClock};
use segue_journal::{Claim, Journal, Lock, Locked};
use segue_model::{EventKind, Failure, Notice, Observation, Plan, ReleaseId, Requests, Unit, Wish};
use segue_platform::Patience;
use segue_sandbox::{FaultKind, LoadReport};
use segue_view::{Report, View, report_text};
use serde_json::json;
use std::{path::Path, sync::Arc};
use tokio::sync::mpsc::UnboundedReceiver;

/// What is carried out.
pub struct Carry<'a> {
    /// With what.
    pub session: &'a Session,
    /// What people type after a command.
    pub directory: &'a Path,
    /// Which release.
    pub release: ReleaseId,
    /// Its plan.
    pub plan: Plan,
    /// What goes wrong in the sandbox from here on.
    pub faults: &'a [(String, FaultKind)],
    /// How many requests the sandbox sends at least.
    pub requests: u64,
    /// What whoever carries it out asks of it, and why, before it goes on.
    pub wishes: Vec<(Wish, String)>,
}

/// Carries it out and reports.
pub async fn run(
    carry: Carry<'_>,
    journal: Arc<dyn Journal>,
    locked: Locked,
    console: Console,
) -> Result<Exit, Problem> {
    let session = carry.session;
    if let Some(client) = &session.client {
        client.faults(carry.faults).await?;
        client.start_load().await?;
    }
    let (notices, shown) = tokio::sync::mpsc::unbounded_channel();
    let setup = Setup {
        journal: journal.clone(),
        locked,
        release: carry.release.clone(),
        registry: session.registry.clone(),
        clock: Arc::new(SystemClock),
        notices,
        patience: Patience::default(),
        by: person::place(),
    };
    let engine = Engine::new(setup).await?;
    let handle = engine.handle();
    for (wish, because) in &carry.wishes {
        handle.ask(wish.clone(), &person::name(), because);
    }
    let (voice, said) = tokio::sync::mpsc::unbounded_channel();
    let showing = tokio::spawn(show(console.view(&carry.plan), shown, said));
    let interrupt = Interrupt::listen(handle, console.can_ask(), voice);
    let conclusion = engine.run().await;
    drop(interrupt);
    // The view ends when the engine has let go of its sender.
    let _ = showing.await;
    report(&carry, &*journal, conclusion?, console).await
}

async fn show(
    mut view: Box<dyn View>,
    mut notices: UnboundedReceiver<Notice>,
    mut said: UnboundedReceiver<Said>,
) {
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Some(notice) => view.show(&notice),
                None => break,
            },
            Some(said) = said.recv() => match said {
                Said::Line(text) => view.say(text),
                Said::Ask(question) => view.ask(question),
                Said::GoOn => view.go_on(),
            },
        }
    }
    // The last picture stays, whoever was being asked something.
    view.go_on();
    view.end();
}

async fn report(
    carry: &Carry<'_>,
    journal: &dyn Journal,
    conclusion: Conclusion,
    console: Console,
) -> Result<Exit, Problem> {
    let events = journal.events(&carry.release, 0).await?;
    let mut report = Report::new(&carry.release, &carry.plan, &events);
    let exit = match &conclusion {
        Conclusion::Ended(ending) => Exit::of(*ending, &carry.plan, &events),
        Conclusion::Stopped(_) => Exit::Stopped,
    };
    let (requests, live) = seen(carry, &conclusion, exit, console).await;
    if let Some(requests) = &requests
        && let Err(failure) = keep(carry, journal, requests).await
    {
        console.note(&format!("not in the journal: {failure}"));
    }
    report.requests = requests;
    for (unit, live) in live {
        let of = |it: &&mut segue_view::ModuleReport| {
            it.module == unit.module.as_str() && it.target == unit.target.as_str()
        };
        if let Some(module) = report.modules.iter_mut().find(of) {
            module.live = live.version;
        }
    }
    print(carry, &report, &conclusion, exit, console);
    Ok(exit)
}

/// Writes down what users felt: `segue report` tells it later.
async fn keep(
    carry: &Carry<'_>,
    journal: &dyn Journal,
    requests: &Requests,
) -> Result<(), Failure> {
    let sandbox = carry.session.client.is_some();
    let environment = found::environment(&carry.plan.environment, sandbox);
    let claim = Claim {
        holder: person::holder(),
        doing: format!("what users felt of release {}", carry.release),
    };
    // Whoever is at it by now has begun something else; theirs comes first.
    let Lock::Ours(locked) = journal.lock(&environment, &claim, now_ms()).await? else {
        return Ok(());
    };
    let measured = EventKind::Measured {
        requests: requests.clone(),
    };
    let measured = [measured];
    journal
        .append(&locked, &carry.release, &measured, now_ms())
        .await?;
    Ok(())
}

/// What users felt, and what is live now. Who does not answer is left out of the
/// report: it tells how the release ended, whatever else is out of reach.
async fn seen(
    carry: &Carry<'_>,
    conclusion: &Conclusion,
    exit: Exit,
    console: Console,
) -> (Option<Requests>, Vec<(Unit, Observation)>) {
    let silent = |failure: Failure| console.note(&format!("not in the report: {failure}"));
    let mut felt = None;
    if let (Some(client), Conclusion::Ended(_)) = (&carry.session.client, conclusion) {
        let done = exit == Exit::Done;
        let least = if done { carry.requests } else { 0 };
        felt = client.stop_load(least).await.map_err(silent).ok();
    }
    let live = carry.session.observe_for(&carry.plan).await.map_err(silent);
    (felt.map(requests), live.unwrap_or_default())
}

fn print(
    carry: &Carry<'_>,
    report: &Report,
    conclusion: &Conclusion,
    exit: Exit,
    console: Console,
) {
    if console.is_json() {
        let mut value = json!(report);
        value["exit"] = json!(exit as u8);
        if let Conclusion::Stopped(Some(failure)) = conclusion {
            value["stopped_by"] = json!(failure);
        }
        console.json(&value);
        return;
    }
    console.note("");
    let told = |failure: &Failure| report.failures.iter().any(|it| it.failure == *failure);
    if let Conclusion::Stopped(Some(failure)) = conclusion
        && !told(failure)
    {
        console.problem(&Problem::from(Failure::clone(failure)));
    }
    let session = carry.session;
    let next = Situation {
        directory: carry.directory,
        ending: report.ending,
        sandbox: session.client.is_some(),
        world_is_there: session.world_stays(),
        holder: None,
        waiting: Vec::new(),
        failed: report.held,
        undoing: report.undoing,
        leases: !report.leases.is_empty(),
    };
    let next = next.text();
    let (paint, width) = (console.paint(), console.width());
    console.text(&report_text(report, next.as_deref(), paint, width));
}

fn requests(load: LoadReport) -> Requests {
    let samples = load.samples.iter();
    Requests {
        through: load.through,
        sent: load.sent,
        failed: load.failed,
        samples: samples
            .map(|it| format!("after {} ms: {} {}", it.after_ms, it.status, it.words))
            .collect(),
        median_ms: load.latency_ms.0,
        p99_ms: load.latency_ms.1,
    }
}
