//! A project with one release: its journal, its cloud, its people, and the
//! processes that carry it out.

use crate::{
    cloud::{Causes, Cloud, Service, State},
    shapes::OLD,
    tap::Tap,
};
use segue_engine::{Clock, Conclusion, Engine, Handle, Setup, SystemClock};
use segue_journal::{Claim, Entry, Journal, Lock, Locked, Sqlite};
use segue_model::{Action, Event, EventKind, Failure, Notice, Plan, ReleaseId, Wish};
use segue_platform::{Patience, Registry};
use std::{
    future::Future,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;

/// Journals of many releases in one file. Where there is one, in memory: what a
/// process wrote outlives it there too.
pub struct Room {
    directory: TempDir,
    releases: AtomicUsize,
    /// Where processes write.
    journal: Arc<Sqlite>,
    /// Another connection to the same journal.
    afar: Arc<Sqlite>,
}

impl Room {
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let directory = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let directory = directory.unwrap();
        let open = || Arc::new(Sqlite::open(&directory.path().join("journal.db")).unwrap());
        Self {
            releases: AtomicUsize::new(0),
            journal: open(),
            afar: open(),
            directory,
        }
    }

    /// Takes the lock of `site` away from whoever holds it; it is held until the
    /// answer is dropped.
    pub fn steal(&self, environment: &str) -> impl FnOnce() -> Locked + Send + 'static {
        let path = self.directory.path().join(format!("{environment}.lock"));
        let (journal, environment) = (self.afar.clone(), environment.to_owned());
        move || {
            // Whoever held the file that was there still holds that one.
            std::fs::remove_file(path).unwrap();
            block_on_here(lock(&journal, &environment))
        }
    }
}

/// When a person does something.
#[derive(Debug, Clone)]
pub enum When {
    /// Before the process begins.
    AtOnce,
    /// As soon as this operation has succeeded.
    Done(&'static str),
    /// As soon as this gate waits.
    Awaiting(&'static str),
}

/// What a person asks for, once, however many processes come and go.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: &'static str,
    pub when: When,
    pub wish: Wish,
    /// Whether it is asked from another machine, through the journal.
    pub from_afar: bool,
}

impl Person {
    pub fn here(when: When, wish: Wish) -> Self {
        let (name, from_afar) = ("ana", false);
        Self {
            name,
            when,
            wish,
            from_afar,
        }
    }

    pub fn afar(name: &'static str, when: When, wish: Wish) -> Self {
        Self {
            name,
            when,
            wish,
            from_afar: true,
        }
    }

    fn is_time(&self, notice: &Notice) -> bool {
        match (&self.when, notice) {
            (When::Done(id), Notice::Journaled(event)) => {
                matches!(&event.kind, EventKind::Succeeded { operation, .. } if operation.as_str() == *id)
            }
            (When::Awaiting(id), Notice::Awaiting { operation, .. }) => operation.as_str() == *id,
            _ => false,
        }
    }

    fn has_asked(&self, event: &Event) -> bool {
        matches!(&event.kind, EventKind::Asked { by, wish, .. } if by == self.name && *wish == self.wish)
    }
}

/// One release of a project.
pub struct Site {
    /// Where the process writes.
    pub journal: Arc<Sqlite>,
    /// Another connection to the same journal.
    pub afar: Arc<Sqlite>,
    pub release: ReleaseId,
    pub environment: String,
    pub cloud: Cloud,
    pub clock: Arc<dyn Clock>,
    pub notices: Arc<Mutex<Vec<Notice>>>,
    pub patience: Patience,
}

impl Site {
    /// `plan` in `room`; the modules that it stages run in their old version.
    pub async fn new(room: &Room, plan: &Plan) -> Self {
        let number = room.releases.fetch_add(1, Ordering::SeqCst);
        let (journal, afar) = (room.journal.clone(), room.afar.clone());
        let (release, environment) = (
            ReleaseId::new(format!("r{number}")),
            format!("test-{number}"),
        );
        let causes = Causes::new(room.afar.clone(), release.clone(), plan.clone());
        let site = Self {
            journal,
            afar,
            environment,
            release,
            cloud: Cloud {
                state: Arc::new(Mutex::new(before(plan))),
                points: Arc::default(),
                causes: Some(Arc::new(causes)),
            },
            clock: Arc::new(SystemClock),
            notices: Arc::default(),
            patience: Patience {
                first_wait: Duration::from_millis(1),
                longest_wait: Duration::from_millis(2),
                budget: Duration::from_millis(20),
            },
        };
        let locked = site.lock().await;
        let entry = Entry {
            id: site.release.clone(),
            environment: site.environment.clone(),
            sandbox: false,
            began_ms: 0,
        };
        site.journal.create(&locked, &entry, plan).await.unwrap();
        site
    }

    pub async fn lock(&self) -> Locked {
        lock(&self.journal, &self.environment).await
    }

    /// An engine that passes `points`, and who hears what it tells.
    pub async fn engine(
        &self,
        tap: Tap,
        locked: Locked,
    ) -> Result<(Engine, UnboundedReceiver<Notice>), Failure> {
        self.engine_with(tap, locked, |_| {}).await
    }

    /// The same with other adapters.
    pub async fn engine_with(
        &self,
        tap: Tap,
        locked: Locked,
        change: impl FnOnce(&mut Registry),
    ) -> Result<(Engine, UnboundedReceiver<Notice>), Failure> {
        let cloud = Arc::new(Cloud {
            points: tap.points.clone(),
            ..self.cloud.clone()
        });
        let mut registry = Registry::default();
        for target in ["cloud", "gke", "run"] {
            registry.platforms.insert(target.into(), cloud.clone());
        }
        registry.triggers.insert("cloud".into(), cloud.clone());
        registry.performers.insert("sql".into(), cloud);
        change(&mut registry);
        let (notices, told) = tokio::sync::mpsc::unbounded_channel();
        let engine = Engine::new(Setup {
            journal: Arc::new(tap),
            locked,
            release: self.release.clone(),
            registry,
            clock: self.clock.clone(),
            notices,
            patience: self.patience,
            by: "test".into(),
        });
        Ok((engine.await?, told))
    }

