//! The plan's operations as a graph of indices, compiled once.

use segue_model::{Action, Operation, OperationId, Plan};
use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
};

/// Why a list of operations is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPlan {
    /// Two operations have one name.
    #[error("two operations are called `{0}`")]
    Twice(OperationId),
    /// An operation waits for one that does not stand before it; with that rule
    /// a plan cannot hold a cycle.
    #[error("`{0}` waits for `{1}`, which does not stand before it in the plan")]
    NotBefore(OperationId, OperationId),
    /// What can be undone waits for what comes after the point of no return.
    #[error("`{0}` waits for `{1}`, which comes after the point of no return")]
    AfterNoReturn(OperationId, OperationId),
}

/// Who decides about an operation, where people do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decider {
    /// Their user names; empty for everybody.
    pub from: Vec<String>,
    /// How many different people must agree.
    pub count: usize,
    /// Whether they let pass what is otherwise carried out.
    pub overrides: bool,
}

impl Decider {
    fn of(operation: &Operation) -> Option<Self> {
        match &operation.action {
            Action::Await { from, count } => Some(Self {
                from: from.clone(),
                count: *count as usize,
                overrides: false,
            }),
            _ => operation.overridable.then(|| Self {
                from: Vec::new(),
                count: 1,
                overrides: true,
            }),
        }
    }

    pub(crate) fn hears(&self, name: &str) -> bool {
        self.from.is_empty() || self.from.iter().any(|it| it == name)
    }
}

/// What the machine must know of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub after: Vec<usize>,
    pub dependents: Vec<usize>,
    pub undoable: bool,
    pub always: bool,
    pub finishing: bool,
    pub no_return: bool,
    pub decider: Option<Decider>,
    /// Whether it is about a trigger.
    pub trigger: bool,
    /// The operation whose output this one needs: a trigger's lease.
    pub lease: Option<usize>,
    /// Length of the longest chain that waits for it: what to begin first.
    pub height: u32,
}

/// The plan's operations as a graph of indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    names: Vec<OperationId>,
    index: HashMap<OperationId, usize>,
    pub(crate) parallel: usize,
    pub(crate) hold: bool,
}

/// All states of one release share one graph: it tells none of them apart.
impl Hash for Graph {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.nodes.len().hash(hasher);
    }
}

impl Graph {
    /// Compiles a plan.
    ///
    /// # Errors
    /// When the operations do not form a plan.
    pub fn new(plan: &Plan) -> Result<Self, BadPlan> {
        let mut graph = Self {
            nodes: Vec::with_capacity(plan.operations.len()),
            names: Vec::with_capacity(plan.operations.len()),
            index: HashMap::with_capacity(plan.operations.len()),
            parallel: plan.parallel.max(1),
            hold: plan.hold,
        };
        for operation in &plan.operations {
            graph.add(operation)?;
        }
        graph.measure();
        Ok(graph)
    }

    /// The name of operation `at`.
    pub fn name(&self, at: usize) -> &OperationId {
        &self.names[at]
    }

    /// The index of the operation called `name`.
    pub fn index(&self, name: &OperationId) -> Option<usize> {
        self.index.get(name).copied()
    }

    fn add(&mut self, operation: &Operation) -> Result<(), BadPlan> {
        let at = self.nodes.len();
        let before = |name: &OperationId| {
            let missing = || BadPlan::NotBefore(operation.id.clone(), name.clone());
            self.index.get(name).copied().ok_or_else(missing)
        };
        let mut after = Vec::with_capacity(operation.after.len());
        for name in &operation.after {
            let provider = before(name)?;
            if self.nodes[provider].finishing && !operation.finishing {
                return Err(BadPlan::AfterNoReturn(operation.id.clone(), name.clone()));
            }
            after.push(provider);
        }
        after.sort_unstable();
        after.dedup();
        let lease = match &operation.action {
            Action::Trigger { lease, .. } => lease.as_ref().map(before).transpose()?,
            _ => None,
        };
        if self.index.insert(operation.id.clone(), at).is_some() {
            return Err(BadPlan::Twice(operation.id.clone()));
        }
        for &provider in &after {
            self.nodes[provider].dependents.push(at);
        }
        self.names.push(operation.id.clone());
        self.nodes.push(Node {
            after,
            dependents: Vec::new(),
            undoable: operation.undo.is_some(),
            always: operation.always,
            finishing: operation.finishing,
            no_return: operation.no_return,
            decider: Decider::of(operation),
            trigger: matches!(operation.action, Action::Trigger { .. }),
            lease,
            height: 0,
        });
        Ok(())
    }

    fn measure(&mut self) {
        for at in (0..self.nodes.len()).rev() {
            let height = self.nodes[at]
                .dependents
                .iter()
                .map(|&dependent| self.nodes[dependent].height + 1)
                .max();
            self.nodes[at].height = height.unwrap_or(0);
        }
    }
}
