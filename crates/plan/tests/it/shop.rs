//! A small shop with people, hours and migrations: `stock` keeps data, `web` and
//! `mail` need it, `prices` is left alone.

use crate::world::{manifest, planned, seen};
use segue_manifest::Manifest;
use segue_model::{Operation, Plan};
use std::collections::BTreeSet;

pub const TEXT: &str = r#"
version: 1
environment: test
targets:
  aks: { kubernetes: { context: aks, namespace: shop } }
  gke: { kubernetes: { context: gke, namespace: shop } }
  run: { cloud-run: { project: p, region: r } }
gates:
  qa: { http: { url: "https://ci.example/qa", deadline: 30s } }
  uat: { approval: { by: [ana, ben], count: 2 } }
  hours: { window: { time-zone: Europe/Berlin, open: ["Mon-Thu 08:00-16:00"] } }
triggers:
  orders: { on: run, starts: web, pubsub: { subscription: orders }, deadline: 45s }
modules:
  config: { on: [aks, gke], version: 2.0.0, manifests: config/ }
  prices: { on: aks, version: 2.0.0, manifests: prices/ }
  stock:
    on: [aks, gke]
    version: 2.0.0
    manifests: stock/
    needs: [config]
    deadline: 7m
    checks: [{ key-vault: { vault: v, secrets: [s] } }]
    migrate:
      - { command: [flyway, migrate], undo: { command: [flyway, undo] }, deadline: 20m }
      - { command: [./backfill], undo: { command: [./backfill, --remove] } }
  web: { on: run, version: 2.0.0, image: x/web, needs: [stock, prices] }
  mail: { on: run, version: 2.0.0, image: x/mail, needs: [web, stock] }
after:
  deadline: 90s
  tag: { git: { name: "release/${release}" } }
  notify: [{ webhook: { url: "${RELEASE_WEBHOOK}" } }]
"#;

/// The shop, with `changes` to its text.
pub fn shop(changes: &[(&str, &str)]) -> Manifest {
    let text = changes.iter().fold(TEXT.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    manifest(&text)
}

/// Its plan, in which all but `prices` changes.
pub fn plan_of(manifest: &Manifest) -> Plan {
    planned(manifest, seen(manifest, |module| module != "prices"))
}

/// A line for each operation: what it is and what it waits for.
pub fn lines(plan: &Plan) -> String {
    let lines = plan.operations.iter().map(|it| {
        let after: Vec<_> = it.after.iter().map(|id| id.as_str()).collect();
        let marks = [
            it.undo.as_ref().map_or("", |_| " ↶"),
            if it.no_return { " no-return" } else { "" },
            if it.overridable { " overridable" } else { "" },
            if it.always { " always" } else { "" },
            if it.finishing { " finishing" } else { "" },
        ];
        let (id, marks) = (&it.id, marks.concat());
        format!("{id}{marks} {}s ← {}", it.deadline_s, after.join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Everything that must have ended before `operation` begins.
pub fn ancestors<'a>(plan: &'a Plan, operation: &'a Operation) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = operation.after.iter().collect();
    while let Some(id) = open.pop() {
        if found.insert(id.as_str()) {
            open.extend(&find(plan, id.as_str()).after);
        }
    }
    found
}

pub fn find<'a>(plan: &'a Plan, id: &str) -> &'a Operation {
    let found = plan.operations.iter().find(|it| it.id.as_str() == id);
    found.unwrap_or_else(|| panic!("no {id}"))
}
