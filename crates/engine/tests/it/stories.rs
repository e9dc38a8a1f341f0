//! The ways that a release can take, told with any mishap.

use crate::{
    cloud::{Ailment, State},
    points::Points,
    shapes::{chain, gate, migration, paused, plan, settle, stage, stage_from, stepwise},
    site::{Person, Room, Site, When, block_on},
    tap::{Fault, Tap},
};
use segue_engine::Conclusion;
use segue_model::{Ending, EventKind, Failure, Observation, Plan, Wish};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

/// How a process is meant to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Ended(Ending),
    /// By a person, or by a failure that undoes nothing.
    Stopped,
    /// By a person, or, where the process died after it had heard them, not at all.
    StoppedOrNot,
}

impl End {
    fn of(conclusion: &Conclusion) -> Self {
        match conclusion {
            Conclusion::Ended(ending) => Self::Ended(*ending),
            Conclusion::Stopped(_) => Self::Stopped,
        }
    }
}

/// One process of a story: what is prepared, who is there, how it ends.
pub struct Step {
    pub before: fn(&Site),
    pub people: Vec<Person>,
    pub end: End,
}

impl Step {
    fn new(end: End) -> Self {
        Self {
            before: |_| {},
            people: vec![],
            end,
        }
    }

    fn before(self, before: fn(&Site)) -> Self {
        Self { before, ..self }
    }

    fn with(self, person: Person) -> Self {
        let mut people = self.people;
        people.push(person);
        Self { people, ..self }
    }
}

/// A release from its beginning to its end.
pub struct Story {
    pub name: &'static str,
    pub plan: Plan,
    pub steps: Vec<Step>,
}

/// What goes wrong while a story is told, counted over its whole length.
#[derive(Clone, Copy)]
pub enum Mishap<'a> {
    /// The process dies at each of these points; each is counted from the death
    /// before it.
    Crashes(&'a [usize]),
    /// An append goes wrong.
    Disk(usize, Fault),
}

/// Nothing goes wrong.
pub const UNDISTURBED: Mishap<'static> = Mishap::Crashes(&[]);

/// What there is when a story has ended, without how it came to be.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    live: BTreeMap<String, crate::cloud::Service>,
    triggers: BTreeMap<String, bool>,
    migrations: BTreeSet<String>,
    end: End,
}

/// A story that was told.
pub struct Told {
    pub world: World,
    /// Points passed since the last mishap.
    pub points: usize,
    /// Appends tried since the beginning.
    pub appends: usize,
    /// How many mishaps there were.
    pub mishaps: usize,
    pub effects: Vec<String>,
    pub failures: Vec<Failure>,
}

impl Story {
    /// Tells it to its end, whatever goes wrong on the way.
    pub fn tell(&self, room: &Room, mishap: Mishap<'_>) -> Told {
        block_on(self.told(room, mishap))
    }

    async fn told(&self, room: &Room, mishap: Mishap<'_>) -> Told {
        let site = Site::new(room, &self.plan).await;
        let (mut deaths, mut fault) = match mishap {
            Mishap::Crashes(deaths) => (deaths.iter().copied(), None),
            Mishap::Disk(at, fault) => ([].iter().copied(), Some((at, fault))),
        };
        let mut points = Arc::new(Points::dying_at(deaths.next().unwrap_or(0)));
        let appends = Arc::default();
        let mut failures = Vec::new();
        let mut mishaps = 0;
        let mut end = End::Stopped;
        for step in &self.steps {
            (step.before)(&site);
            loop {
                let tap = Tap {
                    fault,
                    appends: Arc::clone(&appends),
                    ..Tap::new(site.journal.clone(), points.clone())
                };
                let locked = site.lock().await;
                match site.process(tap, locked, &step.people).await {
                    Some(Ok(conclusion)) => {
                        end = End::of(&conclusion);
                        let as_meant = end == step.end || step.end == End::StoppedOrNot;
                        assert!(as_meant, "{}: {conclusion:?}", self.name);
                        break;
                    }
                    Some(Err(failure)) => {
                        assert!(fault.take().is_some(), "{}: {failure}", self.name);
                        failures.push(failure);
                    }
                    None => points = Arc::new(Points::dying_at(deaths.next().unwrap_or(0))),
                }
                mishaps += 1;
            }
        }
        self.hold(&site).await;
        let effects = site.effects();
        let State {
            live,
            triggers,
            migrations,
            ..
        } = site.cloud.state().clone();
        Told {
            world: World {
                live,
                triggers,
                migrations,
                end,
            },
            points: points.passed(),
            appends: appends.load(std::sync::atomic::Ordering::SeqCst),
            mishaps,
            effects,
            failures,
        }
    }

    /// What holds however a story was disturbed.
    async fn hold(&self, site: &Site) {
        let mut keys = HashSet::new();
        for (key, what) in &site.cloud.state().effects {
            assert!(keys.insert(key.clone()), "{}: {what} twice", self.name);
        }
        let (mut outcomes, mut requests) = (HashSet::new(), HashSet::new());
        let mut last = 0;
        for event in site.events().await {
            assert!(event.at_ms >= last, "{}: time ran backwards", self.name);
            last = event.at_ms;
            let again = match event.kind {
                EventKind::Succeeded {
                    operation,
                    direction,
                    ..
                } => !outcomes.insert((operation, direction)),
                EventKind::Asked {
                    request: Some(id), ..
                } => !requests.insert(id),
                _ => false,
            };
            assert!(!again, "{}: event {} twice", self.name, event.seq);
        }
    }
}

