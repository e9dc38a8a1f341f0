//! The storefront's plan.

use crate::world::{manifest, planned, seen, storefront};
use segue_model::{Observation, Operation, Plan, Subject, Verb};
use segue_plan::{Observations, moved};
use std::collections::BTreeSet;

fn whole() -> Plan {
    let manifest = manifest(&storefront());
    let seen = seen(&manifest, |_| true);
    planned(&manifest, seen)
}

/// Everything that must have ended before `operation` begins.
fn ancestors<'a>(plan: &'a Plan, operation: &'a Operation) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = operation.after.iter().collect();
    while let Some(id) = open.pop() {
        if found.insert(id.as_str()) {
            let next = plan.operations.iter().find(|it| it.id == *id).unwrap();
            open.extend(&next.after);
        }
    }
    found
}

fn find<'a>(plan: &'a Plan, id: &str) -> &'a Operation {
    let found = plan.operations.iter().find(|it| it.id.as_str() == id);
    found.unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn the_operations_and_what_each_waits_for() {
    let plan = whole();
    let lines = plan.operations.iter().map(|it| {
        let after: Vec<_> = it.after.iter().map(|id| id.as_str()).collect();
        let after = match after.len() {
            0..=3 => after.join(", "),
            more => format!("{}, … ({more})", after[0]),
        };
        let marks = [
            it.undo.as_ref().map_or("", |_| " ↶"),
            if it.always { " always" } else { "" },
            if it.finishing { " finishing" } else { "" },
        ];
        format!("{}{} ← {after}", it.id, marks.concat())
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn law_1_a_consumer_is_staged_after_all_that_it_needs_is_live() {
    let manifest = manifest(&storefront());
    let plan = whole();
    for module in &manifest.modules {
        for on in &module.on {
            let stage = find(&plan, &format!("{}@{}/stage", module.id.value, on.value));
            let before = ancestors(&plan, stage);
            for need in &module.needs {
                let provider = manifest.module(&need.module).unwrap();
                for on in &provider.on {
                    let subject = Subject::Module(provider.id.value.clone(), on.value.clone());
                    let deploys = plan.operations.iter().filter(|it| {
                        it.subject == subject
                            && !it.finishing
                            && !it.id.as_str().ends_with("/health")
                    });
                    for operation in deploys {
                        assert!(before.contains(operation.id.as_str()), "{}", operation.id);
                    }
                }
            }
        }
    }
}

#[test]
fn law_5_every_trigger_is_paused_before_anything_changes_and_given_back_always() {
    let plan = whole();
    let pauses: Vec<_> = plan
        .operations
        .iter()
        .filter(|it| it.verb == Verb::Pause)
        .collect();
    assert_eq!(pauses.len(), 3);
    for stage in plan.operations.iter().filter(|it| it.verb == Verb::Stage) {
        let before = ancestors(&plan, stage);
        assert!(pauses.iter().all(|it| before.contains(it.id.as_str())));
    }
    let resumes = plan.operations.iter().filter(|it| it.verb == Verb::Resume);
    assert!(resumes.clone().all(|it| it.always) && resumes.count() == 3);
}

#[test]
fn nothing_after_the_point_of_no_return_begins_before_the_health_of_all() {
    let plan = whole();
    let health: Vec<_> = plan
        .operations
        .iter()
        .filter(|it| it.id.as_str().ends_with("/health"))
        .collect();
    assert_eq!(health.len(), 10);
    for operation in plan.operations.iter().filter(|it| it.finishing) {
        let before = ancestors(&plan, operation);
        assert!(
            health.iter().all(|it| before.contains(it.id.as_str())),
            "{}",
            operation.id
        );
    }
}

#[test]
fn an_unchanged_module_is_not_touched() {
    let manifest = manifest(&storefront());
    let some = seen(&manifest, |module| module == "notifier");
    let plan = planned(&manifest, some);
    let staged: Vec<_> = plan
        .operations
        .iter()
        .filter(|it| it.verb == Verb::Stage)
        .map(|it| it.id.as_str())
        .collect();
    assert_eq!(staged, ["notifier@run/stage"]);
    // No secret changed: none is rotated.
    assert!(!plan.operations.iter().any(|it| it.verb == Verb::Rotate));
    let none = seen(&manifest, |_| false);
    assert_eq!(planned(&manifest, none).operations, []);
}

#[test]
fn in_strict_order_one_module_goes_after_the_other() {
    let text = storefront().replace(
        "environment: production",
        "environment: production\norder: strict",
    );
    let manifest = manifest(&text);
    let plan = planned(&manifest, seen(&manifest, |_| true));
    let stages: Vec<_> = plan
        .operations
        .iter()
        .filter(|it| it.verb == Verb::Stage)
        .collect();
    for (at, stage) in stages.iter().enumerate() {
        let before = ancestors(&plan, stage);
        for earlier in &stages[..at] {
            let same = match (&earlier.subject, &stage.subject) {
                (Subject::Module(a, _), Subject::Module(b, _)) => a == b,
                _ => false,
            };
            assert!(same || before.contains(earlier.id.as_str()), "{}", stage.id);
        }
    }
}

#[test]
fn equal_inputs_give_equal_plans_and_the_digest_sees_every_change() {
    assert_eq!(whole().digest(), whole().digest());
    let mut other = whole();
    other.operations[0].deadline_s += 1;
    assert_ne!(other.digest(), whole().digest());
}

#[test]
fn law_9_no_address_that_may_hold_a_token_stands_in_a_plan() {
    let text = serde_json::to_string(&whole()).unwrap();
    assert!(text.contains("${RELEASE_WEBHOOK}") && !text.contains("RELEASE_WEBHOOK.example"));
}

#[test]
fn law_7_what_moved_since_is_named() {
    let plan = whole();
    let mut now: Observations = plan
        .changes
        .iter()
        .map(|it| ((it.module.clone(), it.target.clone()), it.former.clone()))
        .collect();
    assert_eq!(moved(&plan, &now), []);
    let place = ("notifier".into(), "run".into());
    now.insert(place, Observation::absent());
    let moved = moved(&plan, &now);
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0].planned.module.as_str(), "notifier");
}
