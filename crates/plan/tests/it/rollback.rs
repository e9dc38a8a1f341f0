//! Taking a finished release back.

use crate::shop::{ancestors, find, lines, plan_of, shop};
use segue_manifest::Manifest;
use segue_model::{
    Action, Digest, Direction, Ending, Event, EventKind, Evidence, Failure, Observation, Plan,
    ReleaseId, Verb,
};
use segue_plan::{Observations, Rollback, rollback, units};
use serde_json::json;

/// A finished release of the shop, and what it left.
struct Finished {
    manifest: Manifest,
    plan: Plan,
    events: Vec<Event>,
    now: Observations,
}

fn event(kind: EventKind) -> Event {
    Event {
        seq: 0,
        at_ms: 0,
        kind,
    }
}

fn live(version: &str) -> Observation {
    Observation {
        version: Some(version.parse().unwrap()),
        revision: format!("rev-{version}"),
        fingerprint: format!("f-{version}"),
        detail: json!({ "of": version }),
    }
}

impl Finished {
    fn of(manifest: Manifest) -> Self {
        Self::with(manifest, |_| {})
    }

    fn with(manifest: Manifest, change: impl FnOnce(&mut Plan)) -> Self {
        let mut plan = plan_of(&manifest);
        change(&mut plan);
        let mut now = Observations::new();
        for it in &plan.changes {
            let live = if it.changed {
                live("2.0.0")
            } else {
                it.former.clone()
            };
            now.insert((it.module.clone(), it.target.clone()), live);
        }
        let events = std::iter::once(EventKind::Started {
            plan: plan.digest(),
            by: "ana".into(),
        });
        let events = events.chain(plan.operations.iter().map(|it| EventKind::Succeeded {
            operation: it.id.clone(),
            direction: Direction::Do,
            evidence: Evidence {
                fingerprint: "f-2.0.0".into(),
                ..Evidence::seen("done")
            },
        }));
        let events = events.chain([EventKind::Finished {
            ending: Ending::Succeeded,
        }]);
        Self {
            events: events.map(event).collect(),
            manifest,
            plan,
            now,
        }
    }

    fn ending(mut self, ending: Ending) -> Self {
        self.events.pop();
        self.events.push(event(EventKind::Finished { ending }));
        self
    }

    fn now(mut self, module: &str, target: &str, live: Observation) -> Self {
        self.now.insert((module.into(), target.into()), live);
        self
    }

    fn back(&self) -> Result<Plan, Failure> {
        rollback(&Rollback {
            manifest: &self.manifest,
            manifest_digest: Digest::of(b"now"),
            release: &ReleaseId::new("r1"),
            plan: &self.plan,
            events: &self.events,
            now: &self.now,
            on_failure: None,
        })
    }
}

#[test]
fn the_operations_and_what_each_waits_for() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    assert_eq!(plan.rolls_back, Some(ReleaseId::new("r1")));
    insta::assert_snapshot!(lines(&plan));
}

#[test]
fn every_operation_stands_after_all_that_it_waits_for() {
    for order in ["order: graph", "order: strict"] {
        let text = format!("environment: test\n{order}");
        let plan = Finished::of(shop(&[("environment: test", &text)]))
            .back()
            .unwrap();
        for (at, operation) in plan.operations.iter().enumerate() {
            let stands =
                |id: &segue_model::OperationId| plan.operations[..at].iter().any(|it| it.id == *id);
            assert!(operation.after.iter().all(stands), "{}", operation.id);
        }
    }
}

#[test]
fn law_6_consumers_go_back_before_providers_and_migrations_after_both() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    for (later, earlier) in [
        ("web@run/revert", "mail@run/revert"),
        ("stock@aks/revert", "web@run/revert"),
        ("stock@gke/revert", "mail@run/revert"),
        ("stock/migrate-2/undo", "stock@aks/revert"),
        ("stock/migrate-2/undo", "stock@gke/revert"),
        ("stock/migrate-1/undo", "stock/migrate-2/undo"),
        ("config@aks/revert", "stock/migrate-1/undo"),
        ("config@gke/revert", "stock/migrate-1/undo"),
    ] {
        let before = ancestors(&plan, find(&plan, later));
        assert!(before.contains(earlier), "{later} after {earlier}");
    }
}

