//! What people said about an operation that is theirs to decide: an approval
//! gate, or a check that they may override.

use crate::{graph::Decider, machine::Machine, state::Standing};
use segue_model::{Evidence, Failure, Fault};

/// One person's word for an operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// Why; empty when nothing was said.
    pub because: String,
}

/// All that was said about one operation. A person's last word counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Words {
    pub approvals: Vec<Approval>,
    pub rejection: Option<Approval>,
}

impl Words {
    pub(crate) fn say(&mut self, word: Approval, approves: bool) {
        self.approvals.retain(|it| it.by != word.by);
        if self.rejection.as_ref().is_some_and(|it| it.by == word.by) {
            self.rejection = None;
        }
        if approves {
            self.approvals.push(word);
        } else {
            self.rejection = Some(word);
        }
    }
}

impl Machine {
    /// What people decided about an operation; none as long as too few spoke.
    pub(crate) fn decision(&self, at: usize) -> Option<Result<Evidence, Failure>> {
        let decider = self.graph.nodes[at].decider.as_ref()?;
        let words = self.words.get(&at)?;
        if let Some(rejection) = &words.rejection {
            let what = format!("`{}` was rejected by {}", self.graph.name(at), rejection.by);
            let failure = Failure::step("SEG6020", what).words(rejection.because.clone());
            return Some(Err(failure.by(Fault::User)));
        }
        (words.approvals.len() >= decider.count).then(|| Ok(evidence(decider, &words.approvals)))
    }

    /// Whether an operation was begun and is people's to decide. Only an
    /// overridable one is carried out meanwhile.
    pub(crate) fn is_in_question(&self, at: usize) -> bool {
        matches!(self.standing[at], Standing::Awaiting | Standing::Running)
    }
}

fn evidence(decider: &Decider, approvals: &[Approval]) -> Evidence {
    let said: Vec<_> = approvals.iter().map(said).collect();
    let passed = if decider.overrides {
        "overridden"
    } else {
        "approved"
    };
    Evidence::seen(format!("{passed} by {}", said.join("; ")))
}

fn said(word: &Approval) -> String {
    match word.because.as_str() {
        "" => word.by.clone(),
        because => format!("{}: {because}", word.by),
    }
}
