//! The laws, over random plans with random outcomes, crashes and cancels.

use crate::world::{Seen, World, finishing, lease, operation, plan, restore};
use proptest::{collection::vec, prelude::*};
use segue_model::{Direction, Ending, EventKind, FailureKind, Plan, Wish};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy)]
enum Turn {
    Ends(usize, Result<(), FailureKind>),
    Crash,
    Cancel,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        24 => any::<usize>().prop_map(|at| Turn::Ends(at, Ok(()))),
        1 => any::<usize>().prop_map(|at| Turn::Ends(at, Err(FailureKind::Step))),
        1 => any::<usize>().prop_map(|at| Turn::Ends(at, Err(FailureKind::Unavailable))),
        2 => Just(Turn::Crash),
        1 => Just(Turn::Cancel),
    ]
}

/// A random graph of modules between a trigger's pause and its return.
fn random_plan() -> impl Strategy<Value = Plan> {
    (
        vec(vec(any::<prop::sample::Index>(), 0..3), 1..40),
        1usize..8,
    )
        .prop_map(|(needs, parallel)| {
            let mut operations = vec![lease("lease", &[])];
            for (at, needs) in needs.iter().enumerate() {
                let mut after: Vec<_> = match at {
                    0 => vec![],
                    _ => needs
                        .iter()
                        .map(|it| format!("m{}", it.index(at)))
                        .collect(),
                };
                after.push("lease".into());
                let after: Vec<_> = after.iter().map(String::as_str).collect();
                operations.push(operation(&format!("m{at}"), &after));
            }
            let all: Vec<_> = (0..needs.len()).map(|at| format!("m{at}")).collect();
            let all: Vec<_> = all.iter().map(String::as_str).collect();
            operations.push(restore("restore", "lease", &all));
            operations.push(finishing("tag", &all));
            plan(operations, parallel)
        })
}

fn after(plan: &Plan) -> BTreeMap<&str, Vec<&str>> {
    plan.operations
        .iter()
        .map(|it| {
            (
                it.id.as_str(),
                it.after.iter().map(|id| id.as_str()).collect(),
            )
        })
        .collect()
}

fn law_1_order(plan: &Plan, seen: &[Seen]) {
    let after = after(plan);
    let mut done = BTreeSet::new();
    let mut turned = false;
    for seen in seen {
        match seen {
            Seen::Begun(id, Direction::Do) if !turned => {
                let missing = after[id.as_str()].iter().find(|it| !done.contains(**it));
                assert_eq!(missing, None, "{id} began before what it waits for");
            }
            Seen::Ended(id, Direction::Do, true) => {
                done.insert(id.as_str());
            }
            // Afterwards only undoing and giving back begin: law 6 and law 5.
            Seen::TurnedBack => turned = true,
            Seen::Ended(..) | Seen::Begun(..) => {}
        }
    }
}

fn law_6_undo_runs_backwards(plan: &Plan, seen: &[Seen]) {
    let after = after(plan);
    let live = |seen: &[Seen], id: &str| {
        let begun = seen.contains(&Seen::Begun(id.into(), Direction::Do));
        begun && !seen.contains(&Seen::Ended(id.into(), Direction::Undo, true))
    };
    for (at, event) in seen.iter().enumerate() {
        let Seen::Begun(provider, Direction::Undo) = event else {
            continue;
        };
        for (consumer, needs) in &after {
            let consumes = consumer.starts_with('m') && needs.contains(&provider.as_str());
            assert!(
                !(consumes && live(&seen[..at], consumer)),
                "{provider} was undone under {consumer}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_on_every_way_out(
        plan in random_plan(),
        turns in vec(turn(), 0..200),
    ) {
        let mut world = World::new(plan.clone());
        for turn in turns {
            if world.ending().is_some() {
                break;
            }
            prop_assert!(world.width() <= plan.parallel, "wider than the limit");
            match turn {
                Turn::Ends(at, outcome) if world.width() > 0 => world.end(at, outcome),
                Turn::Ends(..) | Turn::Crash => world.crash(),
                Turn::Cancel => world.journal_event(EventKind::Asked { request: None, by: "t".into(), because: String::new(), wish: Wish::Undo }),
            }
            if world.suspended {
                world.resume();
            }
        }
        world.run(|_, _| Ok(()));

        // No operation is commanded for ever, and every release ends.
        let ending = world.ending();
        prop_assert!(ending.is_some(), "stands still: {}", world.story());

        law_1_order(&plan, &world.seen);
        law_6_undo_runs_backwards(&plan, &world.seen);

        // Law 5: what was leased came back, unless giving it back failed.
        let ended = |id: &str, ok| world.seen.contains(&Seen::Ended(id.into(), Direction::Do, ok));
        if ended("lease", true) {
            prop_assert!(ended("restore", true) || ended("restore", false));
            if !ended("restore", true) {
                prop_assert!(matches!(ending, Some(Ending::Stuck | Ending::Incomplete)));
            }
        }
        // What ends undone left nothing behind.
        if matches!(ending, Some(Ending::Undone | Ending::Cancelled)) {
            for operation in plan.operations.iter().filter(|it| it.undo.is_some()) {
                let begun = world.seen.contains(&Seen::Begun(operation.id.clone(), Direction::Do));
                let undone = world.seen.contains(&Seen::Ended(operation.id.clone(), Direction::Undo, true));
                prop_assert!(!begun || undone, "{} was left behind", operation.id);
            }
        }
    }

    #[test]
    fn replaying_the_journal_gives_the_same_machine(
        plan in random_plan(),
        turns in vec(turn(), 0..60),
    ) {
        let mut world = World::new(plan.clone());
        for turn in turns {
            if let Turn::Ends(at, outcome) = turn && world.width() > 0 && !world.suspended {
                world.end(at, outcome);
            }
        }
        let mut again = segue_release::Machine::new(&plan).unwrap();
        for event in &world.journal {
            again.handle(event);
        }
        for operation in &plan.operations {
            prop_assert_eq!(again.standing(&operation.id), world.machine.standing(&operation.id));
        }
        prop_assert_eq!(again.phase(), world.machine.phase());
    }
}
