//! A release as its journal tells it.

use crate::problem::Problem;
use segue_journal::{Entry, Held, Journal};
use segue_model::{Ending, Event, Failure, Plan};
use segue_release::{Machine, Standing};
use segue_view::{GateReport, GateState, Lease, Report};
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
        let events = journal.events(&entry.id, 0).await?;
        for event in &events {
            machine.handle(event);
        }
        let held = journal
            .held(&environment(&entry.environment, entry.sandbox))
            .await?;
        Ok(Self {
            journal,
            entry,
            plan,
            events,
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

    /// What the journal tells of it.
    pub fn report(&self) -> Report {
        Report::new(&self.entry.id, &self.plan, &self.events)
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

    /// What people decide in it.
    pub fn gates(&self) -> Vec<GateReport> {
        GateReport::all(&self.plan, &self.events, &self.machine)
    }

    /// The gates that wait for people.
    pub fn waiting(&self) -> Vec<GateReport> {
        let mut gates = self.gates();
        gates.retain(|it| it.state == GateState::Waits);
        gates
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

/// In the journal's locks, a sandbox is an environment of its own.
pub fn environment(name: &str, sandbox: bool) -> String {
    if sandbox {
        format!("{name} (sandbox)")
    } else {
        name.to_owned()
    }
}
