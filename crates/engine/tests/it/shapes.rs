//! Plans.

use crate::cloud::{STEPWISE, Service};
use segue_model::{
    Action, Digest, Observation, Operation, PLAN_FORMAT, Plan, Subject, Undo, Unit, Verb,
};
use serde_json::{Value, json};

pub const OLD: &str = "1.0.0";
pub const NEW: &str = "2.0.0";

pub fn unit(module: &str, target: &str) -> Unit {
    Unit {
        module: module.into(),
        target: target.into(),
        version: NEW.parse().unwrap(),
        artifact: Value::Null,
        settings: Value::Null,
    }
}

pub fn former() -> Observation {
    Service::at(OLD).observation()
}

pub fn operation(id: &str, verb: Verb, after: &[&str], action: Action) -> Operation {
    Operation {
        id: id.into(),
        verb,
        subject: Subject::Release(id.into()),
        after: after.iter().map(|&it| it.into()).collect(),
        action,
        undo: None,
        always: false,
        finishing: false,
        no_return: false,
        overridable: false,
        deadline_s: 60,
    }
}

/// The new version of `module` in place of the old one.
pub fn stage(module: &str, target: &str, after: &[&str]) -> Operation {
    stage_from(module, target, after, former())
}

pub fn stage_from(module: &str, target: &str, after: &[&str], former: Observation) -> Operation {
    let unit = || unit(module, target);
    Operation {
        undo: Some(Undo {
            verb: Verb::Revert,
            action: Action::Revert {
                unit: unit(),
                former,
            },
        }),
        ..operation(module, Verb::Stage, after, Action::Stage(unit()))
    }
}

/// `module` on the target that moves traffic in steps, all the way.
pub fn stepwise(module: &str, after: &[&str]) -> Vec<Operation> {
    let mut operations = vec![stage(module, STEPWISE, after)];
    let mut last = module.to_owned();
    for percent in [50, 100] {
        let id = format!("{module}-{percent}");
        let action = Action::Shift {
            unit: unit(module, STEPWISE),
            percent,
            former: former(),
        };
        operations.push(operation(&id, Verb::Shift, &[&last], action));
        last = id;
    }
    operations
}

pub fn settle(module: &str, after: &[&str]) -> Operation {
    let action = Action::Settle {
        unit: unit(module, STEPWISE),
        former: former(),
    };
    Operation {
        finishing: true,
        ..operation(&format!("{module}-settle"), Verb::Settle, after, action)
    }
}

pub fn gate(id: &str, after: &[&str], from: &[&str], count: u32) -> Operation {
    let from = from.iter().map(|&it| it.into()).collect();
    let action = Action::Await { from, count };
    Operation {
        deadline_s: 3600,
        ..operation(id, Verb::Gate, after, action)
    }
}

pub fn migration(id: &str, after: &[&str]) -> Operation {
    let action = Action::Perform {
        by: "sql".into(),
        input: json!({ "migration": id }),
    };
    Operation {
        no_return: true,
        ..operation(id, Verb::Migrate, after, action)
    }
}

/// `operations` between the pause of a trigger and its return.
pub fn paused(trigger: &str, operations: Vec<Operation>) -> Vec<Operation> {
    let action = |lease: Option<&str>| Action::Trigger {
        target: "cloud".into(),
        settings: json!({ "name": trigger }),
        lease: lease.map(Into::into),
    };
    let (lease, pause) = (format!("{trigger}-lease"), format!("{trigger}-pause"));
    let mut all = vec![
        operation(&lease, Verb::Lease, &[], action(None)),
        operation(&pause, Verb::Pause, &[&lease], action(Some(&lease))),
    ];
    all.extend(operations.into_iter().map(|mut it| {
        if it.after.is_empty() {
            it.after.push(pause.as_str().into());
        }
        it
    }));
    let everything: Vec<String> = all[1..].iter().map(|it| it.id.to_string()).collect();
    let everything: Vec<&str> = everything.iter().map(String::as_str).collect();
    all.push(Operation {
        always: true,
        finishing: true,
        ..operation(
            &format!("{trigger}-resume"),
            Verb::Resume,
            &everything,
            action(Some(&lease)),
        )
    });
    all
}

pub fn plan(operations: Vec<Operation>) -> Plan {
    Plan {
        format: PLAN_FORMAT,
        environment: "test".into(),
        manifest: Digest::of(b""),
        lock: Digest::of(b""),
        changes: vec![],
        operations,
        parallel: 4,
        hold: false,
        rolls_back: None,
    }
}

/// Modules one after the other, between a trigger's pause and its return.
pub fn chain(modules: &[&str]) -> Plan {
    let mut operations: Vec<Operation> = Vec::new();
    for module in modules {
        let after: Vec<String> = operations
            .last()
            .map(|it| it.id.to_string())
            .into_iter()
            .collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        operations.push(stage(module, "cloud", &after));
    }
    plan(paused("orders", operations))
}
