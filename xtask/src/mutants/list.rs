//! The mutants: law by law, one changed line each.

/// A program that breaks one law.
pub(super) struct Mutant {
    /// The law, by its number in ARCHITECTURE.md or by name.
    pub law: &'static str,
    /// What is wrong with it, in words.
    pub what: &'static str,
    /// The file that is changed.
    pub file: &'static str,
    /// The line as it stands there, once, without the blanks around it.
    pub line: &'static str,
    /// What stands there instead.
    pub becomes: &'static str,
    /// The package whose tests are run.
    pub package: &'static str,
    /// How the names of the tests begin of which one must fail.
    pub test: &'static str,
}

const RELEASE: Mutant = Mutant {
    law: "",
    what: "",
    file: "",
    line: "",
    becomes: "",
    package: "segue-release",
    test: "",
};

const ENGINE: Mutant = Mutant {
    package: "segue-engine",
    ..RELEASE
};

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        law: "1",
        what: "begins when one need is missing",
        file: "crates/release/src/on/succeeded.rs",
        line: "if machine.waits_for[dependent] == 0 {",
        becomes: "if machine.waits_for[dependent] < 2 {",
        test: "model::law_1_",
        ..RELEASE
    },
    Mutant {
        law: "3",
        what: "forgets after a crash what it was carrying out",
        file: "crates/release/src/machine.rs",
        line: "standing => standing.is_in_flight() && self.waits_for_outcome(at),",
        becomes: "standing => standing == Standing::Undoing && self.waits_for_outcome(at),",
        test: "model::law_3_",
        ..RELEASE
    },
    Mutant {
        law: "3",
        what: "begins what the journal does not tell of",
        file: "crates/release/src/begin.rs",
        line: "self.standing[at] = Standing::Running;",
        becomes: "self.standing[at] = Standing::Waiting;",
        test: "model::law_3_",
        ..RELEASE
    },
    Mutant {
        law: "4",
        what: "begins again after a crash what was done",
        file: "crates/release/src/machine.rs",
        line: "standing => standing.is_in_flight() && self.waits_for_outcome(at),",
        becomes: "standing => standing != Standing::Waiting && self.waits_for_outcome(at),",
        test: "model::law_4_",
        ..RELEASE
    },
    Mutant {
        law: "4",
        what: "takes a request up twice",
        file: "crates/release/src/machine.rs",
        line: "let again = request.is_some_and(|id| !self.taken_up.insert(id));",
        becomes: "let again = request.is_some_and(|id| !self.taken_up.insert(id) && id == 0);",
        test: "wishes::a_request_is_taken_up_once",
        ..RELEASE
    },
    Mutant {
        law: "5",
        what: "gives back only what was never leased",
        file: "crates/release/src/begin.rs",
        line: "node.always && leased && self.standing[at] == Standing::Waiting",
        becomes: "node.always && !leased && self.standing[at] == Standing::Waiting",
        test: "model::law_5_",
        ..RELEASE
    },
    Mutant {
        law: "5",
        what: "gives back what is just being paused",
        file: "crates/release/src/machine.rs",
        line: "self.cause != Some(Cause::Abandoned) || node.always || node.trigger",
        becomes: "self.cause != Some(Cause::Abandoned) || node.always",
        test: "model::law_5_",
        ..RELEASE
    },
    Mutant {
        law: "6",
        what: "undoes a provider under its last consumer",
        file: "crates/release/src/undo.rs",
        line: "if self.unwinds_after[provider] == 0 {",
        becomes: "if self.unwinds_after[provider] < 2 {",
        test: "model::law_6_",
        ..RELEASE
    },
    Mutant {
        law: "8",
        what: "does not mind a lost lock once it is abandoned",
        file: "crates/release/src/on/failed.rs",
        line: "let lost = failure.kind == FailureKind::LostLock;",
        becomes: "let lost = false;",
        test: "model::law_8_",
        ..RELEASE
    },
    Mutant {
        law: "8",
        what: "goes on after a lost lock",
        file: "crates/release/src/on/failed.rs",
        line: "self.suspended = true;",
        becomes: "self.suspended = failure.is_none();",
        test: "model::law_8_",
        ..RELEASE
    },
    Mutant {
        law: "10",
        what: "undoes a release because of a lost connection",
        file: "crates/release/src/on/failed.rs",
        line: "if !failure.kind.compensates() {",
        becomes: "if failure.kind == FailureKind::LostLock {",
        test: "model::law_10_",
        ..RELEASE
    },
    Mutant {
        law: "approvals",
        what: "one approval is enough",
        file: "crates/release/src/approval.rs",
        line: "(words.approvals.len() >= decider.count).then(|| Ok(evidence(decider, &words.approvals)))",
        becomes: "(!words.approvals.is_empty()).then(|| Ok(evidence(decider, &words.approvals)))",
        test: "model::a_gate_opens_by_people_alone",
        ..RELEASE
    },
    Mutant {
        law: "approvals",
        what: "everybody may approve",
        file: "crates/release/src/graph.rs",
        line: "self.from.is_empty() || self.from.iter().any(|it| it == name)",
        becomes: "self.from.is_empty() || !name.is_empty()",
        test: "model::a_gate_opens_by_people_alone",
        ..RELEASE
    },
    Mutant {
        law: "approvals",
        what: "one person counts twice",
        file: "crates/release/src/approval.rs",
        line: "self.approvals.retain(|it| it.by != word.by);",
        becomes: "",
        test: "wishes::different_people_open_a_gate",
        ..RELEASE
    },
    Mutant {
        law: "hold",
        what: "undoes what it should hold",
        file: "crates/release/src/on/failed.rs",
        line: "if machine.graph.hold {",
        becomes: "if machine.graph.hold && machine.in_flight > 0 {",
        test: "model::a_release_that_holds_waits_for_a_person",
        ..RELEASE
    },
    Mutant {
        law: "no_return",
        what: "undoes what cannot be undone",
        file: "crates/release/src/undo.rs",
        line: "Standing::Done if self.graph.nodes[at].no_return => {}",
        becomes: "Standing::Done if self.graph.nodes[at].no_return => self.enqueue(at),",
        test: "model::points_of_no_return_stay",
        ..RELEASE
    },
    Mutant {
        law: "stop",
        what: "does not listen",
        file: "crates/release/src/on/asked/stop.rs",
        line: "_ => machine.suspend(None),",
        becomes: "_ => Vec::new(),",
        test: "model::a_stopped_release_begins_nothing",
        ..RELEASE
    },
    Mutant {
        law: "ends",
        what: "stands still once triggers are given back",
        file: "crates/release/src/begin.rs",
        line: "if commands.is_empty() && self.in_flight == 0 && self.awaiting == 0 {",
        becomes: "if commands.is_empty() && self.in_flight == 0 && self.phase != Phase::Closing {",
        test: "model::every_release_ends",
        ..RELEASE
    },
    Mutant {
        law: "ends",
        what: "says that all was undone when something stays",
        file: "crates/release/src/begin.rs",
        line: "_ if self.passed_no_return() => Ending::PartlyUndone,",
        becomes: "",
        test: "model::every_end_was_planned_for",
        ..RELEASE
    },
    Mutant {
        law: "3",
        what: "has things done that are in no journal",
        file: "crates/engine/src/run.rs",
        line: "let events = self.append(&happened).await?;",
        becomes: "let events: Vec<_> = happened.iter().map(|kind| segue_model::Event { seq: self.last.0 + 1, at_ms: self.last.1, kind: kind.clone() }).collect();",
        test: "laws::law_3_",
        ..ENGINE
    },
    Mutant {
        law: "8",
        what: "does not ask who holds the lock",
        file: "crates/engine/src/task.rs",
        line: "self.0.check()",
        becomes: "Ok(())",
        test: "laws::law_8_whoever_lost_the_lock",
        ..ENGINE
    },
];
