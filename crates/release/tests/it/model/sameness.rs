//! When two moments are the same, but for the names of things that are alike.

use crate::world::World;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Equal for moments from which the same can happen. The machine's own part of
/// it is what can be asked of it; a test holds that this is enough.
pub fn fingerprint(world: &World) -> u128 {
    let mut ops: Vec<_> = (0..world.ops.len())
        .map(|at| of_operation(world, at))
        .collect();
    let pair = |twins: &[usize; 2]| {
        let (one, other) = (ops[twins[0]], ops[twins[1]]);
        u64::from(one.min(other)) << 32 | u64::from(one.max(other))
    };
    let groups: Vec<u64> = world.scene.twins.iter().map(pair).collect();
    let mut least = groups.clone();
    let mut ordered = groups.clone();
    for order in &world.scene.orders {
        for (from, &to) in order.iter().enumerate() {
            ordered[to] = groups[from];
        }
        if ordered < least {
            least.copy_from_slice(&ordered);
        }
    }
    for twins in &world.scene.twins {
        for &at in twins {
            ops[at] = 0;
        }
    }
    let half = |seed: u64| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        ops.hash(&mut hasher);
        least.hash(&mut hasher);
        of_release(world, &mut hasher);
        hasher.finish()
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}

fn of_release(world: &World, hasher: &mut DefaultHasher) {
    let (machine, process) = (&world.machine, &world.process);
    (machine.phase(), machine.is_suspended(), machine.is_held()).hash(hasher);
    machine.cause().map(std::mem::discriminant).hash(hasher);
    let facts = &world.facts;
    (facts.turned, facts.undo_asked, facts.abandoned, facts.held).hash(hasher);
    facts.paused.is_some().hash(hasher);
    (&facts.approved, &facts.rejected, &facts.late).hash(hasher);
    world.budget.hash(hasher);
    (process.alive, &process.concluding, process.finish).hash(hasher);
}

fn of_operation(world: &World, at: usize) -> u32 {
    let fact = &world.ops[at];
    let standing = world.machine.standing(world.scene.name(at));
    let parts = [
        (standing.map_or(0, |it| it as u32), 4),
        (world.process.tasks[at] as u32, 2),
        (fact.open.map_or(0, |it| it as u32 + 1), 2),
        (fact.told as u32, 2),
        (fact.told_undo as u32, 2),
        (u32::from(fact.did.min(3)), 2),
        (u32::from(fact.begun), 1),
        (u32::from(fact.in_place), 1),
        (u32::from(fact.half), 1),
        (u32::from(fact.paused), 1),
    ];
    parts.iter().fold(0, |sum, (part, bits)| sum << bits | part)
}
