//! What people ask for, told as stories.

use crate::{
    plans::{check, finishing, gate, lease, operation, pause, plan, restore},
    story::Story,
};
use segue_model::{Direction, Ending, FailureKind, Operation, Plan, Wish};
use segue_release::{Cause, Phase, Standing};

fn well(_: &str, _: Direction) -> Result<(), FailureKind> {
    Ok(())
}

fn approve(operation: &str) -> Wish {
    Wish::Approve {
        operation: operation.into(),
    }
}

fn reject(operation: &str) -> Wish {
    Wish::Reject {
        operation: operation.into(),
    }
}

/// A gate that two of three people open, then a module.
fn gated() -> Story {
    Story::new(plan(
        vec![
            gate("uat", &["ana", "ben", "eva"], 2),
            operation("auth", &["uat"]),
        ],
        1,
    ))
}

#[test]
fn different_people_open_a_gate() {
    let mut world = gated();
    assert!(world.machine.is_awaiting());
    world.asked("ana", approve("uat"));
    world.asked("ana", approve("uat"));
    assert_eq!(world.machine.approvals(&"uat".into()).len(), 1);
    world.asked("Ben", approve("uat"));
    world.asked("mallory", approve("uat"));
    assert_eq!(world.story(), "");
    world.asked("ben", approve("uat"));
    assert_eq!(
        world.last_evidence(),
        "approved by ana: for the test; ben: for the test"
    );
    world.run(well);
    assert_eq!(world.story(), "uat auth");
    assert_eq!(world.ending(), Some(Ending::Succeeded));
}

#[test]
fn an_approval_given_early_counts_and_a_later_word_replaces_it() {
    let mut world = Story::new(plan(
        vec![
            operation("auth", &[]),
            Operation {
                after: vec!["auth".into()],
                ..gate("uat", &[], 1)
            },
        ],
        1,
    ));
    world.asked("ana", approve("uat"));
    world.asked("ana", reject("uat"));
    world.asked("ana", approve("uat"));
    world.run(well);
    assert_eq!(world.story(), "auth uat");
}

#[test]
fn approvals_survive_a_crash_at_every_point() {
    let mut world = gated();
    world.asked("ana", approve("uat"));
    world.crash();
    assert!(world.machine.is_awaiting());
    world.withhold = true;
    world.asked("eva", approve("uat"));
    world.withhold = false;
    assert_eq!(world.story(), "", "concluded, and not yet journaled");
    world.crash();
    world.run(well);
    assert_eq!(world.story(), "uat auth");
}

#[test]
fn one_rejection_closes_a_gate() {
    let mut world = gated();
    world.asked("ana", approve("uat"));
    world.asked("mallory", reject("uat"));
    assert_eq!(world.ending(), None);
    world.asked("ben", reject("uat"));
    assert_eq!(world.story(), "uat!");
    assert_eq!(world.ending(), Some(Ending::Undone));
    assert!(matches!(world.machine.cause(), Some(Cause::Failure(it)) if it.code == "SEG6020"));
}

#[test]
fn a_gate_takes_nobodys_place_and_is_dismissed_when_the_release_turns_back() {
    let mut world = Story::new(plan(vec![gate("uat", &[], 1), operation("auth", &[])], 1));
    assert!(world.machine.is_awaiting());
    world.end(0, Err(FailureKind::Step));
    assert!(!world.machine.is_awaiting());
    world.run(well);
    assert_eq!(world.story(), "auth! ~auth");
    assert_eq!(world.ending(), Some(Ending::Undone));
}

#[test]
fn a_closed_window_is_overridden_while_it_is_watched() {
    let window = || Operation {
        overridable: true,
        ..check("window", &[])
    };
    let mut world = Story::new(plan(vec![window(), operation("auth", &["window"])], 1));
    world.asked("ana", approve("window"));
    assert_eq!(world.last_evidence(), "overridden by ana: for the test");
    world.run(well);
    assert_eq!(world.story(), "window auth");

    let early = Operation {
        after: vec!["auth".into()],
        ..window()
    };
    let mut world = Story::new(plan(vec![operation("auth", &[]), early], 1));
    world.asked("ana", approve("window"));
    world.end(0, Ok(()));
    assert_eq!(world.width(), 0, "it is not carried out at all");
    assert_eq!(world.story(), "auth window");
}

