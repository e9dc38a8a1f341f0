//! The loop.

use crate::{handle::Asking, inbox::Inbox, setup::Engine, task::Task};
use segue_model::{
    Direction, Ending, EventKind, Evidence, Failure, FailureKind, Notice, OperationId, Wish,
};
use segue_release::{Command, Standing};
use tokio::task::{JoinError, yield_now};

/// How a run of the loop came to its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Conclusion {
    /// The release is over.
    Ended(Ending),
    /// The release is not over; `resume` goes on from here.
    Stopped(Option<Failure>),
}

impl Engine {
    /// Carries the release out, from wherever it stands, to its end or until it
    /// is stopped. A release that is over for good stays as it is.
    ///
    /// # Errors
    /// When the journal cannot be written or the lock is lost: nothing new was
    /// begun since, and nothing was journaled.
    pub async fn run(mut self) -> Result<Conclusion, Failure> {
        let again = |it: &Ending| matches!(it, Ending::Incomplete | Ending::Stuck);
        if let Some(ending) = self.machine.ending().filter(|it| !again(it)) {
            return Ok(Conclusion::Ended(ending));
        }
        let mut inbox = Inbox::open(self.journal.clone(), &self.shared.release).await?;
        let mut happened = self.beginning(&mut inbox).await?;
        loop {
            if let Some(ending) = self.take(happened).await? {
                return Ok(Conclusion::Ended(ending));
            }
            happened = if self.is_idle() {
                // What was asked at the last moment is not lost.
                let mut late = Vec::new();
                self.gather(&mut late).await?;
                if late.is_empty() {
                    return Ok(Conclusion::Stopped(self.suspended_by));
                }
                late
            } else {
                self.next(&mut inbox).await?
            };
        }
    }

    /// What this process begins with. What was asked while nobody carried the
    /// release out comes first, so that nothing is begun that nobody wants any
    /// more; a release that is abandoned is not taken up at all. Only a stop that
    /// was asked of this process comes last: it is asked of what begins now.
    async fn beginning(&mut self, inbox: &mut Inbox) -> Result<Vec<EventKind>, Failure> {
        let mut happened = inbox.requests(self.request).await?;
        let mut stops = Vec::new();
        while let Ok(asking) = self.wishes.1.try_recv() {
            match asking.wish {
                Wish::Stop => stops.push(asking),
                _ => happened.push(asking.into_event(None)),
            }
        }
        let by = self.by.clone();
        if !happened.iter().any(abandons) {
            match self.fresh.take() {
                Some(plan) => happened.insert(0, EventKind::Started { plan, by }),
                None => happened.push(EventKind::Resumed { by }),
            }
        }
        for stop in stops {
            self.hear(stop, &mut happened);
        }
        Ok(happened)
    }

    /// Nothing is in flight, and nobody is waited for.
    fn is_idle(&self) -> bool {
        self.tasks.is_empty() && (self.gates.is_empty() || self.machine.is_suspended())
    }

    /// Journals what happened, and begins what is to be done because of it.
    async fn take(&mut self, mut happened: Vec<EventKind>) -> Result<Option<Ending>, Failure> {
        while !happened.is_empty() {
            let events = self.append(&happened).await?;
            happened.clear();
            for event in events {
                let _ = self.shared.notices.send(Notice::Journaled(event.clone()));
                let (at_ms, asked) = (event.at_ms, Asking::of(&event.kind));
                let ending = match event.kind {
                    EventKind::Finished { ending } => Some(ending),
                    _ => None,
                };
                let phase = self.machine.phase();
                let commands = self.fold(event);
                if ending.is_some() {
                    return Ok(ending);
                }
                if let Some(asked) = asked {
                    let idle = commands.is_empty() && self.machine.phase() == phase;
                    self.answer(asked, idle);
                }
                for command in commands {
                    self.obey(command, at_ms, &mut happened);
                }
            }
        }
        self.gates
            .retain(|gate| self.machine.standing(gate) == Some(Standing::Awaiting));
        Ok(None)
    }

    /// Commands come at least once; what is carried out already is not begun again.
    fn obey(&mut self, command: Command, at_ms: i64, happened: &mut Vec<EventKind>) {
        match command {
            Command::Begin {
                operation,
                direction,
            } => self.begin(&operation, direction),
            Command::Await { operation } => self.wait_for_people(&operation, at_ms),
            Command::Conclude { operation, outcome } => {
                if let Some(task) = self.running.remove(&operation) {
                    task.abort();
                }
                // Decisions that waited come together: the last word counts.
                let mut earlier = happened.iter_mut();
                match earlier.find(|it| is_outcome_of(it, &operation)) {
                    Some(earlier) => *earlier = concluded(operation, outcome),
                    None => happened.push(concluded(operation, outcome)),
                }
            }
            Command::Suspend { failure } => {
                self.suspended_by = self.suspended_by.take().or(failure);
            }
            Command::Finish { ending } => {
                let finished = EventKind::Finished { ending };
                if !happened.contains(&finished) {
                    happened.push(finished);
                }
            }
        }
    }