fn ended(ending: Ending) -> Step {
    Step::new(End::Ended(ending))
}

fn story(name: &'static str, plan: Plan, steps: Vec<Step>) -> Story {
    Story { name, plan, steps }
}

/// Every shape of a release.
pub fn all() -> Vec<Story> {
    vec![
        well(),
        diamond(),
        last_step_fails(),
        cancelled(),
        stopped(),
        held(),
        held_and_undone(),
        approved(),
        no_return(),
        stuck(),
        abandoned(),
    ]
}

pub fn well() -> Story {
    let steps = vec![ended(Ending::Succeeded)];
    story("a chain with a trigger", chain(&["config", "auth"]), steps)
}

/// Two targets, one of which moves traffic in steps; one module was not there.
pub fn diamond() -> Story {
    let mut operations = vec![stage("config", "cloud", &[])];
    operations.push(stage_from(
        "auth",
        "gke",
        &["config"],
        Observation::absent(),
    ));
    operations.extend(stepwise("billing", &["config"]));
    operations.push(stage("gateway", "gke", &["auth", "billing-100"]));
    operations.push(settle("billing", &["gateway"]));
    let was_paused = |site: &Site| {
        // Only once: a trigger that was paused before stays so.
        let mut state = site.cloud.state();
        if state.effects.is_empty() {
            state.triggers.insert("orders".into(), true);
        }
    };
    story(
        "a diamond on two targets",
        plan(paused("orders", operations)),
        vec![ended(Ending::Succeeded).before(was_paused)],
    )
}

pub fn last_step_fails() -> Story {
    let crashes = |site: &Site| site.ail("gateway", Ailment::Crashes);
    story(
        "the last step fails",
        chain(&["config", "gateway"]),
        vec![ended(Ending::Undone).before(crashes)],
    )
}

pub fn cancelled() -> Story {
    let undo = Person::here(When::Done("config"), Wish::Undo);
    story(
        "cancelled half-way",
        chain(&["config", "auth", "gateway"]),
        vec![ended(Ending::Cancelled).with(undo)],
    )
}

pub fn stopped() -> Story {
    let stop = Person::here(When::Done("config"), Wish::Stop);
    story(
        "stopped half-way, and resumed",
        chain(&["config", "auth"]),
        vec![
            Step::new(End::StoppedOrNot).with(stop),
            ended(Ending::Succeeded),
        ],
    )
}

fn holding(modules: &[&str]) -> Plan {
    Plan {
        hold: true,
        ..chain(modules)
    }
}

pub fn held() -> Story {
    let crashes = |site: &Site| site.ail("auth", Ailment::Crashes);
    story(
        "held, mended and resumed",
        holding(&["config", "auth"]),
        vec![
            Step::new(End::Stopped).before(crashes),
            ended(Ending::Succeeded).before(Site::mend),
        ],
    )
}

pub fn held_and_undone() -> Story {
    let crashes = |site: &Site| site.ail("auth", Ailment::Crashes);
    let undo = Person::afar("ben", When::AtOnce, Wish::Undo);
    story(
        "held, and undone by somebody elsewhere",
        holding(&["config", "auth"]),
        vec![
            Step::new(End::Stopped).before(crashes),
            ended(Ending::Undone).with(undo),
        ],
    )
}

pub fn approved() -> Story {
    let approve = |name| {
        let operation = "uat".into();
        Person::afar(name, When::Awaiting("uat"), Wish::Approve { operation })
    };
    let plan = plan(paused(
        "orders",
        vec![
            stage("config", "cloud", &[]),
            gate("uat", &["config"], &["ana", "ben"], 2),
            stage("auth", "cloud", &["uat"]),
        ],
    ));
    story(
        "approved from elsewhere by two people, and by one who may not",
        plan,
        vec![
            ended(Ending::Succeeded)
                .with(approve("mallory"))
                .with(approve("ana"))
                .with(approve("ben")),
        ],
    )
}

pub fn no_return() -> Story {
    let plan = plan(paused(
        "orders",
        vec![
            stage("config", "cloud", &[]),
            migration("schema", &["config"]),
            stage("auth", "cloud", &["schema"]),
            stage("gateway", "cloud", &["auth"]),
        ],
    ));
    let crashes = |site: &Site| site.ail("gateway", Ailment::Crashes);
    story(
        "undone as far as a migration",
        plan,
        vec![ended(Ending::PartlyUndone).before(crashes)],
    )
}

pub fn stuck() -> Story {
    let ill = |site: &Site| {
        site.ail("gateway", Ailment::Crashes);
        site.ail("auth", Ailment::NoWayBack);
    };
    story(
        "stuck on the way back, mended and resumed",
        chain(&["config", "auth", "gateway"]),
        vec![
            ended(Ending::Stuck).before(ill),
            ended(Ending::Undone).before(Site::mend),
        ],
    )
}

pub fn abandoned() -> Story {
    let away = |site: &Site| site.ail("auth", Ailment::Away);
    story(
        "abandoned after an outage",
        chain(&["config", "auth"]),
        vec![
            Step::new(End::Stopped).before(away),
            ended(Ending::Abandoned).with(Person::here(When::AtOnce, Wish::Abandon)),
        ],
    )
}
