//! `segue lock`: every version resolved to a digest, every chart rendered.

use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    project::{LOCK, Project},
    session::sandboxed,
};
use clap::Args;
use segue_connect::{sandbox_tools, tools};
use serde_json::json;
use std::path::PathBuf;

/// Resolve every version to a digest and render every chart, into segue.lock.
#[derive(Debug, Args)]
pub struct Lock {
    /// The directory that holds segue.yaml, or the file.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The helm program that renders charts.
    #[arg(long, default_value = "helm", value_name = "PROGRAM")]
    helm: PathBuf,
    /// Write nothing; fail when the lock would change.
    #[arg(long)]
    check: bool,
    /// Resolve in the sandbox's clouds, in which every image, source and secret exists.
    #[arg(long)]
    sandbox: bool,
}

/// Locks.
pub async fn run(args: Lock, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let tools = if args.sandbox {
        sandbox_tools(args.helm)
    } else {
        tools(args.helm)?
    };
    let made = segue_artifact::lock(&project.manifest, &project.directory, &tools).await;
    let text = made.map_err(Problem::Failures)?.to_text()?;
    let path = project.directory.join(LOCK);
    let same = std::fs::read_to_string(&path).is_ok_and(|before| before == text);
    if args.check && !same {
        let what = format!("{} is not what locking gives now", path.display());
        return Err(Problem::input("SEG2203", what)
            .hint("run `segue lock` and review the change")
            .into());
    }
    if !same {
        std::fs::write(&path, text).map_err(|error| {
            Problem::input("SEG2203", format!("{} cannot be written", path.display()))
                .words(error.to_string())
        })?;
    }
    if console.is_json() {
        console.json(&json!({"type": "lock", "file": path, "changed": !same}));
    } else {
        let said = if same { "is up to date" } else { "written" };
        console.text(&format!("{} {said}", path.display()));
    }
    Ok(Exit::Done)
}
