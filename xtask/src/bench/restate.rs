//! Restate, the durable peer: installed with npm below the target directory, with
//! its server on loopback.

use super::cannot;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

const SERVICE: &str = include_str!("restate.mjs");
const PACKAGE: &str = r#"{
  "private": true,
  "type": "module",
  "dependencies": {
    "@restatedev/restate-sdk": "1.17.2",
    "@restatedev/restate-server": "1.7.12"
  }
}
"#;

pub(super) struct Restate {
    service: Child,
    /// None once it is to end.
    graphs: Option<ChildStdin>,
    figures: Lines<BufReader<ChildStdout>>,
}

impl Restate {
    /// Installs what is missing, and starts it.
    pub(super) fn new(directory: &Path, graphs: &Path) -> Result<Self, String> {
        install(directory)?;
        let base = directory.join("restate-data");
        // What a run that was killed left behind.
        let _ = fs::remove_dir_all(&base);
        let mut service = apart()?
            .args(["node", "restate.mjs"])
            .args([graphs, &base])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(cannot("start Restate"))?;
        let pipes = service.stdin.take().zip(service.stdout.take());
        let (graphs, figures) = pipes.ok_or("Restate has no pipes")?;
        Ok(Self {
            service,
            graphs: Some(graphs),
            figures: BufReader::new(figures).lines(),
        })
    }

    /// How long it takes, in milliseconds, from request to answer.
    pub(super) fn carry_out(&mut self, graph: &str) -> Result<f64, String> {
        let graphs = self.graphs.as_mut().ok_or("Restate has ended")?;
        writeln!(graphs, "{graph}").map_err(cannot("reach Restate"))?;
        self.figure()?.as_f64().ok_or_else(|| "no figure".into())
    }

    /// Ends it: the most memory that its server and its service held, in KiB.
    pub(super) fn end(mut self) -> Result<Value, String> {
        self.graphs = None;
        let memory = self.figure()?;
        self.service.wait().map_err(cannot("end Restate"))?;
        Ok(memory)
    }

    fn figure(&mut self) -> Result<Value, String> {
        let line = self.figures.next().ok_or("Restate ended early")?;
        let line = line.map_err(cannot("read from Restate"))?;
        serde_json::from_str(&line).map_err(cannot("read Restate's figures"))
    }
}

/// A network namespace of its own, with nothing in it but loopback: the server asks
/// a host outside for its newest release when it starts, and no setting stops that.
fn apart() -> Result<Command, String> {
    let apart = || {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", "sh", "-c"]);
        command.args(["ip link set lo up && exec \"$@\"", "sh"]);
        command
    };
    match apart().arg("true").status() {
        Ok(status) if status.success() => Ok(apart()),
        _ => Err("Restate: no network namespace can be made (unshare and ip are needed)".into()),
    }
}

fn install(directory: &Path) -> Result<(), String> {
    let version = Command::new("node").arg("--version").output();
    version.map_err(|_| "Restate: Node is not installed")?;
    let package = directory.join("package.json");
    let installed = fs::read_to_string(&package).is_ok_and(|text| text == PACKAGE)
        && directory.join("node_modules/@restatedev").is_dir();
    fs::write(&package, PACKAGE)
        .and_then(|()| fs::write(directory.join("restate.mjs"), SERVICE))
        .map_err(cannot("write Restate's package"))?;
    if installed {
        return Ok(());
    }
    let npm = Command::new("npm")
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(directory)
        .stdout(Stdio::null())
        .status();
    match npm {
        Ok(status) if status.success() => Ok(()),
        _ => Err("Restate: npm could not install it".to_owned()),
    }
}
