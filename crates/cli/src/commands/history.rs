//! `segue history`: the releases of a project, the report of one, and whether what
//! the journal says of them is what was written.

use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    problem::Problem,
    project::Project,
    session::sandboxed,
};
use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use segue_journal::{Entry, Head, Journal, Verified, verify};
use segue_model::{Ending, Event, EventKind, Failure, ReleaseId};
use segue_view::{Report, duration, report_text};
use serde_json::{Value, json};
use std::path::PathBuf;

/// List the releases, or report, verify or export one of them.
#[derive(Debug, Args)]
pub struct History {
    /// The directory that holds segue.yaml; may be left out before RELEASE.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Report this release.
    release: Option<String>,
    /// Check that no event was altered, removed or moved since it was written, of
    /// this release or of all.
    #[arg(long, conflicts_with = "export")]
    verify: bool,
    /// The last event that was known earlier, as --verify printed it: shows whether
    /// what came before was cut off or written anew.
    #[arg(long, value_name = "SEQ:HASH", requires = "verify", value_parser = recorded)]
    recorded: Option<Head>,
    /// Print every event of this release as a line of JSON, with who did what, and
    /// the chain of hashes; the first line is the plan's digest.
    #[arg(long)]
    export: bool,
    #[command(flatten)]
    state: StateArgs,
}

/// `57:3f2a…`.
fn recorded(text: &str) -> Result<Head, String> {
    let wrong = || "write it as --verify prints it: SEQ:HASH".to_owned();
    let (seq, hash) = text.split_once(':').ok_or_else(wrong)?;
    let seq = seq.parse().map_err(|_| wrong())?;
    let hash = hash.to_owned();
    Ok(Head { seq, hash })
}