#[test]
fn a_revert_brings_back_what_was_and_is_undone_by_what_is() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    let revert = find(&plan, "stock@aks/revert");
    let Action::Revert { former, .. } = &revert.action else {
        panic!("no revert");
    };
    assert_eq!(former.revision, "former");
    let undo = revert.undo.as_ref().unwrap();
    assert!(matches!(&undo.action, Action::Revert { former, .. } if *former == live("2.0.0")));
    let undone = find(&plan, "stock/migrate-1/undo");
    assert!(
        matches!(&undone.action, Action::Perform { input, .. } if input["command"][1] == "undo")
    );
    let again = undone.undo.as_ref().unwrap();
    assert!(
        matches!(&again.action, Action::Perform { input, .. } if input["command"][1] == "migrate")
    );
    assert_eq!(undone.deadline_s, 20 * 60);
}

#[test]
fn law_5_triggers_are_paused_before_and_given_back_always() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    for operation in plan.operations.iter().filter(|it| it.verb == Verb::Revert) {
        assert!(
            ancestors(&plan, operation).contains("orders/pause"),
            "{}",
            operation.id
        );
    }
    assert!(find(&plan, "orders/resume").always);
}

#[test]
fn people_and_hours_are_asked_and_the_pipeline_is_not() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    let gates: Vec<_> = plan
        .operations
        .iter()
        .filter(|it| it.verb == Verb::Gate)
        .collect();
    assert_eq!(
        gates.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
        ["gate/uat", "gate/hours"]
    );
    let released = [
        Verb::Check,
        Verb::Tag,
        Verb::Rotate,
        Verb::Settle,
        Verb::Stage,
        Verb::Shift,
    ];
    assert!(!plan.operations.iter().any(|it| released.contains(&it.verb)));
}

#[test]
fn people_are_told_what_went_back() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    let Action::Perform { input, .. } = &find(&plan, "notify/1").action else {
        panic!("nobody is told");
    };
    let first = json!({ "module": "mail", "target": "run", "from": "2.0.0", "to": "1.0.0" });
    assert_eq!(input["changes"][0], first);
    assert_eq!(input["rolls_back"], "r1");
    assert_eq!(input["changes"].as_array().unwrap().len(), 6);
}

#[test]
fn what_was_left_alone_is_asked_for_its_health_unless_somebody_changed_it() {
    let plan = Finished::of(shop(&[])).back().unwrap();
    assert!(ancestors(&plan, find(&plan, "prices@aks/health")).contains("config@aks/revert"));
    let moved = Finished::of(shop(&[]))
        .now("prices", "aks", live("3.0.0"))
        .back()
        .unwrap();
    assert!(
        !moved
            .operations
            .iter()
            .any(|it| it.id.as_str() == "prices@aks/health")
    );
}

#[test]
fn law_7_its_plan_rests_on_what_is_live_now() {
    let finished = Finished::of(shop(&[]));
    let plan = finished.back().unwrap();
    assert_eq!(segue_plan::moved(&plan, &finished.now), []);
    let stock = plan
        .changes
        .iter()
        .find(|it| it.module.as_str() == "stock")
        .unwrap();
    assert_eq!(
        (&stock.former, stock.to.to_string()),
        (&live("2.0.0"), "1.0.0".to_owned())
    );
}

#[test]
fn what_the_release_brought_in_goes_and_does_not_come_back() {
    let finished = Finished::with(shop(&[]), |plan| {
        for operation in &mut plan.operations {
            if operation.id.as_str() == "mail@run/stage"
                && let Some(undo) = &mut operation.undo
                && let Action::Revert { former, .. } = &mut undo.action
            {
                *former = Observation::absent();
            }
        }
    });
    let plan = finished.back().unwrap();
    let gone = find(&plan, "mail@run/revert");
    assert!(gone.no_return && gone.undo.is_none());
    assert!(!find(&plan, "web@run/revert").no_return);
}

#[test]
fn a_rollback_can_be_taken_back_too() {
    let first = Finished::of(shop(&[]));
    let mut plan = first.back().unwrap();
    let original = plan.clone();
    let mut second = Finished::of(shop(&[]));
    std::mem::swap(&mut second.plan, &mut plan);
    for it in second.plan.changes.iter().filter(|it| it.changed) {
        second
            .now
            .insert((it.module.clone(), it.target.clone()), live("1.0.0"));
    }
    second.events = [EventKind::Finished {
        ending: Ending::Succeeded,
    }]
    .map(event)
    .into();
    let again = second.back().unwrap();
    let revert = find(&again, "stock@aks/revert");
    assert!(matches!(&revert.action, Action::Revert { former, .. } if *former == live("2.0.0")));
    assert!(find(&again, "stock/migrate-1").verb == Verb::Migrate);
    let before = ancestors(&again, find(&again, "mail@run/revert"));
    assert!(before.contains("web@run/revert") && before.contains("stock/migrate-2"));
    assert_ne!(again.digest(), original.digest());
}

