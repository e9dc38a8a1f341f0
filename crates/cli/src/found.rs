//! A release as its journal tells it.

use crate::problem::Problem;
use segue_journal::{Entry, Held, Journal};
use segue_model::{Ending, Event, EventKind, Failure, Plan, ReleaseId, Request, Wish};
use segue_release::{Machine, Phase, Standing};
use segue_view::{Deed, GateReport, GateState, Lease, Report};
use std::sync::Arc;

/// A release as its journal tells it.
pub struct Found {
    /// Where it is written down.
    pub journal: Arc<dyn Journal>,
    /// How the journal lists it.
    pub entry: Entry,
    /// What it carries out.
    pub plan: Plan,
    /// What has happened.
    pub events: Vec<Event>,
    /// What people asked for that nobody has taken up yet.
    pub recorded: Vec<Request>,
    /// Where it stands.
    pub machine: Machine,
    /// Who holds its environment; none when nobody does.
    pub held: Option<Held>,
}

impl Found {
    /// Reads all of it.
    pub async fn read(journal: Arc<dyn Journal>, entry: Entry) -> Result<Self, Problem> {
        let plan = journal.plan(&entry.id).await?.ok_or_else(|| {
            let what = format!("the plan of release {} is not in the journal", entry.id);
            Failure::internal("SEG6002", what)
        })?;
        let mut machine = machine(&plan)?;
        // Asked first: whoever is not at it any more has written down what they did.
        let held = journal
            .held(&environment(&entry.environment, entry.sandbox))
            .await?;
        let events = journal.events(&entry.id, 0).await?;
        for event in &events {
            machine.handle(event);
        }
        let mut recorded = journal.requests(&entry.id, 0).await?;
        recorded.retain(|it| !machine.taken_up(it.id));
        Ok(Self {
            journal,
            entry,
            plan,
            events,
            recorded,
            machine,
            held,
        })
    }

    /// The name under which its environment is locked.
    pub fn lock_name(&self) -> String {
        environment(&self.entry.environment, self.entry.sandbox)
    }

    /// A machine to which nothing has happened yet.
    pub fn fresh(&self) -> Result<Machine, Failure> {
        machine(&self.plan)
    }

    /// Whether nothing is left to be done.
    pub fn is_over(&self) -> bool {
        match self.machine.ending() {
            Some(Ending::Stuck | Ending::Incomplete) | None => false,
            Some(_) => true,
        }
    }

    /// Whether somebody carries it out at this moment, and not only something else
    /// in its environment.
    pub fn lives(&self) -> bool {
        let doing = doing(&self.entry.id);
        self.held.as_ref().is_some_and(|it| it.doing == doing)
    }

    /// Whether it is on its way back, and not there.
    pub fn is_undoing(&self) -> bool {
        self.machine.phase() == Phase::Undoing
    }

    /// What the journal tells of it.
    pub fn report(&self) -> Report {
        let mut report = Report::new(&self.entry.id, &self.plan, &self.events);
        if self.is_over() {
            return report;
        }
        report.recorded = Deed::all(&self.plan, &self.to_come());
        report.gates = self.gates();
        for gate in &mut report.gates {
            if gate.state == GateState::Waits && self.is_rejected(gate) {
                gate.state = GateState::Closed;
            }
        }
        report
    }

    /// Operations that were begun and have no outcome yet.
    pub fn in_flight(&self) -> Vec<String> {
        let operations = self.plan.operations.iter();
        let in_flight = operations.filter(|it| {
            let standing = self.machine.standing(&it.id);
            standing.is_some_and(Standing::is_in_flight)
        });
        in_flight.map(|it| it.id.to_string()).collect()
    }

    /// What people decide in it, with what they said that is not taken up yet.
    pub fn gates(&self) -> Vec<GateReport> {
        let mut machine = self.machine.clone();
        let mut events = self.events.clone();
        for event in self.to_come() {
            if decides(&event) {
                machine.handle(&event);
                events.push(event);
            }
        }
        GateReport::all(&self.plan, &events, &machine)
    }

    /// The gates that lack somebody's word.
    pub fn waiting(&self) -> Vec<GateReport> {
        let mut gates = self.gates();
        gates.retain(|it| it.waits() && !self.is_rejected(it));
        gates
    }

    /// Whether somebody whose word counts closed the gate, and it is not taken up yet.
    fn is_rejected(&self, gate: &GateReport) -> bool {
        let heard = |by: &String| gate.from.is_empty() || gate.from.contains(by);
        let about = |it: &&Request| match &it.wish {
            Wish::Approve { operation } | Wish::Reject { operation } => {
                *operation == gate.operation && heard(&it.by)
            }
            _ => false,
        };
        let words: Vec<_> = self.recorded.iter().filter(about).collect();
        words.iter().enumerate().any(|(at, word)| {
            let last = !words[at + 1..].iter().any(|it| it.by == word.by);
            last && matches!(word.wish, Wish::Reject { .. })
        })
    }

    /// What was asked for as the events that come of it.
    fn to_come(&self) -> Vec<Event> {
        let asked = self.recorded.iter().cloned();
        asked
            .map(|it| Event {
                seq: 0,
                at_ms: it.at_ms,
                kind: EventKind::Asked {
                    request: Some(it.id),
                    by: it.by,
                    because: it.because,
                    wish: it.wish,
                },
            })
            .collect()
    }

    /// Triggers that it has to give back.
    pub fn leases(&self) -> Vec<Lease> {
        if self.is_over() {
            return Vec::new();
        }
        Lease::all(&self.plan, &self.events, &self.machine)
    }

    /// Triggers that it has to give back and that nobody gives back now.
    pub fn stray_leases(&self) -> Vec<Lease> {
        match self.held {
            Some(_) => Vec::new(),
            None => self.leases(),
        }
    }
}

fn machine(plan: &Plan) -> Result<Machine, Failure> {
    Machine::new(plan)
        .map_err(|bad| Failure::internal("SEG6002", "not a plan").words(bad.to_string()))
}

/// Whether somebody decides about a gate in this event.
fn decides(event: &Event) -> bool {
    let EventKind::Asked { wish, .. } = &event.kind else {
        return false;
    };
    matches!(wish, Wish::Approve { .. } | Wish::Reject { .. })
}

/// What whoever carries a release out holds its environment's lock for.
pub fn doing(release: &ReleaseId) -> String {
    format!("release {release}")
}

/// In the journal's locks, a sandbox is an environment of its own.
pub fn environment(name: &str, sandbox: bool) -> String {
    if sandbox {
        format!("{name} (sandbox)")
    } else {
        name.to_owned()
    }
}
