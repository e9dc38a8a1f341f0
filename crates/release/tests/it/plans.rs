//! Small plans, put together from the kinds of operations that the machine knows.

use segue_model::{
    Action, Digest, Failure, FailureKind, Fault, Operation, PLAN_FORMAT, Plan, Subject, Undo, Verb,
};

fn nothing() -> Action {
    Action::Perform {
        by: "nothing".into(),
        input: serde_json::Value::Null,
    }
}

fn trigger(lease: Option<&str>) -> Action {
    Action::Trigger {
        target: "somewhere".into(),
        settings: serde_json::Value::Null,
        lease: lease.map(Into::into),
    }
}

/// An operation that waits for `after` and can be undone.
pub fn operation(id: &str, after: &[&str]) -> Operation {
    Operation {
        id: id.into(),
        verb: Verb::Stage,
        subject: Subject::Release(id.into()),
        after: after.iter().map(|&name| name.into()).collect(),
        action: nothing(),
        undo: Some(Undo {
            verb: Verb::Revert,
            action: nothing(),
        }),
        always: false,
        finishing: false,
        no_return: false,
        overridable: false,
        deadline_s: 60,
    }
}

/// There is nothing to undo.
pub fn check(id: &str, after: &[&str]) -> Operation {
    Operation {
        undo: None,
        ..operation(id, after)
    }
}

/// Takes a trigger's state down.
pub fn lease(id: &str, after: &[&str]) -> Operation {
    Operation {
        action: trigger(None),
        ..check(id, after)
    }
}

/// Pauses the trigger of `lease`; giving back is what undoes it.
pub fn pause(id: &str, of: &str, after: &[&str]) -> Operation {
    Operation {
        action: trigger(Some(of)),
        ..lease(id, after)
    }
}

/// Gives the trigger of `lease` back on every way out.
pub fn restore(id: &str, lease: &str, after: &[&str]) -> Operation {
    Operation {
        undo: None,
        always: true,
        finishing: true,
        action: trigger(Some(lease)),
        ..operation(id, after)
    }
}

/// Opens when `count` different people of `from` said so.
pub fn gate(id: &str, from: &[&str], count: u32) -> Operation {
    Operation {
        verb: Verb::Gate,
        action: Action::Await {
            from: from.iter().map(|&name| name.to_owned()).collect(),
            count,
        },
        ..check(id, &[])
    }
}

/// Comes after the point of no return.
pub fn finishing(id: &str, after: &[&str]) -> Operation {
    Operation {
        undo: None,
        finishing: true,
        ..operation(id, after)
    }
}

pub fn plan(operations: Vec<Operation>, parallel: usize) -> Plan {
    Plan {
        format: PLAN_FORMAT,
        environment: "test".into(),
        manifest: Digest::of(b""),
        lock: Digest::of(b""),
        changes: vec![],
        operations,
        parallel,
        hold: false,
        rolls_back: None,
    }
}

pub fn failure(kind: FailureKind) -> Failure {
    Failure::new(kind, Fault::Module, "SEG0000", "as the test wants it")
}