    fn begin(&mut self, id: &OperationId, direction: Direction) {
        if self.running.contains_key(id) {
            return;
        }
        let Some(operation) = self.operations.get(id).cloned() else {
            return;
        };
        let expected = self.units.begun(&operation, direction);
        let _ = self.shared.notices.send(Notice::Begun {
            operation: id.clone(),
            direction,
            at_ms: self.clock.now_ms(),
        });
        let task = Task::new(
            self.shared.clone(),
            operation,
            direction,
            &self.outputs,
            expected,
        );
        let task = self.tasks.spawn(task.run());
        self.running.insert(id.clone(), task);
    }

    /// Waits until something happens; takes all that came together.
    async fn next(&mut self, inbox: &mut Inbox) -> Result<Vec<EventKind>, Failure> {
        let mut happened = Vec::new();
        if self.heard.is_empty() {
            // What must not wait comes first; looking for requests is throttled,
            // and so in nobody's way.
            tokio::select! {
                biased;
                failure = self.shared.fence.0.lost() => return Err(failure),
                Some(asking) = self.wishes.1.recv() => self.heard.push(asking),
                changed = inbox.changed() => {
                    changed?;
                    happened.extend(inbox.requests(self.request).await?);
                }
                Some(ended) = self.tasks.join_next() => self.ended(ended, &mut happened)?,
                gate = self.gates.passed() => happened.push(self.nobody_came(gate)),
            }
        }
        self.gather(&mut happened).await?;
        Ok(happened)
    }

    /// Everything else that has ended meanwhile: one append for all.
    async fn gather(&mut self, happened: &mut Vec<EventKind>) -> Result<(), Failure> {
        loop {
            // Those that ended at the same instant come to say so.
            yield_now().await;
            let before = happened.len();
            while let Some(ended) = self.tasks.try_join_next() {
                self.ended(ended, happened)?;
            }
            if happened.len() == before {
                break;
            }
        }
        for asking in std::mem::take(&mut self.heard) {
            self.hear(asking, happened);
        }
        while let Ok(asking) = self.wishes.1.try_recv() {
            self.hear(asking, happened);
        }
        Ok(())
    }

    /// An operation came to its outcome, or was not waited for any longer.
    fn ended(
        &mut self,
        ended: Result<EventKind, JoinError>,
        happened: &mut Vec<EventKind>,
    ) -> Result<(), Failure> {
        let kind = match ended {
            Ok(kind) => kind,
            Err(error) if error.is_cancelled() => return Ok(()),
            Err(error) => return Err(panicked(&error)),
        };
        match &kind {
            // Whoever lost the lock journals nothing more.
            EventKind::Failed { failure, .. } if failure.kind == FailureKind::LostLock => {
                return Err(failure.clone());
            }
            // People concluded it while it was on its way.
            EventKind::Succeeded { operation, .. } | EventKind::Failed { operation, .. }
                if self.running.remove(operation).is_none() =>
            {
                return Ok(());
            }
            _ => happened.push(kind),
        }
        Ok(())
    }

    fn hear(&mut self, asking: Asking, happened: &mut Vec<EventKind>) {
        if asking.wish == Wish::Stop {
            if self.asked_to_stop || self.machine.is_suspended() {
                self.tasks.abort_all();
                return;
            }
            self.asked_to_stop = true;
        }
        happened.push(asking.into_event(None));
    }
}

fn abandons(kind: &EventKind) -> bool {
    let abandon = |wish: &Wish| *wish == Wish::Abandon;
    matches!(kind, EventKind::Asked { wish, .. } if abandon(wish))
}

fn is_outcome_of(kind: &EventKind, id: &OperationId) -> bool {
    match kind {
        EventKind::Succeeded { operation, .. } | EventKind::Failed { operation, .. } => {
            operation == id
        }
        _ => false,
    }
}

fn concluded(operation: OperationId, outcome: Result<Evidence, Failure>) -> EventKind {
    let direction = Direction::Do;
    match outcome {
        Ok(evidence) => EventKind::Succeeded {
            operation,
            direction,
            evidence,
        },
        Err(failure) => EventKind::Failed {
            operation,
            direction,
            failure,
        },
    }
}

fn panicked(error: &JoinError) -> Failure {
    Failure::internal("SEG6013", "an operation ended without an outcome")
        .words(error.to_string())
        .hint("this is a bug in Segue; `segue resume` looks at the platform and goes on")
}
