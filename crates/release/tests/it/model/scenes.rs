//! The releases that are tried: every graph, with a gate, a hold, a point of no
//! return, a limit.

use crate::{
    model::graphs::Needs,
    plans::{check, finishing, gate, lease, operation, pause, plan, restore},
    world::{Budget, Scene},
};
use segue_model::{Operation, Plan};

/// What is special about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// People open a gate, two of those who may.
    Gated,
    /// A window is watched that people may override.
    Windowed,
    /// A failed step holds it.
    Holding,
    /// This module cannot be undone.
    NoReturn(usize),
    /// So many operations at once at most.
    Narrow(usize),
}

/// On two targets each module is two operations with the same needs.
pub fn scene(needs: &Needs, kind: Kind, budget: Budget) -> Scene {
    let count = needs.0.len();
    let mut operations = first(kind);
    for (module, set) in needs.0.iter().enumerate() {
        let mut after: Vec<String> = vec!["pause".into()];
        after.extend(matches!(kind, Kind::Gated | Kind::Windowed).then(|| "gate".into()));
        for need in (0..count).filter(|need| set >> need & 1 == 1) {
            after.extend(units(need));
        }
        let after: Vec<_> = after.iter().map(String::as_str).collect();
        operations.extend(units(module).map(|unit| Operation {
            no_return: kind == Kind::NoReturn(module),
            ..operation(&unit, &after)
        }));
    }
    let mut all: Vec<_> = (0..count).flat_map(units).collect();
    all.extend(all.is_empty().then(|| "pause".into()));
    let all: Vec<_> = all.iter().map(String::as_str).collect();
    operations.push(restore("restore", "lease", &all));
    operations.push(finishing("tag", &all));
    let parallel = match kind {
        Kind::Narrow(parallel) => parallel,
        _ => operations.len(),
    };
    let plan = Plan {
        hold: kind == Kind::Holding,
        ..plan(operations, parallel)
    };
    let mut scene = Scene::new(plan, budget);
    scene.people = match kind {
        Kind::Gated => vec!["ana", "ben", "zoe"],
        Kind::Windowed => vec!["zoe"],
        _ => vec!["ana"],
    };
    add_symmetry(&mut scene, needs, kind);
    scene
}

fn first(kind: Kind) -> Vec<Operation> {
    let mut operations = vec![lease("lease", &[]), pause("pause", "lease", &["lease"])];
    match kind {
        Kind::Gated => operations.push(gate("gate", &["ana", "ben"], 2)),
        Kind::Windowed => operations.push(Operation {
            overridable: true,
            ..check("gate", &[])
        }),
        _ => {}
    }
    operations
}

fn units(module: usize) -> [String; 2] {
    [format!("m{module}@a"), format!("m{module}@b")]
}

/// The targets of one module may change places, and modules where the graph
/// stays the same. A machine with a limit takes them in the plan's order, so
/// that there nothing may.
fn add_symmetry(scene: &mut Scene, needs: &Needs, kind: Kind) {
    if matches!(kind, Kind::Narrow(_)) {
        return;
    }
    let modules = 0..needs.0.len();
    let index = |name: &String| scene.index[name.as_str()];
    scene.twins = modules
        .map(|module| units(module).each_ref().map(index))
        .collect();
    let mut orders = needs.symmetries();
    if let Kind::NoReturn(module) = kind {
        orders.retain(|order| order[module] == module);
    }
    scene.orders = orders;
}
