//! `segue check`: the manifest and its lock, without any cloud.

use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    project::{LOCK, Project},
    session::sandboxed,
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Check the manifest and its lock; nothing is asked of any cloud.
#[derive(Debug, Args)]
pub struct Check {
    /// The directory that holds segue.yaml, or the file.
    #[arg(default_value = ".")]
    path: PathBuf,
}

/// Checks.
pub fn run(args: &Check, console: Console) -> Result<Exit, Problem> {
    // Variables are for those who apply: whoever checks need not have them.
    let project = Project::open(&args.path, &sandboxed(true))?;
    // Whoever has just written a manifest has no lock yet.
    let is_locked = project.directory.join(LOCK).exists();
    if is_locked {
        project.lock()?;
    }
    let modules = project.manifest.modules.len();
    let targets = project.manifest.targets.len();
    if console.is_json() {
        console.json(&json!({
            "type": "check", "ok": true, "modules": modules, "targets": targets, "locked": is_locked,
        }));
    } else {
        let ok = console.paint().good("ok");
        let environment = &project.manifest.environment;
        let lock = if is_locked {
            "and the lock fits".to_owned()
        } else {
            format!("not locked yet: segue lock {}", args.path.display())
        };
        console.text(&format!(
            "{ok}  {}: {environment}, {modules} modules on {targets} targets, {lock}",
            project.source.name
        ));
        let gaps = project.source.text.matches("TODO(owner)").count();
        if gaps > 0 {
            console.note(&format!(
                "{gaps} gaps are marked TODO(owner): yours to fill in."
            ));
        }
    }
    Ok(Exit::Done)
}
