//! Segue's side: the engine's benchmark, built as Cargo builds releases.

use super::cannot;
use serde_json::Value;
use std::{path::Path, path::PathBuf, process::Command};

pub(super) struct Segue(PathBuf);

impl Segue {
    /// Builds it once, so that rounds do not wait for Cargo.
    pub(super) fn build() -> Result<Self, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["bench", "--package", "segue-engine", "--bench", "release"]);
        build.args(["--no-run", "--message-format", "json-render-diagnostics"]);
        build.current_dir(env!("CARGO_MANIFEST_DIR"));
        // Cargo tells what it does itself.
        build.stderr(std::process::Stdio::inherit());
        let output = build.output().map_err(cannot("run cargo"))?;
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .find_map(|message| Some(message["executable"].as_str()?.into()))
            .map(Self)
            .ok_or_else(|| "the engine's benchmark could not be built".to_owned())
    }

    /// Writes the graphs that peers carry out.
    pub(super) fn graphs(&self, directory: &Path) -> Result<(), String> {
        let mut command = Command::new(&self.0);
        command.arg("graphs").arg(directory);
        figures(&mut command).map(drop)
    }

    /// One round.
    pub(super) fn round(&self) -> Result<Value, String> {
        figures(&mut Command::new(&self.0))
    }
}

fn figures(command: &mut Command) -> Result<Value, String> {
    let output = command
        .output()
        .map_err(cannot("run the engine's benchmark"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(cannot("read the engine's figures"))
}