    /// One process that carries the release out, with the people around it; none
    /// when it died.
    pub async fn process(
        &self,
        tap: Tap,
        locked: Locked,
        people: &[Person],
    ) -> Option<Result<Conclusion, Failure>> {
        let points = tap.points.clone();
        let carry_out = async {
            let (engine, mut told) = self.engine(tap, locked).await?;
            let handle = engine.handle();
            for person in self.late(people).await {
                self.ask(&handle, person).await;
            }
            let mut run = std::pin::pin!(engine.run());
            loop {
                tokio::select! {
                    biased;
                    conclusion = &mut run => return conclusion,
                    Some(notice) = told.recv() => self.tell(&handle, people, notice).await,
                }
            }
        };
        let within = tokio::time::timeout(Duration::from_secs(1_000_000), carry_out);
        let concluded = tokio::select! {
            biased;
            () = points.died() => None,
            concluded = within => Some(concluded.expect("the release stands still")),
        };
        // What was in flight goes with its process, and lets go of the lock.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        concluded
    }

    /// One undisturbed process.
    pub async fn run(&self) -> Result<Conclusion, Failure> {
        self.run_with(&[]).await
    }

    pub async fn run_with(&self, people: &[Person]) -> Result<Conclusion, Failure> {
        let tap = Tap::new(self.journal.clone(), Arc::default());
        self.process(tap, self.lock().await, people).await.unwrap()
    }

    /// Who should have asked by now and has not been heard.
    async fn late<'a>(&self, people: &'a [Person]) -> Vec<&'a Person> {
        let events = self.events().await;
        let is_late = |person: &&Person| {
            let happened = events.iter().cloned().map(Notice::Journaled);
            let mut times = happened.filter(|it| person.is_time(it));
            matches!(person.when, When::AtOnce) || times.next().is_some()
        };
        let mut late = Vec::new();
        for person in people.iter().filter(is_late) {
            if !self.has_asked(person).await {
                late.push(person);
            }
        }
        late
    }

    async fn has_asked(&self, person: &Person) -> bool {
        let requests = self.afar.requests(&self.release, 0).await.unwrap();
        self.events().await.iter().any(|it| person.has_asked(it))
            || requests
                .iter()
                .any(|it| it.by == person.name && it.wish == person.wish)
    }

    async fn tell(&self, handle: &Handle, people: &[Person], notice: Notice) {
        for person in people.iter().filter(|it| it.is_time(&notice)) {
            if !self.has_asked(person).await {
                self.ask(handle, person).await;
            }
        }
        self.notices.lock().unwrap().push(notice);
    }

    async fn ask(&self, handle: &Handle, person: &Person) {
        if person.from_afar {
            let asking = self
                .afar
                .ask(&self.release, &person.wish, person.name, "so be it", 0);
            asking.await.unwrap();
        } else {
            handle.ask(person.wish.clone(), person.name, "so be it");
        }
    }

    pub async fn events(&self) -> Vec<Event> {
        self.afar.events(&self.release, 0).await.unwrap()
    }

    /// What happened, in short: `config auth -auth`.
    pub async fn story(&self) -> String {
        let events = self.events().await;
        let words = events.iter().filter_map(|event| match &event.kind {
            EventKind::Succeeded {
                operation,
                direction,
                ..
            } => Some(match direction {
                segue_model::Direction::Do => operation.to_string(),
                segue_model::Direction::Undo => format!("-{operation}"),
            }),
            EventKind::Failed { operation, .. } => Some(format!("!{operation}")),
            _ => None,
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// What has changed anything, in order.
    pub fn effects(&self) -> Vec<String> {
        let state = self.cloud.state();
        state.effects.iter().map(|(_, what)| what.clone()).collect()
    }

    pub fn ail(&self, module: &str, ailment: crate::cloud::Ailment) {
        self.cloud.state().ailing.insert((module.into(), ailment));
    }

    pub fn mend(&self) {
        self.cloud.state().ailing.clear();
    }

    pub fn version(&self, name: &str) -> String {
        self.cloud.state().live[name].version.clone()
    }
}

async fn lock(journal: &Sqlite, environment: &str) -> Locked {
    let claim = Claim {
        holder: "t".into(),
        doing: "t".into(),
    };
    match journal.lock(environment, &claim, 0).await {
        Ok(Lock::Ours(locked)) => locked,
        Ok(Lock::Theirs(held)) => panic!("{held:?}"),
        Err(failure) => panic!("{failure}"),
    }
}

/// The world before a release of `plan`.
fn before(plan: &Plan) -> State {
    let mut state = State::default();
    for operation in &plan.operations {
        match (&operation.action, &operation.undo) {
            (Action::Stage(unit), Some(undo)) => {
                if let Action::Revert { former, .. } = &undo.action
                    && former.version.is_some()
                {
                    state
                        .live
                        .insert(crate::cloud::name(unit), Service::at(OLD));
                }
            }
            (Action::Trigger { settings, .. }, _) => {
                let name = settings["name"].as_str().unwrap();
                state.triggers.insert(name.into(), false);
            }
            _ => {}
        }
    }
    state
}

/// Runs on one thread whose clock jumps to what is waited for: the same order of
/// everything, every time.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

/// What never waits, in the middle of something else: a file's lock.
pub fn block_on_here<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}
