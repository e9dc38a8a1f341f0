//! GNU make, the floor that keeps no journal: one process for each operation. What
//! was done is known by nothing after a crash.

use super::{GRAPHS, cannot};
use serde_json::Value;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

pub(super) struct Make {
    directory: PathBuf,
    cores: usize,
}

impl Make {
    /// Writes a makefile for each graph.
    pub(super) fn new(directory: &Path, graphs: &Path) -> Result<Self, String> {
        let version = Command::new("make").arg("--version").output();
        let version = version.map_err(|_| "GNU make is not installed")?;
        if !version.stdout.starts_with(b"GNU Make") {
            return Err("`make` is not GNU make".to_owned());
        }
        for graph in GRAPHS {
            let text = fs::read_to_string(graphs.join(format!("{graph}.json")));
            let text = text.map_err(cannot("read a graph"))?;
            let graph_json = serde_json::from_str(&text).map_err(cannot("read a graph"))?;
            fs::write(directory.join(format!("{graph}.mk")), makefile(&graph_json))
                .map_err(cannot("write a makefile"))?;
        }
        Ok(Self {
            directory: directory.to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        })
    }

    /// How long it takes, in milliseconds: as many processes at once as there are
    /// cores where they only compute, as wide as the graph where they sleep.
    pub(super) fn carry_out(&self, graph: &str) -> Result<f64, String> {
        let sleeps = graph.starts_with("sleeping");
        let jobs = if sleeps { 1000 } else { self.cores };
        let mut make = Command::new("make");
        make.arg(format!("-j{jobs}"))
            .arg("-f")
            .arg(format!("{graph}.mk"))
            .current_dir(&self.directory)
            // A make above this one must not count our jobs as its own.
            .env_remove("MAKEFLAGS")
            .env_remove("MFLAGS")
            .stdout(Stdio::null());
        let began = Instant::now();
        let status = make.status().map_err(cannot("run make"))?;
        let took = began.elapsed();
        if status.success() {
            Ok(took.as_secs_f64() * 1000.0)
        } else {
            Err(format!("make failed on {graph}.mk"))
        }
    }
}

/// A rule for each operation, and one for all.
fn makefile(graph: &Value) -> String {
    let operations = graph["operations"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let names: Vec<_> = (0..operations.len()).map(|at| format!("o{at}")).collect();
    let all = names.join(" ");
    let mut text = format!(".PHONY: all {all}\nall: {all}\n");
    for (name, operation) in names.iter().zip(operations) {
        let _ = write!(text, "{name}:");
        for need in operation["after"].as_array().into_iter().flatten() {
            let _ = write!(text, " o{need}");
        }
        let recipe = match operation["sleep_ms"].as_u64() {
            Some(ms) if ms > 0 => format!("sleep {}.{:03}", ms / 1000, ms % 1000),
            _ => "true".to_owned(),
        };
        let _ = write!(text, "\n\t@{recipe}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::makefile;
    use serde_json::json;

    #[test]
    fn a_makefile_is_the_graph() {
        let graph = json!({ "operations": [
            { "after": [], "sleep_ms": 0 },
            { "after": [0], "sleep_ms": 1020 },
        ]});
        assert_eq!(
            makefile(&graph),
            ".PHONY: all o0 o1\nall: o0 o1\no0:\n\t@true\no1: o0\n\t@sleep 1.020\n"
        );
    }
}
