//! `segue import`: a runbook page becomes a manifest.

use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    project::{self, MANIFEST},
};
use clap::Args;
use segue_runbook::{Fact, Imported, Kind, Starter, import};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Make a manifest of a runbook page: Markdown, HTML from a wiki, text from Word.
///
/// Each line of the manifest says which line of the page it came from. What the page
/// leaves open is marked: `# guessed:` is a choice that was made, `# TODO(owner):` is
/// for you to fill in. Nothing of the page is dropped in silence.
#[derive(Debug, Args)]
pub struct Import {
    /// The page.
    page: PathBuf,
    /// Where the manifest is written, with files for it to name beside it; standard
    /// output without it. A directory takes `segue.yaml`.
    #[arg(short, long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a manifest that is there.
    #[arg(long)]
    force: bool,
}

/// Imports.
pub fn run(args: &Import, console: Console) -> Result<Exit, Problem> {
    let bytes = project::read(&args.page)?;
    let name = args.page.file_name().unwrap_or_default().to_string_lossy();
    let imported = import(&bytes, &name);
    for problem in &imported.problems {
        console.note(&format!("{problem}\n"));
    }
    match &args.out {
        Some(out) => {
            let file = manifest_file(out);
            let written = write(&file, &imported.manifest, &imported.files, args.force)?;
            tell(&imported, &file, &written, console);
        }
        None if console.is_json() => console.json(&told(&imported, None)),
        None => console.text(imported.manifest.trim_end()),
    }
    Ok(Exit::Done)
}

/// The file that takes the manifest.
pub(super) fn manifest_file(out: &Path) -> PathBuf {
    let meant = out.as_os_str().to_string_lossy().ends_with('/');
    if meant || out.is_dir() {
        out.join(MANIFEST)
    } else {
        out.to_owned()
    }
}

/// Writes the manifest, and what it names where nothing is yet.
pub(super) fn write<'a>(
    file: &Path,
    manifest: &str,
    files: &'a [Starter],
    force: bool,
) -> Result<Vec<&'a Starter>, Problem> {
    if file.exists() && !force {
        return Err(is_there(file));
    }
    let directory = file.parent().unwrap_or(Path::new(""));
    put(file, manifest)?;
    let mut written = Vec::new();
    for starter in files {
        let path = directory.join(&starter.path);
        // What the owner has put there stays.
        if !path.exists() {
            put(&path, &starter.text)?;
            written.push(starter);
        }
    }
    Ok(written)
}

/// Somebody may have worked on it.
pub(super) fn is_there(file: &Path) -> Problem {
    let what = format!("{} is there already", file.display());
    Problem::input("SEG2213", what)
        .hint("write somewhere else with `-o`, or over it with `--force`")
        .into()
}

fn put(path: &Path, text: &str) -> Result<(), Problem> {
    let parent = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| {
            let what = format!("{} cannot be written", path.display());
            Problem::input("SEG2204", what)
                .words(error.to_string())
                .into()
        })
}

fn tell(imported: &Imported, file: &Path, written: &[&Starter], console: Console) {
    if console.is_json() {
        console.json(&told(imported, Some(file)));
        return;
    }
    let paint = console.paint();
    let count = |kind| imported.of(kind).count();
    console.text(&format!(
        "{} {}: {} facts understood, {} guessed, {} left over\n",
        paint.good("✓"),
        file.display(),
        count(Kind::Understood),
        count(Kind::Guessed),
        count(Kind::LeftOver)
    ));
    let lists = [
        (Kind::Guessed, "Guessed; look at these lines:"),
        (Kind::LeftOver, "Left over; nothing was made of:"),
    ];
    for (kind, title) in lists {
        if count(kind) > 0 {
            console.text(&paint.strong(title).to_string());
            imported.of(kind).for_each(|it| console.text(&line(it)));
            console.text("");
        }
    }
    tell_rest(&imported.manifest, file, written, console);
}

/// What was written beside the manifest, and what comes next.
pub(super) fn tell_rest(manifest: &str, file: &Path, written: &[&Starter], console: Console) {
    let paint = console.paint();
    if !written.is_empty() {
        let title = paint.strong("Written beside it, to be filled in:");
        console.text(&title.to_string());
        for starter in written {
            console.text(&format!("  {}", starter.path));
        }
        console.text("");
    }
    let gaps = manifest.matches("TODO(owner)").count();
    let parent = file.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new(".")).display();
    console.text(&format!(
        "next: fill in the {gaps} lines marked TODO(owner), then: segue check {directory}"
    ));
}

/// `  line 12  guessed words: what was made of them (why)`.
fn line(fact: &Fact) -> String {
    let because = match fact.because.as_str() {
        "" => String::new(),
        because => format!(" ({because})"),
    };
    let made = match fact.kind {
        Kind::LeftOver => String::new(),
        Kind::Guessed | Kind::Understood => format!(": {}", fact.what),
    };
    format!("  line {:>3}  {}{made}{because}", fact.line, fact.quote)
}

/// How sure a fact is, as machines are told.
pub(super) fn sureness(kind: Kind) -> &'static str {
    match kind {
        Kind::Understood => "understood",
        Kind::Guessed => "guessed",
        Kind::LeftOver => "left-over",
    }
}

fn told(imported: &Imported, file: Option<&Path>) -> Value {
    let facts = imported.facts.iter().map(|it| {
        let kind = sureness(it.kind);
        json!({
            "line": it.line, "quote": it.quote, "kind": kind, "what": it.what.to_string(),
            "because": it.because,
        })
    });
    let problems = imported.problems.iter().map(|it| {
        json!({
            "code": it.code, "message": it.message, "help": it.help,
            "lines": it.lines.iter().map(|(at, words)| json!({"line": at, "quote": words})).collect::<Vec<_>>(),
        })
    });
    json!({
        "type": "import", "manifest": imported.manifest, "written": file,
        "facts": facts.collect::<Vec<_>>(), "problems": problems.collect::<Vec<_>>(),
        "files": imported.files.iter().map(|it| &it.path).collect::<Vec<_>>(),
    })
}
