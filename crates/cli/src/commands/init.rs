//! `segue init`: what is there already becomes a manifest.

mod ask;
mod look;

use super::import::{manifest_file, write};
use crate::{console::Console, exit::Exit, problem::Problem, project::MANIFEST};
use clap::Args;
use segue_runbook::{Kind as Sureness, Starter};
use segue_survey::{Finding, Kind, Surveyed, survey};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Make a manifest of what is there: compose files, helmfiles, charts, Argo CD, kubeconfig.
///
/// Each line of the manifest says where it was found. Where that leaves a choice you are
/// asked; `# guessed:` is a choice that was made for you, `# TODO(owner):` is for you to
/// fill in. The order that modules had is kept. No credential is read.
#[derive(Debug, Args)]
pub struct Init {
    /// The directory that is looked through, and that takes `segue.yaml`.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Read this and nothing else; may be given several times. KIND is compose, helmfile,
    /// argo, helm, kubernetes, kubeconfig, gcloud or azure.
    #[arg(long, value_name = "KIND:PATH", value_parser = look::source)]
    from: Vec<look::Source>,
    /// Ask nothing: take the safe answer, and mark it.
    #[arg(long)]
    yes: bool,
    /// Where the manifest is written.
    #[arg(short, long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a manifest that is there.
    #[arg(long)]
    force: bool,
}

/// Proposes a manifest.
pub fn run(args: &Init, console: Console) -> Result<Exit, Problem> {
    let file = match &args.out {
        Some(out) => manifest_file(out),
        None => args.path.join(MANIFEST),
    };
    if file.exists() && !args.force {
        // Before anybody is asked anything.
        return Err(super::import::is_there(&file));
    }
    // Paths in a manifest are seen from where it lies.
    let root = file.parent().unwrap_or(Path::new(""));
    let texts = match args.from.as_slice() {
        [] => look::around(root, &args.path)?,
        named => look::named(root, named)?,
    };
    let survey = survey(&texts);
    if survey.is_empty() {
        return Err(nothing(&args.path));
    }
    let answers = if args.yes || !console.can_ask() {
        segue_survey::Answers::default()
    } else {
        ask::ask(&survey.questions(), |text| console.answer(text))
    };
    let surveyed = survey.draft(&answers);
    for problem in &surveyed.problems {
        console.note(&format!("{problem}\n"));
    }
    let written = write(&file, &surveyed.manifest, &surveyed.files, args.force)?;
    if console.is_json() {
        console.json(&told(&surveyed, &file));
    } else {
        tell(&surveyed, &file, &written, console);
    }
    Ok(Exit::Done)
}

fn nothing(directory: &Path) -> Problem {
    let places = Kind::ALL.map(|it| format!("{}: {}", it.word(), it.usual_place()));
    let what = format!(
        "nothing of which a manifest could be made is in {}; looked for {}",
        directory.display(),
        places.join("; ")
    );
    Problem::input("SEG2214", what)
        .hint("name what there is with `--from KIND:PATH`, or start from a page: `segue import PAGE.md`")
        .into()
}

fn tell(surveyed: &Surveyed, file: &Path, written: &[&Starter], console: Console) {
    let paint = console.paint();
    let count = |kind| surveyed.of(kind).count();
    console.text(&format!(
        "{} {}: {} facts found, {} guessed, {} left over\n",
        paint.good("✓"),
        file.display(),
        count(Sureness::Understood),
        count(Sureness::Guessed),
        count(Sureness::LeftOver)
    ));
    let lists = [
        (Sureness::Understood, "Found:"),
        (Sureness::Guessed, "Guessed; look at these lines:"),
        (Sureness::LeftOver, "Left over; nothing was made of:"),
    ];
    for (kind, title) in lists {
        if count(kind) > 0 {
            console.text(&paint.strong(title).to_string());
            surveyed.of(kind).for_each(|it| console.text(&line(it)));
            console.text("");
        }
    }
    super::import::tell_rest(&surveyed.manifest, file, written, console);
}

/// `  compose.yaml:12  image: shop/api:1.2: api version 1.2.0 (because)`.
fn line(finding: &Finding) -> String {
    let fact = &finding.fact;
    let place = match (finding.file.as_str(), fact.line) {
        ("", _) => "-".to_owned(),
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}"),
    };
    let made = match fact.kind {
        Sureness::LeftOver => fact.quote.clone(),
        Sureness::Guessed | Sureness::Understood => fact.what.to_string(),
    };
    let because = match fact.because.as_str() {
        "" => String::new(),
        because => format!(" ({because})"),
    };
    format!("  {place}  {made}{because}")
}

fn told(surveyed: &Surveyed, file: &Path) -> Value {
    let facts = surveyed.findings.iter().map(|it| {
        let fact = &it.fact;
        json!({
            "file": it.file, "line": fact.line, "quote": fact.quote,
            "kind": super::import::sureness(fact.kind), "what": fact.what.to_string(),
            "because": fact.because,
        })
    });
    let problems = surveyed.problems.iter().map(|it| {
        let places = it
            .places
            .iter()
            .map(|(file, line, words)| json!({"file": file, "line": line, "quote": words}));
        json!({
            "code": it.code, "message": it.message, "help": it.help,
            "places": places.collect::<Vec<_>>(),
        })
    });
    json!({
        "type": "init", "manifest": surveyed.manifest, "written": file,
        "facts": facts.collect::<Vec<_>>(), "problems": problems.collect::<Vec<_>>(),
        "files": surveyed.files.iter().map(|it| &it.path).collect::<Vec<_>>(),
    })
}
