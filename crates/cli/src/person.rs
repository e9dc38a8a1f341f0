//! Who it is that types: for approvals, for locks, for the journal.

use std::{env, fs, process::Command};

/// Whoever types, by user name. `SEGUE_USER` says it where the system's own name
/// does not: in a pipeline that acts for somebody.
pub fn name() -> String {
    let said = ["SEGUE_USER", "USER", "LOGNAME"]
        .into_iter()
        .filter_map(|it| env::var(it).ok())
        .find(|it| !it.trim().is_empty());
    said.or_else(asked)
        .map_or_else(|| "somebody".into(), |it| it.trim().to_owned())
}

/// Where a shell set nothing: the system knows the process's user.
fn asked() -> Option<String> {
    let output = Command::new("id").arg("-un").output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !name.trim().is_empty()).then_some(name)
}

/// Who carries a release out: `ana on build-7`.
pub fn place() -> String {
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    match host.trim() {
        "" => format!("{} on this machine", name()),
        host => format!("{} on {host}", name()),
    }
}

/// Who holds a lock, for whoever finds it held: `ana on build-7, process 4711`.
pub fn holder() -> String {
    format!("{}, process {}", place(), std::process::id())
}
