//! What the figures were measured on.

use std::{fs, path::Path, process::Command};

/// One line: processors, the file system under `directory`, and how busy it was.
pub(super) fn describe(directory: &Path, load_before: &str) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let file_system = file_system(directory);
    let memory_only = file_system.starts_with("tmpfs") || file_system.starts_with("ramfs");
    let warning = if memory_only {
        " (IN MEMORY: syncs cost nothing here, these are no figures)"
    } else {
        ""
    };
    format!(
        "{cores} cores, journals on {file_system}{warning}, load {load_before} before and {} after",
        load()
    )
}

/// How many processes wanted to run during the last minute.
pub(super) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

fn file_system(directory: &Path) -> String {
    let df = Command::new("df")
        .arg("--output=fstype")
        .arg(directory)
        .output();
    let text = df.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    let name = text.lines().nth(1).unwrap_or("an unknown file system");
    name.trim().to_owned()
}
