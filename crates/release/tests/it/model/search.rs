//! Everything that can happen in a scene, tried in turn.

use crate::{
    model::sameness::fingerprint,
    world::{Act, Breach, Law, Scene, World},
};
use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// What was found in one scene, or in many.
#[derive(Debug, Default)]
pub struct Found {
    pub states: u64,
    pub steps: u64,
    /// The first breach of each law.
    pub breaches: BTreeMap<Law, String>,
}

impl Found {
    pub fn add(&mut self, other: Self) {
        self.states += other.states;
        self.steps += other.steps;
        for (law, how) in other.breaches {
            self.breaches.entry(law).or_insert(how);
        }
    }
}

struct Search {
    /// Whether a moment lies on the way to the one that is looked at.
    seen: HashMap<u128, bool>,
    way: Vec<Act>,
    found: Found,
}

pub fn search(scene: Scene, title: &str) -> Found {
    let mut search = Search {
        seen: HashMap::new(),
        way: vec![],
        found: Found::default(),
    };
    let done = catch_unwind(AssertUnwindSafe(|| {
        search.visit(&World::new(Arc::new(scene)));
    }));
    if done.is_err() {
        search.breach(Breach {
            law: Law::NoPanic,
            how: "the machine panicked".into(),
        });
    }
    for how in search.found.breaches.values_mut() {
        *how = format!("{title}: {how}");
    }
    search.found.states = search.seen.len() as u64;
    search.found
}

impl Search {
    fn visit(&mut self, world: &World) {
        let acts = world.acts();
        if acts.is_empty() && !world.is_over() {
            let how = format!("stands still in {:?}", world.machine.phase());
            self.breach(Breach {
                law: Law::Ends,
                how,
            });
        }
        for act in acts {
            let mut next = world.clone();
            self.way.push(act);
            self.found.steps += 1;
            next.act(act);
            match next.breach.take() {
                Some(breach) => self.breach(breach),
                None => self.go_on(&next),
            }
            self.way.pop();
        }
    }

    /// No way leads back to where it came from: every way has an end.
    fn go_on(&mut self, world: &World) {
        let same = fingerprint(world);
        match self.seen.get(&same) {
            None => {
                self.seen.insert(same, true);
                self.visit(world);
                self.seen.insert(same, false);
            }
            Some(true) => self.breach(Breach {
                law: Law::Ends,
                how: "goes round in circles".into(),
            }),
            Some(false) => {}
        }
    }

    fn breach(&mut self, breach: Breach) {
        let way = &self.way;
        let told = self.found.breaches.entry(breach.law);
        told.or_insert_with(|| format!("{}, by way of {way:?}", breach.how));
    }
}