#[test]
fn a_stopped_release_goes_on_where_it_stood() {
    let mut world = Story::new(plan(
        vec![operation("auth", &[]), operation("order", &["auth"])],
        1,
    ));
    world.asked("ana", Wish::Stop);
    assert!(world.suspended);
    world.end(0, Ok(()));
    assert_eq!(world.width(), 0);
    world.resume();
    world.run(well);
    assert_eq!(world.story(), "auth order");
}

#[test]
fn a_request_is_taken_up_once() {
    let mut world = gated();
    world.requested(7, "ana", Wish::Stop);
    assert!(world.machine.taken_up(7) && !world.machine.taken_up(6));
    world.resume();
    world.requested(7, "ana", Wish::Stop);
    assert!(!world.machine.is_suspended());
}

/// Two modules, the second fails; nothing is undone without being asked for.
fn holding() -> Story {
    let mut world = Story::new(Plan {
        hold: true,
        ..plan(
            vec![
                operation("auth", &[]),
                operation("order", &["auth"]),
                operation("report", &["auth"]),
            ],
            4,
        )
    });
    world.end(0, Ok(()));
    world.end(0, Err(FailureKind::Step));
    world
}

#[test]
fn a_held_release_tries_only_what_failed_again() {
    let mut world = holding();
    assert!(world.machine.is_held() && world.suspended);
    world.end(0, Ok(()));
    world.resume();
    assert!(!world.machine.is_held());
    world.run(well);
    assert_eq!(world.story(), "auth order! report order");
    assert_eq!(world.ending(), Some(Ending::Succeeded));
}

#[test]
fn a_held_release_is_undone_on_request() {
    let mut world = holding();
    world.asked("ana", Wish::Undo);
    world.run(well);
    assert_eq!(world.story(), "auth order! report ~order ~report ~auth");
    assert_eq!(world.ending(), Some(Ending::Undone));
}

#[test]
fn a_rejected_gate_of_a_held_release_is_asked_anew() {
    let mut world = Story::new(Plan {
        hold: true,
        ..plan(vec![gate("uat", &[], 1)], 1)
    });
    world.asked("ana", reject("uat"));
    assert!(world.machine.is_held());
    world.resume();
    assert!(world.machine.is_awaiting());
    world.asked("ben", approve("uat"));
    assert_eq!(world.story(), "uat! uat");
    assert_eq!(world.ending(), Some(Ending::Succeeded));
}

/// A trigger, a module, a migration that cannot be undone, a module, another
/// one beside them.
fn migrating() -> Story {
    Story::new(plan(
        vec![
            lease("lease", &[]),
            pause("pause", "lease", &["lease"]),
            operation("auth", &["pause"]),
            operation("beside", &["pause"]),
            Operation {
                no_return: true,
                ..operation("migrate", &["auth"])
            },
            operation("order", &["migrate", "beside"]),
            restore("restore", "lease", &["order"]),
            finishing("tag", &["order"]),
        ],
        1,
    ))
}

#[test]
fn undoing_stops_at_a_point_of_no_return() {
    let mut world = migrating();
    world.run(|id, direction| match (id, direction) {
        ("order", Direction::Do) => Err(FailureKind::Step),
        _ => Ok(()),
    });
    assert_eq!(
        world.story(),
        "lease pause auth beside migrate order! ~order ~beside restore"
    );
    assert_eq!(world.ending(), Some(Ending::PartlyUndone));
    let kept: Vec<_> = world.machine.kept().map(|id| id.as_str()).collect();
    assert_eq!(kept, ["auth", "migrate"]);
}

#[test]
fn a_migration_that_failed_is_no_point_of_no_return() {
    let mut world = migrating();
    world.run(|id, direction| match (id, direction) {
        ("migrate", Direction::Do) => Err(FailureKind::Step),
        _ => Ok(()),
    });
    assert_eq!(
        world.story(),
        "lease pause auth beside migrate! ~beside ~migrate ~auth restore"
    );
    assert_eq!(world.ending(), Some(Ending::Undone));
    assert_eq!(world.machine.kept().count(), 0);
}

