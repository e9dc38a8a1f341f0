//! What a manifest says of people, time and data: where the journal is, who
//! approves, when releases may run, what migrates, how long each may take.

use crate::read;
use segue_manifest::{GateKind, Manifest, OnFailure};
use segue_model::Action;
use serde_json::json;
use std::time::Duration;

const TEXT: &str = r#"
version: 1
environment: test
state: "postgres://segue:${CI_URL}@db/segue"
on-failure: hold
targets:
  aks: { kubernetes: { context: aks, namespace: shop } }
  run: { cloud-run: { project: p, region: r } }
gates:
  qa: { http: { url: "${CI_URL}/qa", deadline: 30s } }
  uat: { approval: { by: [ana, ben], count: 2, deadline: 4h } }
  anybody: { approval: {} }
  ops: { approval: { by: ana } }
  hours:
    window:
      time-zone: Europe/Berlin
      open: ["Mon-Thu 08:00-16:00", "Fri 08:00-12:00"]
      freezes: [{ from: 2026-12-20, until: 2027-01-03, because: "Christmas" }]
triggers:
  push: { on: run, starts: a, pubsub: { subscription: s }, deadline: 5m }
modules:
  a:
    on: aks
    version: 1.2.0
    manifests: a/
    deadline: 7m
    migrate:
      - command: [flyway, -configFiles=flyway.conf, migrate]
        undo: { command: [flyway, undo, "-password=${CI_URL}"] }
        environment: [CI_URL]
        deadline: 20m
      - { command: [./backfill], undo: none }
  b: { on: aks, version: 1.0.0, manifests: b/, migrate: { command: [x], undo: none } }
after: { deadline: 3m, notify: [] }
"#;

fn manifest() -> Manifest {
    let (source, parsed) = read(TEXT);
    for problem in &parsed.diagnostics {
        eprintln!("{}", problem.render(&source, false));
    }
    parsed.manifest.unwrap()
}

#[test]
fn approvals_name_people_and_windows_a_calendar() {
    let manifest = manifest();
    let actions: Vec<_> = manifest
        .gates
        .iter()
        .skip(1)
        .map(|it| it.action())
        .collect();
    let people = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
    assert_eq!(
        actions[0],
        Action::Await {
            from: people(&["ana", "ben"]),
            count: 2
        }
    );
    assert_eq!(
        actions[1],
        Action::Await {
            from: people(&[]),
            count: 1
        }
    );
    assert_eq!(
        actions[2],
        Action::Await {
            from: people(&["ana"]),
            count: 1
        }
    );
    let calendar = json!({
        "time_zone": "Europe/Berlin",
        "open": ["Mon-Thu 08:00-16:00", "Fri 08:00-12:00"],
        "freezes": [{ "from": "2026-12-20", "until": "2027-01-03", "because": "Christmas" }],
    });
    assert_eq!(
        actions[3],
        Action::Perform {
            by: "window".into(),
            input: json!({ "gate": "hours", "calendar": calendar }),
        }
    );
    let overridable: Vec<_> = manifest.gates.iter().map(|it| it.overridable()).collect();
    assert_eq!(overridable, [false, false, false, false, true]);
    let GateKind::Window(calendar) = &manifest.gates[4].kind else {
        panic!("no window");
    };
    assert!(calendar.is_open("2026-11-23T09:00:00Z".parse().unwrap()));
}

#[test]
fn every_deadline_is_the_written_one_or_a_sensible_one() {
    let manifest = manifest();
    let seconds = |it: Duration| it.as_secs();
    let gates: Vec<_> = manifest
        .gates
        .iter()
        .map(|it| seconds(it.deadline))
        .collect();
    assert_eq!(gates, [30, 4 * 3600, 24 * 3600, 24 * 3600, 120]);
    assert_eq!(seconds(manifest.triggers[0].deadline), 300);
    assert_eq!(seconds(manifest.after.deadline), 180);
    let migrations = manifest.modules.iter().flat_map(|it| &it.migrations);
    let migrations: Vec<_> = migrations.map(|it| seconds(it.deadline)).collect();
    assert_eq!(migrations, [1200, 420, 600]);
}

#[test]
fn law_9_variables_of_programs_and_of_the_journal_are_filled_in_when_they_are_used() {
    let manifest = manifest();
    let [first, second] = manifest.modules[0].migrations.as_slice() else {
        panic!("not two");
    };
    assert_eq!(
        first.performer().1["command"],
        json!(["flyway", "-configFiles=flyway.conf", "migrate"])
    );
    let (by, input) = first.undo_performer().unwrap();
    assert_eq!(by, "command");
    assert_eq!(
        input,
        json!({
            "command": ["flyway", "undo", "-password=${CI_URL}"],
            "environment": ["CI_URL"],
            "release": "${release}",
        })
    );
    assert_eq!(second.undo_performer(), None);
    assert!(!format!("{manifest:?}").contains("http://ci-url.example@"));
    let state = manifest.state.unwrap();
    let address = state.address(&|_| Some("pw".into())).unwrap();
    assert_eq!(address, "postgres://segue:pw@db/segue");
    assert_eq!(manifest.on_failure, OnFailure::Hold);
}

#[test]
fn what_is_not_written_is_as_it_was() {
    let (_, parsed) = read("version: 1\nenvironment: t\ntargets: {}\nmodules: {}\n");
    let manifest = parsed.manifest.unwrap();
    assert_eq!(manifest.state, None);
    assert_eq!(manifest.on_failure, OnFailure::Undo);
    assert_eq!(manifest.after.deadline, Duration::from_secs(120));
}
