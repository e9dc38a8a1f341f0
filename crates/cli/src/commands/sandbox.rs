//! `segue sandbox`: the embedded clouds in a process of their own.

use crate::{
    console::Console,
    exit::Exit,
    locking::Wanted,
    problem::Problem,
    project::Project,
    session::{sandboxed, speed, start},
    state::{SANDBOX_LOCK, State},
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Run the embedded clouds in a process of their own, until Ctrl-C.
#[derive(Debug, Args)]
pub struct SandboxCommand {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// How many times faster than a cloud the embedded clouds run.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
}

/// Runs.
pub async fn run(args: SandboxCommand, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let locked = project.lock()?;
    let state = State::at(&project.directory);
    state.make()?;
    let journal = state.journal().await?;
    let wanted = Wanted {
        environment: SANDBOX_LOCK,
        doing: "segue sandbox",
        directory: &args.path,
        wait: None,
    };
    let _held = wanted.take(&*journal, console).await?;
    let sandbox = start(&project, &locked, args.speed).await?;
    state.write_sandbox(&sandbox.running)?;
    let running = &sandbox.running;
    if console.is_json() {
        console.json(&json!({"type": "sandbox", "control": running.control, "pid": running.pid}));
    } else {
        let directory = args.path.display();
        console.text(&format!(
            "The sandbox is up, with the former versions live.\n\
             Its own API: {}\n\
             Now, elsewhere: segue apply {directory} --sandbox\n\
             Ctrl-C ends it.",
            running.control
        ));
    }
    wait().await;
    state.remove_sandbox();
    Ok(Exit::Done)
}

/// Until Ctrl-C or SIGTERM.
async fn wait() {
    let kind = tokio::signal::unix::SignalKind::terminate();
    match tokio::signal::unix::signal(kind) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