#[test]
fn what_somebody_else_changed_is_left_alone() {
    let mut world = migrating();
    world.run(|id, _| match id {
        "auth" => Err(FailureKind::Moved),
        _ => Ok(()),
    });
    assert_eq!(world.story(), "lease pause auth! restore");
    assert_eq!(world.ending(), Some(Ending::Undone));
    assert_eq!(
        world.machine.standing(&"auth".into()),
        Some(Standing::Moved)
    );

    let mut world = migrating();
    world.run(|id, direction| match (id, direction) {
        ("auth", Direction::Undo) => Err(FailureKind::Moved),
        ("migrate", Direction::Do) => Err(FailureKind::Step),
        _ => Ok(()),
    });
    assert_eq!(world.ending(), Some(Ending::Stuck));
}

#[test]
fn undoing_a_suspended_release_lifts_the_suspension() {
    let mut world = migrating();
    world.run(|id, _| match id {
        "auth" => Err(FailureKind::Unavailable),
        _ => Ok(()),
    });
    assert!(world.suspended);
    world.asked("ana", Wish::Undo);
    world.run(well);
    assert_eq!(world.story(), "lease pause auth ~auth restore");
    assert_eq!(world.ending(), Some(Ending::Cancelled));
}

#[test]
fn an_abandoned_release_leaves_all_and_gives_triggers_back() {
    for steps in 0..6 {
        let mut world = migrating();
        for _ in 0..steps {
            world.end(0, Ok(()));
        }
        world.asked("ana", Wish::Abandon);
        world.run(well);
        assert_eq!(world.ending(), Some(Ending::Abandoned));
        assert!(world.story().ends_with("restore"), "{}", world.story());
        assert!(!world.story().contains('~'));
        assert_eq!(world.machine.cause(), Some(&Cause::Abandoned));
    }
}

/// Whoever repairs journals nothing but the wish: what the dead process had in
/// flight is left, its pause is looked at again before the trigger comes back.
#[test]
fn a_dead_release_is_abandoned_by_whoever_repairs() {
    let mut world = migrating();
    world.end(0, Ok(()));
    world.die();
    world.asked("ana", Wish::Abandon);
    world.run(well);
    assert_eq!(world.story(), "lease pause restore");
    assert_eq!(world.ending(), Some(Ending::Abandoned));

    let mut world = migrating();
    world.end(0, Ok(()));
    world.end(0, Ok(()));
    world.die();
    world.asked("ana", Wish::Abandon);
    world.run(well);
    assert_eq!(world.story(), "lease pause restore");
    assert_eq!(
        world.machine.standing(&"auth".into()),
        Some(Standing::Running)
    );
    assert_eq!(world.ending(), Some(Ending::Abandoned));
}

#[test]
fn abandoning_while_undoing_leaves_the_rest() {
    let mut world = migrating();
    world.run(|id, direction| match (id, direction) {
        ("migrate", Direction::Do) => Err(FailureKind::Step),
        ("migrate", Direction::Undo) => Err(FailureKind::Unavailable),
        _ => Ok(()),
    });
    assert_eq!(world.machine.phase(), Phase::Undoing);
    world.asked("ana", Wish::Abandon);
    world.run(well);
    assert_eq!(
        world.story(),
        "lease pause auth beside migrate! ~beside restore"
    );
    assert_eq!(world.ending(), Some(Ending::Abandoned));
}

#[test]
fn a_stuck_release_can_be_abandoned() {
    let mut world = migrating();
    world.run(|id, direction| match (id, direction) {
        ("auth" | "restore", Direction::Do) | ("auth", Direction::Undo) => Err(FailureKind::Step),
        _ => Ok(()),
    });
    assert_eq!(world.ending(), Some(Ending::Stuck));
    world.asked("ana", Wish::Abandon);
    world.end(0, Err(FailureKind::Step));
    assert_eq!(world.ending(), Some(Ending::Stuck));
    world.resume();
    world.run(well);
    assert_eq!(
        world.story(),
        "lease pause auth! ~auth! restore! restore! restore"
    );
    assert_eq!(world.ending(), Some(Ending::Abandoned));
}

#[test]
fn what_is_over_is_not_undone_stopped_or_abandoned() {
    let mut world = migrating();
    world.run(well);
    let story = world.story();
    for wish in [Wish::Undo, Wish::Stop, Wish::Abandon, approve("auth")] {
        world.asked("ana", wish);
        assert_eq!(world.width(), 0);
    }
    assert!(!world.suspended);
    assert_eq!(world.ending(), Some(Ending::Succeeded));
    assert_eq!(world.story(), story);
}
