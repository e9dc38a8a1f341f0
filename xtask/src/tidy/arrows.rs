//! Which crate may know which: the one table of the project's arrows.

use super::tree::Tree;

/// What a crate may depend on.
struct Room {
    name: &'static str,
    /// Other crates of this project.
    rooms: &'static [&'static str],
    /// Further ones, for its tests.
    tests: &'static [&'static str],
    /// Crates from elsewhere; none where any may be used. The rooms that have a
    /// list are kept free of runtimes, clients and clouds by it.
    only: Option<&'static [&'static str]>,
}

const fn room(name: &'static str, rooms: &'static [&'static str]) -> Room {
    Room {
        name,
        rooms,
        tests: &[],
        only: None,
    }
}

impl Room {
    const fn tests(mut self, tests: &'static [&'static str]) -> Self {
        self.tests = tests;
        self
    }

    const fn only(mut self, only: &'static [&'static str]) -> Self {
        self.only = Some(only);
        self
    }
}

/// From the core outwards: arrows point to rooms that stand above.
#[rustfmt::skip]
const ROOMS: [Room; 22] = [
    room("model", &[]).only(&["semver", "serde", "serde_json", "sha2", "thiserror"]),
    room("release", &["model"]).only(&["thiserror"]),
    room("platform", &["model"]).only(&["async-trait", "fastrand", "serde_json", "tokio"]),
    room("program", &[]).only(&["rustix", "tokio"]),
    room("calendar", &[]).only(&["jiff", "serde", "thiserror"]),
    room("manifest", &["calendar", "model"])
        .only(&["annotate-snippets", "schemars", "serde", "serde-saphyr", "serde_json", "strsim"]),
    room("plan", &["manifest", "model"]).only(&["serde_json"]),
    room("runbook", &["manifest", "model"]).only(&["pulldown-cmark", "strsim"]),
    room("survey", &["model", "runbook"]).tests(&["manifest"]).only(&["serde", "serde-saphyr"]),
    room("journal", &["model"])
        .only(&["async-trait", "rusqlite", "rustix", "rustls", "rustls-native-certs", "serde", "serde_json", "tokio", "tokio-postgres", "tokio-rustls"]),
    room("engine", &["journal", "model", "platform", "release"]).only(&["serde_json", "tokio"]),
    room("view", &["model", "release"]).only(&["anstyle", "indicatif", "jiff", "serde", "serde_json"]),
    room("report", &["model", "release", "view"]).only(&["jiff", "serde", "serde_json"]),
    room("twin", &[]),
    room("kubernetes", &["model", "platform"]).tests(&["twin"]),
    room("azure", &["model", "platform"]).tests(&["twin"]),
    room("google", &["model", "platform"]).tests(&["twin"]),
    room("integrations", &["calendar", "model", "platform", "program"]),
    room("artifact", &["manifest", "model", "platform", "program"]),
    room("connect", &["artifact", "azure", "google", "integrations", "kubernetes", "manifest", "model", "platform"]),
    room("sandbox", &["artifact", "connect", "manifest", "model", "platform", "twin"])
        .tests(&["engine", "journal", "plan"]),
    room("cli", &["artifact", "connect", "engine", "journal", "manifest", "model", "plan", "platform", "release", "report", "runbook", "sandbox", "survey", "view"]),
];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for name in tree.crates() {
        let path = format!("crates/{name}/Cargo.toml");
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            problems.push(format!("{path}: the table in xtask has no such room"));
            continue;
        };
        let text = tree.file(&path).map_or("", |file| &file.text);
        for (section, dependency) in dependencies(text) {
            if !allows(room, section, dependency) {
                problems.push(format!("{path}: {name} must not know {dependency}"));
            }
        }
    }
    problems
}

fn allows(room: &Room, section: &str, dependency: &str) -> bool {
    let tests = section == "dev-dependencies";
    match dependency.strip_prefix("segue-") {
        Some(other) => room.rooms.contains(&other) || tests && room.tests.contains(&other),
        None => tests || room.only.is_none_or(|only| only.contains(&dependency)),
    }
}

/// The section and the name of each dependency. Every manifest of this project
/// writes one to a line: `name.workspace = true` or `name = { … }`.
fn dependencies(manifest: &str) -> Vec<(&str, &str)> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            let header = header.trim_end().trim_end_matches(']');
            section = header.rsplit('.').next().unwrap_or(header);
        } else if section.ends_with("dependencies")
            && let Some(end) = line.find([' ', '.', '='])
            && end > 0
        {
            found.push((section, &line[..end]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::{ROOMS, check};

    #[test]
    fn every_arrow_is_allowed() {
        assert_tidy(check);
    }

    #[test]
    fn the_table_has_no_cycle() {
        for (at, room) in ROOMS.iter().enumerate() {
            for other in room.rooms.iter().chain(room.tests) {
                let above = ROOMS[..at].iter().any(|it| it.name == *other);
                assert!(above, "{} → {other} points down", room.name);
            }
        }
    }

    #[test]
    fn forbidden_arrows_are_found() {
        let manifest = "[dependencies]\nsegue-model.workspace = true\n\
                        tokio = { workspace = true }\nsegue-twin.workspace = true\n\n\
                        [dev-dependencies]\ninsta.workspace = true\n";
        assert_eq!(
            found(check, &[("crates/plan/Cargo.toml", manifest)]),
            [
                "crates/plan/Cargo.toml: plan must not know tokio",
                "crates/plan/Cargo.toml: plan must not know segue-twin",
            ]
        );
        let nobody = found(check, &[("crates/new/Cargo.toml", "")]);
        assert_eq!(
            nobody,
            ["crates/new/Cargo.toml: the table in xtask has no such room"]
        );
    }
}
