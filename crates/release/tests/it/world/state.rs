//! One moment of the world.

use crate::world::{
    Breach, Law,
    facts::{Fact, Facts},
    process::{Process, Task},
    scene::Scene,
};
use segue_model::{Ending, Event, EventKind};
use segue_release::{Machine, Phase};
use std::sync::Arc;

/// How much may still go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Budget {
    pub failures: u8,
    /// Crashes and lost locks.
    pub deaths: u8,
    pub undo: u8,
    pub stop: u8,
    pub abandon: u8,
    pub rejections: u8,
    /// Of all these together.
    pub together: u8,
}

/// The journal, shared by all moments that come after it.
pub struct Link {
    event: Event,
    before: Option<Arc<Link>>,
}

#[derive(Clone)]
pub struct World {
    pub scene: Arc<Scene>,
    pub machine: Machine,
    pub journal: Option<Arc<Link>>,
    pub process: Process,
    pub ops: Vec<Fact>,
    pub facts: Facts,
    pub budget: Budget,
    pub breach: Option<Breach>,
}

impl World {
    pub fn new(scene: Arc<Scene>) -> Self {
        let count = scene.ops.len();
        let mut world = Self {
            machine: scene.start.clone(),
            journal: None,
            process: Process {
                alive: true,
                tasks: vec![Task::None; count],
                concluding: vec![],
                finish: None,
            },
            ops: vec![Fact::default(); count],
            facts: Facts::default(),
            budget: scene.budget.clone(),
            breach: None,
            scene,
        };
        world.journal_event(EventKind::Started {
            plan: segue_model::Digest::of(b""),
            by: "ana".into(),
        });
        world
    }

    pub fn broken(&mut self, law: Law, how: impl FnOnce() -> String) {
        if self.breach.is_none() {
            self.breach = Some(Breach { law, how: how() });
        }
    }

    pub fn hold(&mut self, law: Law, holds: bool, how: impl FnOnce() -> String) {
        if !holds {
            self.broken(law, how);
        }
    }

    pub fn append(&mut self, kind: EventKind) -> Event {
        let event = Event {
            seq: self.journal.as_ref().map_or(0, |it| it.event.seq) + 1,
            at_ms: 0,
            kind,
        };
        self.journal = Some(Arc::new(Link {
            event: event.clone(),
            before: self.journal.take(),
        }));
        event
    }

    /// The machine that the journal tells of.
    pub fn replayed(&self) -> Machine {
        let mut events = vec![];
        let mut link = self.journal.as_ref();
        while let Some(it) = link {
            events.push(&it.event);
            link = it.before.as_ref();
        }
        let mut machine = self.scene.start.clone();
        for event in events.into_iter().rev() {
            machine.handle(event);
        }
        machine
    }

    /// Over, and nothing is left that another try could mend.
    pub fn is_over(&self) -> bool {
        matches!(self.machine.phase(), Phase::Finished(_)) && !self.can_be_mended()
    }

    pub fn can_be_mended(&self) -> bool {
        let ending = self.machine.ending();
        matches!(ending, Some(Ending::Stuck | Ending::Incomplete))
    }
}
