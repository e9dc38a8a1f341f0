//! The laws, over random releases of hundreds of operations to which anything
//! may happen.

use crate::{
    plans::{check, finishing, gate, lease, operation, pause, plan, restore},
    world::{Act, Asked, Budget, Part, Scene, Told, World},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use segue_model::{FailureKind, Operation, Plan};
use std::sync::Arc;

const KINDS: [FailureKind; 7] = [
    FailureKind::Step,
    FailureKind::Denied,
    FailureKind::Moved,
    FailureKind::Unavailable,
    FailureKind::LostLock,
    FailureKind::Cancelled,
    FailureKind::Internal,
];

const BUDGET: Budget = Budget {
    failures: 3,
    deaths: 4,
    undo: 1,
    stop: 2,
    abandon: 1,
    rejections: 1,
    together: 6,
};

/// What is special about a module.
#[derive(Debug, Clone)]
struct Module {
    needs: Vec<Index>,
    /// 0 to 99: which are gates, windows, migrations, mere checks.
    special: u8,
}

fn module() -> impl Strategy<Value = Module> {
    (vec(any::<Index>(), 0..3), 0..100u8).prop_map(|(needs, special)| Module { needs, special })
}

/// Modules between the pausing of triggers and their return.
fn random_plan() -> impl Strategy<Value = Plan> {
    let modules = vec(module(), 1..300);
    (modules, 1..4usize, 1..20usize, any::<bool>()).prop_map(
        |(modules, triggers, parallel, hold)| {
            let mut operations = vec![];
            for at in 0..triggers {
                operations.push(lease(&format!("lease{at}"), &[]));
                let (id, of) = (format!("pause{at}"), format!("lease{at}"));
                operations.push(pause(&id, &of, &[&of]));
            }
            for (at, it) in modules.iter().enumerate() {
                operations.push(one(at, it, triggers));
            }
            let all: Vec<_> = (0..modules.len()).map(|at| format!("m{at}")).collect();
            let all: Vec<_> = all.iter().map(String::as_str).collect();
            for at in 0..triggers {
                let (id, of) = (format!("restore{at}"), format!("lease{at}"));
                operations.push(restore(&id, &of, &all));
            }
            operations.push(finishing("tag", &all));
            operations.push(finishing("tell", &["tag"]));
            Plan {
                hold,
                ..plan(operations, parallel)
            }
        },
    )
}

fn one(at: usize, module: &Module, triggers: usize) -> Operation {
    let id = format!("m{at}");
    let mut after: Vec<_> = (0..triggers).map(|it| format!("pause{it}")).collect();
    if at > 0 {
        let needs = module.needs.iter().map(|it| format!("m{}", it.index(at)));
        after.extend(needs);
    }
    let after: Vec<_> = after.iter().map(String::as_str).collect();
    match module.special {
        0..2 => Operation {
            after: after.iter().map(|&it| it.into()).collect(),
            ..gate(&id, &["ana", "ben"], 2)
        },
        2..4 => Operation {
            overridable: true,
            ..check(&id, &after)
        },
        4..6 => Operation {
            no_return: true,
            ..operation(&id, &after)
        },
        6..30 => check(&id, &after),
        _ => operation(&id, &after),
    }
}

/// Dice that come to an end: then nothing goes wrong any more.
struct Dice(std::vec::IntoIter<u32>);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0.next().map_or(0, |it| it as usize % sides.max(1))
    }
}

/// What happens next; none when the release is over.
fn next(world: &World, dice: &mut Dice) -> Option<Act> {
    if world.is_over() {
        return None;
    }
    let wish = match dice.roll(400) {
        1 if world.budget.undo > 0 => Some(Asked::Undo),
        2 if world.budget.abandon > 0 => Some(Asked::Abandon),
        3 | 4 if world.budget.stop > 0 => Some(Asked::Stop),
        _ => None,
    };
    let wish = wish.filter(|_| world.budget.together > 0);
    if !world.process.alive {
        return Some(match wish {
            None => Act::Resume,
            Some(Asked::Abandon) if dice.roll(2) == 0 => Act::Repair,
            Some(wish) => Act::ResumeWith(wish),
        });
    }
    wish.map(Act::Ask)
        .or_else(|| accident(world, dice))
        .or_else(|| word(world, dice))
        .or_else(|| progress(world, dice))
}

fn accident(world: &World, dice: &mut Dice) -> Option<Act> {
    let budget = &world.budget;
    if budget.together == 0 || world.machine.ending().is_some() {
        return None;
    }
    let flying = world.flying();
    let effects = |dice: &mut Dice| dice.roll(usize::MAX) as u64;
    match dice.roll(150) {
        1 | 2 if budget.deaths > 0 => Some(Act::Die(effects(dice))),
        3 if budget.failures > 0 && !flying.is_empty() => {
            let (at, _) = flying[dice.roll(flying.len())];
            let kind = KINDS[dice.roll(KINDS.len())];
            let done = dice.roll(2) == 1 && kind != FailureKind::Moved;
            Some(Act::Fail(at, kind, done))
        }
        _ => None,
    }
}

/// Somebody speaks about something that is open; sooner or later everybody does.
fn word(world: &World, dice: &mut Dice) -> Option<Act> {
    let idle = world.flying().is_empty();
    if world.facts.turned.is_some() || !idle && dice.roll(10) != 1 {
        return None;
    }
    let mut said = vec![];
    for (at, op) in world.scene.ops.iter().enumerate() {
        let question = matches!(op.part, Part::Gate(..) | Part::Window);
        if question && world.ops[at].told != Told::Ok {
            for who in 0..world.scene.people.len() as u8 {
                if !world.facts.has_spoken(at, who) {
                    said.push((at, who));
                }
            }
        }
    }
    if said.is_empty() {
        return None;
    }
    let (at, who) = said[dice.roll(said.len())];
    let rejects = world.budget.rejections > 0 && world.budget.together > 0;
    Some(Act::Say(at, who, !(rejects && dice.roll(40) == 1)))
}

fn progress(world: &World, dice: &mut Dice) -> Option<Act> {
    let flying = world.flying();
    if !world.process.concluding.is_empty() && (flying.is_empty() || dice.roll(2) == 0) {
        return Some(Act::Conclude);
    }
    match flying.len() {
        0 if world.process.finish.is_some() => Some(Act::Finish),
        0 if world.facts.paused.is_some() || world.can_be_mended() => Some(Act::Resume),
        0 => None,
        many => Some(Act::Succeed(flying[dice.roll(many)].0)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_on_every_way_out(
        plan in random_plan(),
        rolls in vec(any::<u32>(), 0..4000),
    ) {
        let parallel = plan.parallel;
        let mut world = World::new(Arc::new(Scene::new(plan, BUDGET)));
        let mut dice = Dice(rolls.into_iter());
        let mut way = vec![];
        while let Some(act) = next(&world, &mut dice) {
            way.push(act);
            world.act(act);
            if let Some(breach) = &world.breach {
                prop_assert!(false, "{:?}: {}, by way of {way:?}", breach.law, breach.how);
            }
            // What an abandoned release leaves takes nobody's place.
            let wide = world.flying().len() > parallel && !world.facts.abandoned;
            prop_assert!(!wide, "wider than the limit, by way of {way:?}");
            if matches!(act, Act::Die(_)) {
                prop_assert_eq!(world.replayed(), world.machine.clone());
            }
            prop_assert!(way.len() < 20_000, "has no end");
        }
        prop_assert!(world.is_over(), "stands still in {:?}, by way of {way:?}", world.machine.phase());
        prop_assert_eq!(world.replayed(), world.machine);
    }
}
