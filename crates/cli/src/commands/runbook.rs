//! `segue runbook`: the manifest as a page that people read.

use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    problem::Problem,
    project::{self, LOCK, Project},
};
use clap::Args;
use segue_artifact::Lock;
use segue_manifest::parse;
use segue_model::{Ending, Fault};
use segue_runbook::{Locked, Page, export, is_current};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

/// Write the runbook page of the manifest: order, needs, checks, what is paused, what
/// undo does, a drawing.
///
/// `segue import` makes the same manifest of it again.
#[derive(Debug, Args)]
pub struct Runbook {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Where it is written; standard output without it.
    #[arg(short, long = "out", value_name = "FILE", conflicts_with = "check")]
    out: Option<PathBuf>,
    /// Write nothing; fail when this page is not the one that would be written.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// With the times that modules took in the newest release that succeeded. A page
    /// that is checked elsewhere, where that release is not known, has no times.
    #[arg(long)]
    times: bool,
    #[command(flatten)]
    state: StateArgs,
}

/// Writes or checks.
pub async fn run(args: &Runbook, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &crate::session::sandboxed(true))?;
    // Variables stand for themselves: nothing of this machine stands on the page.
    let parsed = parse(&project.source, &|name| Some(format!("${{{name}}}")));
    let Some(manifest) = parsed.manifest else {
        return Err(Problem::Manifest(project.source, parsed.diagnostics));
    };
    let locked = locked(&project)?;
    let durations = if args.times {
        times(&Journals::of(&project, &args.state)).await?
    } else {
        BTreeMap::new()
    };
    let page = Page {
        source: &project.source.text,
        manifest: &manifest,
        locked: &locked,
        durations: &durations,
    };
    if let Some(file) = &args.check {
        let current = is_current(&page, &project::read(file)?);
        if console.is_json() {
            console.json(&json!({"type": "runbook", "page": file, "current": current}));
        }
        if !current {
            let what = format!("{} is not what the manifest says now", file.display());
            let failure = segue_model::Failure::step("SEG2212", what).by(Fault::User);
            let directory = args.path.display();
            let hint = format!("segue runbook {directory} -o {}", file.display());
            return Err(Problem::With(Exit::Refused, failure.hint(hint)));
        }
        console.note(&format!("{} is current.", file.display()));
        return Ok(Exit::Done);
    }
    let text = export(&page);
    match &args.out {
        None if console.is_json() => console.json(&json!({"type": "runbook", "text": text})),
        None => console.text(text.trim_end()),
        Some(file) => fs::write(file, &text).map_err(|error| {
            let what = format!("{} cannot be written", file.display());
            Problem::input("SEG2204", what).words(error.to_string())
        })?,
    }
    Ok(Exit::Done)
}

/// What the lock holds; nothing where there is none yet.
fn locked(project: &Project) -> Result<Vec<Locked>, Problem> {
    let path = project.directory.join(LOCK);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let lock = Lock::read(&path)?;
    let modules = lock.modules.iter().map(|(module, locked)| Locked {
        module: module.to_string(),
        version: locked.version.to_string(),
        digest: digests(locked.targets.values().map(|it| it.to_value())),
    });
    Ok(modules.collect())
}

/// The images and generations of a module, each once.
fn digests(artifacts: impl Iterator<Item = Value>) -> String {
    let mut found = Vec::new();
    for artifact in artifacts {
        collect(&artifact, &mut found);
    }
    found.sort();
    found.dedup();
    found.join(", ")
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if let Some((_, digest)) = text.split_once("@sha256:") {
                found.push(format!("sha256:{digest}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, it)| match it {
            Value::String(text) if key == "generation" => found.push(format!("generation {text}")),
            it => collect(it, found),
        }),
        _ => {}
    }
}

/// How long each module took in the newest release that succeeded.
async fn times(journals: &Journals) -> Result<BTreeMap<String, Duration>, Problem> {
    for (journal, entry) in journals.releases().await? {
        let report = Found::read(journal, entry).await?.report();
        if report.ending != Some(Ending::Succeeded) || report.rolls_back.is_some() {
            continue;
        }
        let mut times = BTreeMap::new();
        for module in report.modules {
            let took = u64::try_from(module.took_ms.unwrap_or(0)).unwrap_or(0);
            let longest = times.entry(module.module).or_insert(Duration::ZERO);
            *longest = (*longest).max(Duration::from_millis(took));
        }
        times.retain(|_, took| !took.is_zero());
        return Ok(times);
    }
    Ok(BTreeMap::new())
}
