//! Approvals, windows, migrations, holds and deadlines in a plan.

use crate::{
    shop::{TEXT, ancestors, find, lines, plan_of, shop},
    world::{manifest, planned, seen},
};
use segue_manifest::OnFailure;
use segue_model::{Action, Digest, Undo, Verb};
use segue_plan::{Input, plan};

#[test]
fn the_operations_with_their_deadlines_and_what_each_waits_for() {
    insta::assert_snapshot!(lines(&plan_of(&shop(&[]))));
}

#[test]
fn law_1_a_window_is_asked_after_people_and_before_anything_changes() {
    let plan = plan_of(&shop(&[]));
    let window = find(&plan, "gate/hours");
    assert!(window.overridable && window.verb == Verb::Gate);
    let before = ancestors(&plan, window);
    for gate in ["gate/qa", "gate/uat", "stock@aks/check-1"] {
        assert!(before.contains(gate), "{gate}");
    }
    let changing = [Verb::Lease, Verb::Pause, Verb::Migrate, Verb::Stage];
    for operation in plan
        .operations
        .iter()
        .filter(|it| changing.contains(&it.verb))
    {
        let before = ancestors(&plan, operation);
        assert!(before.contains("gate/hours"), "{}", operation.id);
    }
    let approval = &find(&plan, "gate/uat").action;
    assert!(matches!(approval, Action::Await { from, count: 2 } if from.len() == 2));
}

#[test]
fn law_1_a_migration_stands_between_what_its_module_needs_and_each_of_its_stages() {
    for order in ["order: graph", "order: strict"] {
        let plan = plan_of(&shop(&[(
            "environment: test",
            &format!("environment: test\n{order}"),
        )]));
        let first = ancestors(&plan, find(&plan, "stock/migrate-1"));
        for before in ["orders/pause", "config@aks/verify", "config@gke/verify"] {
            assert!(first.contains(before), "{order}: {before}");
        }
        let second = ancestors(&plan, find(&plan, "stock/migrate-2"));
        assert!(second.contains("stock/migrate-1"));
        for target in ["aks", "gke"] {
            let stage = ancestors(&plan, find(&plan, &format!("stock@{target}/stage")));
            assert!(stage.contains("stock/migrate-2"), "{order}: {target}");
        }
    }
}

#[test]
fn law_6_a_migration_has_an_undo_or_is_a_point_of_no_return() {
    let plan = plan_of(&shop(&[(
        "undo: { command: [./backfill, --remove] }",
        "undo: none",
    )]));
    let migrations: Vec<_> = plan
        .operations
        .iter()
        .filter(|it| it.verb == Verb::Migrate)
        .collect();
    assert_eq!(migrations.len(), 2, "once for both targets");
    assert!(migrations[0].undo.is_some() && !migrations[0].no_return);
    assert!(migrations[1].undo.is_none() && migrations[1].no_return);
    let Some(Undo {
        action: Action::Perform { by, input },
        ..
    }) = &migrations[0].undo
    else {
        panic!("no program");
    };
    assert_eq!(
        (by.as_str(), &input["command"][1]),
        ("command", &"undo".into())
    );
    assert_eq!(input["release"], "${release}");
}

#[test]
fn a_module_that_does_not_change_is_not_migrated() {
    let manifest = shop(&[]);
    let plan = planned(&manifest, seen(&manifest, |module| module == "web"));
    assert!(!plan.operations.iter().any(|it| it.verb == Verb::Migrate));
    assert!(plan.operations.iter().any(|it| it.verb == Verb::Stage));
}

#[test]
fn a_migration_of_a_module_that_changes_on_one_target_alone_runs_too() {
    let manifest = shop(&[]);
    let mut all = seen(&manifest, |module| module == "stock");
    for it in all.iter_mut().filter(|it| it.unit.target.as_str() == "aks") {
        it.changed = false;
    }
    let plan = planned(&manifest, all);
    let stage = ancestors(&plan, find(&plan, "stock@gke/stage"));
    assert!(stage.contains("stock/migrate-2"));
}

#[test]
fn whether_a_failure_holds_is_the_manifests_word_or_the_persons() {
    for (written, asked, hold) in [
        ("undo", None, false),
        ("hold", None, true),
        ("undo", Some(OnFailure::Hold), true),
        ("hold", Some(OnFailure::Undo), false),
    ] {
        let text = TEXT.replace(
            "environment: test",
            &format!("environment: test\non-failure: {written}"),
        );
        let manifest = manifest(&text);
        let input = Input {
            manifest: &manifest,
            manifest_digest: Digest::of(b"manifest"),
            lock_digest: Digest::of(b"lock"),
            seen: seen(&manifest, |_| true),
            on_failure: asked,
        };
        assert_eq!(plan(&input).unwrap().hold, hold, "{written}, {asked:?}");
    }
}

#[test]
fn law_9_no_value_of_a_programs_variable_stands_in_a_plan() {
    let plan = plan_of(&shop(&[(
        "[flyway, migrate]",
        "[flyway, \"-password=${DB_PASSWORD}\"]",
    )]));
    let text = serde_json::to_string(&plan).unwrap();
    assert!(text.contains("-password=${DB_PASSWORD}") && !text.contains("DB_PASSWORD.example"));
}
