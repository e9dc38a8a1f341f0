//! Every way out of a small release, told as a story.

use crate::{
    plans::{finishing, lease, operation, pause, plan, restore},
    story::Story,
};
use segue_model::{Direction, Ending, EventKind, FailureKind, Wish};

/// Two modules in order, a trigger, a tag.
fn small() -> Story {
    Story::new(plan(
        vec![
            lease("lease", &[]),
            pause("pause", "lease", &["lease"]),
            operation("auth", &["pause"]),
            operation("order", &["auth"]),
            restore("restore", "lease", &["order"]),
            finishing("tag", &["order"]),
        ],
        4,
    ))
}

fn failing<'a>(
    name: &'a str,
    kind: FailureKind,
) -> impl FnMut(&str, Direction) -> Result<(), FailureKind> + 'a {
    move |id, direction| {
        if id == name && direction == Direction::Do {
            Err(kind)
        } else {
            Ok(())
        }
    }
}

#[test]
fn all_goes_well() {
    let mut world = small();
    world.run(|_, _| Ok(()));
    assert_eq!(world.story(), "lease pause auth order restore tag");
    assert_eq!(world.ending(), Some(Ending::Succeeded));
}

#[test]
fn a_failed_step_is_undone_backwards_and_the_trigger_comes_back() {
    let mut world = small();
    world.run(failing("order", FailureKind::Step));
    assert_eq!(
        world.story(),
        "lease pause auth order! ~order ~auth restore"
    );
    assert_eq!(world.ending(), Some(Ending::Undone));
}

#[test]
fn nothing_is_given_back_that_was_never_leased() {
    let mut world = small();
    world.run(failing("lease", FailureKind::Denied));
    assert_eq!(world.story(), "lease!");
    assert_eq!(world.ending(), Some(Ending::Undone));
}

#[test]
fn a_failed_message_does_not_undo_what_is_live_and_is_tried_again() {
    let mut world = small();
    world.run(failing("tag", FailureKind::Step));
    assert_eq!(world.story(), "lease pause auth order restore tag!");
    assert_eq!(world.ending(), Some(Ending::Incomplete));
    world.resume();
    world.run(|_, _| Ok(()));
    assert!(world.story().ends_with("tag! tag"));
    assert_eq!(world.ending(), Some(Ending::Succeeded));
}

#[test]
fn law_10_a_lost_connection_is_no_failed_step() {
    let mut world = small();
    world.run(failing("order", FailureKind::Unavailable));
    assert!(world.suspended);
    assert_eq!(world.ending(), None);
    world.resume();
    world.run(|_, _| Ok(()));
    assert_eq!(world.story(), "lease pause auth order restore tag");
}

#[test]
fn what_cannot_be_undone_keeps_what_it_stands_on() {
    let mut world = small();
    world.run(|id, direction| match (id, direction) {
        ("order", _) => Err(FailureKind::Step),
        _ => Ok(()),
    });
    assert_eq!(world.story(), "lease pause auth order! ~order! restore");
    assert_eq!(world.ending(), Some(Ending::Stuck));
    world.resume();
    world.run(|_, _| Ok(()));
    assert!(world.story().ends_with("~order! restore ~order ~auth"));
    assert_eq!(world.ending(), Some(Ending::Undone));
}

#[test]
fn a_trigger_that_could_not_be_given_back_is_tried_again() {
    let mut world = small();
    world.run(|id, direction| match (id, direction) {
        ("auth" | "restore", Direction::Do) => Err(FailureKind::Step),
        _ => Ok(()),
    });
    assert_eq!(world.ending(), Some(Ending::Stuck));
    world.resume();
    world.run(|_, _| Ok(()));
    assert_eq!(world.story(), "lease pause auth! ~auth restore! restore");
    assert_eq!(world.ending(), Some(Ending::Undone));
}

#[test]
fn cancelling_undoes_until_the_point_of_no_return() {
    let cancel = || EventKind::Asked {
        request: None,
        by: "ana".into(),
        because: String::new(),
        wish: Wish::Undo,
    };
    let mut world = small();
    world.end(0, Ok(()));
    world.end(0, Ok(()));
    world.journal_event(cancel());
    world.run(|_, _| Ok(()));
    assert_eq!(world.story(), "lease pause auth ~auth restore");
    assert_eq!(world.ending(), Some(Ending::Cancelled));

    let mut world = small();
    for _ in 0..4 {
        world.end(0, Ok(()));
    }
    world.journal_event(cancel());
    world.run(|_, _| Ok(()));
    assert_eq!(world.ending(), Some(Ending::Succeeded));
}

#[test]
fn the_longest_chain_begins_first() {
    let mut world = Story::new(plan(
        vec![
            operation("short", &[]),
            operation("a", &[]),
            operation("b", &["a"]),
        ],
        1,
    ));
    world.run(|_, _| Ok(()));
    assert_eq!(world.story(), "a short b");
}

#[test]
fn a_plan_out_of_order_is_refused() {
    let refused = |operations| segue_release::Machine::new(&plan(operations, 1)).unwrap_err();
    let texts = [
        refused(vec![operation("a", &["b"]), operation("b", &[])]).to_string(),
        refused(vec![operation("a", &[]), operation("a", &[])]).to_string(),
        refused(vec![finishing("a", &[]), operation("b", &["a"])]).to_string(),
    ];
    assert_eq!(
        texts,
        [
            "`a` waits for `b`, which does not stand before it in the plan",
            "two operations are called `a`",
            "`b` waits for `a`, which comes after the point of no return",
        ]
    );
}