/// Lists, reports, verifies or exports.
pub async fn run(args: &History, console: Console) -> Result<Exit, Problem> {
    let (path, release) = super::named(&args.path, args.release.as_deref());
    let project = Project::open(&path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let release = release.map(ReleaseId::new);
    if args.verify {
        return verified(args, &journals, release, console).await;
    }
    match release {
        Some(release) if args.export => export(&journals, &release, console).await?,
        Some(release) => one(&journals.named(&release).await?, console),
        None if args.export => {
            let failure = Problem::input("SEG2200", "--export needs a release")
                .hint("`segue history` lists them");
            return Err(failure.into());
        }
        None => all(&journals, console).await?,
    }
    Ok(Exit::Done)
}

fn one(found: &Found, console: Console) {
    let report = found.report();
    if console.is_json() {
        console.json(&report);
        return;
    }
    let (paint, width) = (console.paint(), console.width());
    console.text(&report_text(&report, None, paint, width));
}

async fn all(journals: &Journals, console: Console) -> Result<(), Problem> {
    let releases = journals.releases().await?;
    if releases.is_empty() && !console.is_json() {
        console.text("No release yet.");
    }
    for (journal, entry) in releases {
        let found = Found::read(journal, entry.clone()).await;
        // One that cannot be read hides no other.
        let report = found.as_ref().map(Found::report);
        if console.is_json() {
            console.json(&listed(&entry, report.as_ref().ok()));
        } else {
            console.text(&line(&entry, report.as_ref().ok()));
        }
    }
    Ok(())
}

fn listed(entry: &Entry, report: Option<&Report>) -> Value {
    json!({
        "type": "release", "release": entry.id, "environment": entry.environment,
        "sandbox": entry.sandbox, "began_ms": entry.began_ms,
        "ending": report.and_then(|it| it.ending), "took_ms": report.map(|it| it.took_ms),
        "rolls_back": report.and_then(|it| it.rolls_back.as_ref()),
        "readable": report.is_some(),
    })
}

fn line(entry: &Entry, report: Option<&Report>) -> String {
    let began = Timestamp::from_millisecond(entry.began_ms).unwrap_or_default();
    let began = began
        .to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M");
    let (id, environment) = (&entry.id, &entry.environment);
    let Some(report) = report else {
        return format!("{id}  {began}  {environment}  unreadable: `segue history --verify`");
    };
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
    let changed = report.modules.iter().filter(|it| it.changed).count();
    let took = duration(report.took_ms);
    let world = if entry.sandbox { "  sandbox" } else { "" };
    let back = report.rolls_back.as_ref();
    let back = back.map_or_else(String::new, |it| format!("  rolls {it} back"));
    format!(
        "{id}  {began}  {environment}  {ending:13}  {took:>12}  {changed:>2} changed{world}{back}"
    )
}

/// Whether the journal is the one that was written.
async fn verified(
    args: &History,
    journals: &Journals,
    release: Option<ReleaseId>,
    console: Console,
) -> Result<Exit, Problem> {
    let mut releases = journals.releases().await?;
    if let Some(release) = release {
        releases.retain(|(_, entry)| entry.id == release);
        if releases.is_empty() {
            return Err(crate::journals::unknown(&release).into());
        }
    } else if args.recorded.is_some() {
        let failure = Problem::input("SEG2200", "--recorded needs a release");
        return Err(failure.into());
    }
    let mut sound = true;
    for (journal, entry) in releases {
        let checked = check(&*journal, &entry, args.recorded.as_ref()).await?;
        sound &= checked.is_ok();
        say(&entry, &checked, console);
    }
    Ok(if sound { Exit::Done } else { Exit::NeedsPerson })
}

/// One release: what it was found to be, or what is wrong with it.
async fn check(
    journal: &dyn Journal,
    entry: &Entry,
    recorded: Option<&Head>,
) -> Result<Result<Verified, Failure>, Problem> {
    match verify(journal, &entry.id, recorded).await {
        Ok(verified) => Ok(Ok(verified)),
        Err(failure) if failure.code == "SEG6002" => Ok(Err(failure)),
        Err(failure) => Err(failure.into()),
    }
}

fn say(entry: &Entry, checked: &Result<Verified, Failure>, console: Console) {
    if console.is_json() {
        let (head, failure) = (checked.as_ref().ok(), checked.as_ref().err());
        console.json(&json!({
            "type": "verified", "release": entry.id, "sound": failure.is_none(),
            "events": head.map(|it| it.head.seq), "head": head.map(|it| &it.head.hash),
            "plan": head.and_then(|it| it.plan.as_ref()), "failure": failure,
        }));
        return;
    }
    let paint = console.paint();
    console.text(&match checked {
        Ok(it) if it.head.seq == 0 => format!("{} {}  no event yet", paint.good("✓"), entry.id),
        Ok(it) => format!(
            "{} {}  {} events as they were written; the last is {}:{}",
            paint.good("✓"),
            entry.id,
            it.head.seq,
            it.head.seq,
            it.head.hash
        ),
        Err(failure) => format!("{} {}  {}", paint.bad("✗"), entry.id, failure.words),
    });
}

/// Every event as it is stored, as a line of JSON.
async fn export(journals: &Journals, release: &ReleaseId, console: Console) -> Result<(), Problem> {
    let found = journals.named(release).await?;
    let entry = &found.entry;
    console.json(&json!({
        "type": "plan", "release": entry.id, "environment": entry.environment,
        "sandbox": entry.sandbox, "began_ms": entry.began_ms, "plan": found.plan.digest(),
        "rolls_back": found.plan.rolls_back,
    }));
    let records = found.journal.records(release, 0).await?;
    for (record, event) in records.iter().zip(&found.events) {
        let body: Value = serde_json::from_str(&record.body).unwrap_or_default();
        console.json(&json!({
            "type": "event", "release": entry.id, "seq": record.seq, "at_ms": record.at_ms,
            "by": by(event), "event": body, "text": record.body, "hash": record.hash,
        }));
    }
    Ok(())
}

/// Whose doing an event is; nobody's where Segue did it.
fn by(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::Started { by, .. } | EventKind::Resumed { by } | EventKind::Asked { by, .. } => {
            Some(by)
        }
        _ => None,
    }
}
