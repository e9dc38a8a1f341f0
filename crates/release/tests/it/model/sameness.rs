//! When two moments are the same, but for the names of things that are alike.

use crate::world::World;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Equal for moments from which the same can happen, which a test holds. Of the
/// machine it is what can be asked of it.
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

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use crate::{
        model::{budget, graphs::Needs, kinds, scenes::scene},
        world::World,
    };
    use std::{
        collections::{BTreeSet, HashMap},
        sync::Arc,
    };

    /// Whether a law was broken on the way, and the moment after it.
    type Futures = BTreeSet<(bool, u128)>;

    /// What is tried once for two moments must be the same for both.
    #[test]
    fn moments_that_are_taken_for_one_have_the_same_futures() {
        let mut met_again = 0;
        for needs in (1..3).flat_map(Needs::all) {
            for kind in kinds(&needs) {
                let mut seen = HashMap::new();
                let world = World::new(Arc::new(scene(&needs, kind, budget(1))));
                visit(&world, &mut seen, &mut met_again);
            }
        }
        assert!(met_again > 10_000, "{met_again}");
    }

    fn visit(world: &World, seen: &mut HashMap<u128, Futures>, met_again: &mut u32) {
        let (mut futures, mut next) = (Futures::new(), vec![]);
        for act in world.acts() {
            let mut after = world.clone();
            after.act(act);
            futures.insert((after.breach.is_some(), fingerprint(&after)));
            next.push(after);
        }
        if let Some(known) = seen.get(&fingerprint(world)) {
            assert_eq!(*known, futures);
            *met_again += 1;
            return;
        }
        seen.insert(fingerprint(world), futures);
        for after in &next {
            visit(after, seen, met_again);
        }
    }
}
