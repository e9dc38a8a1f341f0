//! What does not change while a release goes on: the plan, compiled for the world.

use crate::world::Budget;
use segue_model::{Action, OperationId, Plan};
use segue_release::Machine;
use std::collections::HashMap;

/// What an operation is to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Changes something of its own.
    Effect,
    /// Reads the state of a trigger.
    Lease,
    /// Pauses the trigger of this lease.
    Pause(usize),
    /// Gives the trigger of this lease back.
    Restore(usize),
    /// Opens by so many of these people.
    Gate(Vec<String>, usize),
    /// Changes nothing, and anybody may override it.
    Window,
}

pub struct Op {
    pub part: Part,
    pub after: Vec<usize>,
    pub dependents: Vec<usize>,
    pub undoable: bool,
    pub always: bool,
    pub finishing: bool,
    pub no_return: bool,
}

pub struct Scene {
    pub plan: Plan,
    pub start: Machine,
    pub ops: Vec<Op>,
    pub index: HashMap<OperationId, usize>,
    /// Who speaks about gates; the last one is a stranger to them.
    pub people: Vec<&'static str>,
    pub budget: Budget,
    /// Operations that may change places with each other, pair by pair.
    pub twins: Vec<[usize; 2]>,
    /// In which orders the pairs may stand; at least the one they have.
    pub orders: Vec<Vec<usize>>,
}

impl Scene {
    pub fn new(plan: Plan, budget: Budget) -> Self {
        let index: HashMap<_, _> = plan
            .operations
            .iter()
            .enumerate()
            .map(|(at, it)| (it.id.clone(), at))
            .collect();
        let mut ops: Vec<_> = plan
            .operations
            .iter()
            .map(|it| Op {
                part: part(&index, it),
                after: it.after.iter().map(|id| index[id]).collect(),
                dependents: vec![],
                undoable: it.undo.is_some(),
                always: it.always,
                finishing: it.finishing,
                no_return: it.no_return,
            })
            .collect();
        for at in 0..ops.len() {
            for provider in ops[at].after.clone() {
                ops[provider].dependents.push(at);
            }
        }
        Self {
            start: Machine::new(&plan).unwrap(),
            ops,
            index,
            people: vec!["ana", "ben", "zoe"],
            budget,
            twins: vec![],
            orders: vec![vec![]],
            plan,
        }
    }

    pub fn name(&self, at: usize) -> &OperationId {
        &self.plan.operations[at].id
    }

    /// All that stand on `at`, near and far.
    pub fn consumers(&self, at: usize) -> Vec<usize> {
        self.reach(at, |op| &op.dependents)
    }

    /// All that `at` stands on, near and far.
    pub fn providers(&self, at: usize) -> Vec<usize> {
        self.reach(at, |op| &op.after)
    }

    fn reach<'a>(&'a self, at: usize, next: impl Fn(&'a Op) -> &'a Vec<usize>) -> Vec<usize> {
        let mut seen = vec![false; self.ops.len()];
        let mut found = vec![];
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for &other in next(&self.ops[at]) {
                if !std::mem::replace(&mut seen[other], true) {
                    found.push(other);
                    open.push(other);
                }
            }
        }
        found
    }
}

fn part(index: &HashMap<OperationId, usize>, operation: &segue_model::Operation) -> Part {
    match &operation.action {
        Action::Await { from, count } => Part::Gate(from.clone(), *count as usize),
        Action::Trigger { lease: None, .. } => Part::Lease,
        Action::Trigger {
            lease: Some(id), ..
        } if operation.always => Part::Restore(index[id]),
        Action::Trigger {
            lease: Some(id), ..
        } => Part::Pause(index[id]),
        _ if operation.overridable => Part::Window,
        _ => Part::Effect,
    }
}
