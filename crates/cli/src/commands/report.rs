//! `segue report`: the finished page of a release.

use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    problem::Problem,
    project::Project,
    session::sandboxed,
};
use clap::{Args, ValueEnum};
use segue_model::ReleaseId;
use segue_report::{Input, Page, html, junit, markdown};
use std::path::{Path, PathBuf};

/// Write the finished page of a release: what was asked and answered, when, by whom.
///
/// Without RELEASE, the newest. The file's ending says how it is written.
#[derive(Debug, Args)]
pub struct Report {
    /// The directory that holds segue.yaml; may be left out before RELEASE.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The release, as `segue history` names it.
    release: Option<String>,
    /// How it is written; Markdown, unless FILE ends in .html, .json or .xml.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where it is written; standard output without it.
    #[arg(short, long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    state: StateArgs,
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a wiki, a merge request, a ticket.
    Markdown,
    /// One file for a browser or a printer, that needs nothing else.
    Html,
    /// For machines.
    Json,
    /// JUnit XML, for CI.
    Junit,
}

/// Reports.
pub async fn run(args: &Report, console: Console) -> Result<Exit, Problem> {
    let (path, release) = super::named(&args.path, args.release.as_deref());
    let project = Project::open(&path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let found = match release {
        Some(name) => journals.named(&ReleaseId::new(name)).await?,
        None => newest(&journals, &path).await?,
    };
    let head = found.journal.head(&found.entry.id).await?;
    let page = Page::new(Input {
        release: &found.entry.id,
        plan: &found.plan,
        events: &found.events,
        head: &head.hash,
        sandbox: found.entry.sandbox,
    });
    let text = match format(args, console) {
        Format::Markdown => markdown(&page),
        Format::Html => html(&page),
        Format::Junit => junit(&page),
        // In a stream of JSON values, one for each line.
        Format::Json if console.is_json() && args.out.is_none() => {
            console.json(&page);
            return Ok(Exit::Done);
        }
        Format::Json => serde_json::to_string_pretty(&page)
            .map_err(|error| Problem::internal("a page is no JSON", &error))?,
    };
    match &args.out {
        None => console.text(text.trim_end()),
        Some(file) => {
            write(file, &text)?;
            console.note(&format!("{} Written to {}.", page.headline, file.display()));
        }
    }
    Ok(Exit::Done)
}

async fn newest(journals: &Journals, path: &Path) -> Result<Found, Problem> {
    let releases = journals.releases().await?;
    let Some((journal, entry)) = releases.into_iter().next() else {
        let hint = format!(
            "`segue plan {}` shows what one would change",
            path.display()
        );
        return Err(Problem::input("SEG2209", "there is no release yet")
            .hint(hint)
            .into());
    };
    Found::read(journal, entry).await
}

fn format(args: &Report, console: Console) -> Format {
    let ending = args.out.as_deref().and_then(Path::extension);
    let by_name = match ending.and_then(|it| it.to_str()) {
        Some("html" | "htm") => Some(Format::Html),
        Some("json") => Some(Format::Json),
        Some("xml") => Some(Format::Junit),
        _ if console.is_json() => Some(Format::Json),
        _ => None,
    };
    args.format.or(by_name).unwrap_or(Format::Markdown)
}

fn write(file: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(file, text).map_err(|error| {
        let what = format!("{} cannot be written", file.display());
        Problem::input("SEG2204", what)
            .words(error.to_string())
            .into()
    })
}