#[test]
fn the_units_to_observe_are_all_of_the_plans() {
    let plan = plan_of(&shop(&[]));
    let names: Vec<_> = units(&plan)
        .iter()
        .map(|it| format!("{}@{}", it.module, it.target))
        .collect();
    assert_eq!(
        names,
        [
            "config@aks",
            "config@gke",
            "mail@run",
            "prices@aks",
            "stock@aks",
            "stock@gke",
            "web@run"
        ]
    );
    let back = Finished::of(shop(&[])).back().unwrap();
    assert_eq!(units(&back).len(), 7);
}

fn refused(finished: &Finished) -> String {
    let failure = finished.back().unwrap_err();
    assert!(!failure.hint.is_empty(), "{failure}");
    format!("{} {failure} | {}", failure.code, failure.hint)
}

#[test]
fn only_what_ended_live_is_taken_back() {
    let ended = |ending| refused(&Finished::of(shop(&[])).ending(ending));
    let mut running = Finished::of(shop(&[]));
    running
        .events
        .push(event(EventKind::Resumed { by: "ana".into() }));
    let mut never = Finished::of(shop(&[]));
    never.events.truncate(1);
    insta::assert_snapshot!(
        [
            ended(Ending::Undone),
            ended(Ending::Cancelled),
            ended(Ending::PartlyUndone),
            ended(Ending::Abandoned),
            ended(Ending::Stuck),
            refused(&running),
            refused(&never),
        ]
        .join("\n")
    );
    assert!(
        Finished::of(shop(&[]))
            .ending(Ending::Incomplete)
            .back()
            .is_ok()
    );
}

#[test]
fn law_5_a_trigger_that_is_not_given_back_is_given_back_first() {
    let mut finished = Finished::of(shop(&[])).ending(Ending::Incomplete);
    finished.events.retain(|it| !matches!(&it.kind, EventKind::Succeeded { operation, .. } if operation.as_str() == "orders/resume"));
    insta::assert_snapshot!(refused(&finished), @"SEG2102 r1 paused a trigger that it has not given back: orders/resume | `segue resume` gives it back; then roll back");
}

#[test]
fn what_moved_since_is_listed() {
    let finished = Finished::of(shop(&[]))
        .now("stock", "gke", live("2.1.0"))
        .now("mail", "run", Observation::absent())
        .now("prices", "aks", live("9.0.0"));
    insta::assert_snapshot!(refused(&finished), @"SEG2103 what is live is not what r1 deployed: stock@gke is 2.1.0 (rev-2.1.0), and was left at 2.0.0; mail@run is gone (none), and was left at 2.0.0 | take back the later release first (`segue history` names it), or write the versions that you want and `segue apply`");
    let mut same_version = live("2.0.0");
    same_version.fingerprint = "other".into();
    let finished = Finished::of(shop(&[])).now("web", "run", same_version);
    assert!(refused(&finished).starts_with("SEG2103"));
    let mut unknown = Finished::of(shop(&[]));
    unknown
        .now
        .retain(|(module, _), _| module.as_str() != "web");
    assert!(refused(&unknown).contains("web@run"));
}

#[test]
fn without_fingerprints_the_versions_are_compared() {
    let mut old = Finished::of(shop(&[]));
    for event in &mut old.events {
        if let EventKind::Succeeded { evidence, .. } = &mut event.kind {
            evidence.fingerprint.clear();
        }
    }
    assert!(old.back().is_ok());
    assert!(refused(&old.now("web", "run", live("2.1.0"))).starts_with("SEG2103"));
}

#[test]
fn law_6_a_point_of_no_return_is_named() {
    let finished = Finished::of(shop(&[(
        "undo: { command: [./backfill, --remove] }",
        "undo: none",
    )]));
    insta::assert_snapshot!(refused(&finished), @"SEG2104 r1 carried out what cannot be undone: stock/migrate-2 | go forward: release versions that live with it");
}

#[test]
fn a_release_without_changes_has_nothing_to_take_back() {
    let finished = Finished::with(shop(&[]), |plan| {
        plan.operations.clear();
        for it in &mut plan.changes {
            it.changed = false;
        }
    });
    insta::assert_snapshot!(refused(&finished), @"SEG2105 r1 changed nothing | `segue history` shows which releases changed something");
}
