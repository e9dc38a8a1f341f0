//! A small release, told by its events.

use segue_model::{
    Action, Change, Digest, Direction, Ending, Event, EventKind, Evidence, Failure, Observation,
    Operation, PLAN_FORMAT, Plan, ReleaseId, Subject, Undo, Unit, Verb, Wish,
};
use segue_report::{Input, Page};
use serde_json::{Value, json};

fn unit() -> Unit {
    Unit {
        module: "shop".into(),
        target: "aks".into(),
        version: "2.0.0".parse().unwrap(),
        artifact: json!({ "image": "r.example/shop@sha256:abcd" }),
        settings: json!({ "health": "/healthz", "stable_ms": 1000 }),
    }
}

fn former() -> Observation {
    Observation {
        version: Some("1.9.0".parse().unwrap()),
        revision: "shop-7".into(),
        fingerprint: "f".into(),
        detail: Value::Null,
    }
}

fn operation(id: &str, verb: Verb, subject: Subject, after: &[&str], action: Action) -> Operation {
    Operation {
        id: id.into(),
        verb,
        subject,
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

fn plan() -> Plan {
    let gate = Action::Await {
        from: vec!["ana".into()],
        count: 1,
    };
    let webhook = Action::Perform {
        by: "webhook".into(),
        input: json!({ "url": "${RELEASE_WEBHOOK}" }),
    };
    let shop = || Subject::Module("shop".into(), "aks".into());
    let mut stage = operation(
        "shop@aks/stage",
        Verb::Stage,
        shop(),
        &["gate/uat"],
        Action::Stage(unit()),
    );
    stage.undo = Some(Undo {
        verb: Verb::Revert,
        action: Action::Revert {
            unit: unit(),
            former: former(),
        },
    });
    let verify = operation(
        "shop@aks/verify",
        Verb::Verify,
        shop(),
        &["shop@aks/stage"],
        Action::Verify(unit()),
    );
    let mut notify = operation(
        "notify/1",
        Verb::Notify,
        Subject::Release("notify".into()),
        &["shop@aks/verify"],
        webhook,
    );
    notify.finishing = true;
    Plan {
        format: PLAN_FORMAT,
        environment: "production".into(),
        manifest: Digest::of(b"manifest"),
        lock: Digest::of(b"lock"),
        changes: vec![Change {
            module: "shop".into(),
            target: "aks".into(),
            former: former(),
            to: "2.0.0".parse().unwrap(),
            changed: true,
        }],
        operations: vec![
            operation(
                "gate/uat",
                Verb::Gate,
                Subject::Release("uat".into()),
                &[],
                gate,
            ),
            stage,
            verify,
            notify,
        ],
        parallel: 4,
        hold: false,
        rolls_back: None,
    }
}

/// A release that is told event by event, a second apart.
pub struct Story {
    plan: Plan,
    events: Vec<Event>,
}

impl Story {
    /// Begun by ana, approved by her.
    pub fn approved() -> Self {
        let plan = plan();
        let started = EventKind::Started {
            plan: plan.digest(),
            by: "ben on host".into(),
        };
        let mut story = Self {
            plan,
            events: Vec::new(),
        };
        story.then(started);
        story.then(EventKind::Asked {
            request: Some(1),
            by: "ana".into(),
            because: "all green | <b>really</b>".into(),
            wish: Wish::Approve {
                operation: "gate/uat".into(),
            },
        });
        story.done(
            "gate/uat",
            Direction::Do,
            "approved by ana: all green | <b>really</b>",
        );
        story
    }

    pub fn then(&mut self, kind: EventKind) {
        let seq = self.events.len() as u64 + 1;
        let at_ms = 1_795_000_000_000 + 1000 * self.events.len() as i64;
        self.events.push(Event { seq, at_ms, kind });
    }

    pub fn done(&mut self, operation: &str, direction: Direction, summary: &str) {
        self.then(EventKind::Succeeded {
            operation: operation.into(),
            direction,
            evidence: Evidence::seen(summary),
        });
    }

    pub fn failed(&mut self, operation: &str, failure: Failure) {
        self.then(EventKind::Failed {
            operation: operation.into(),
            direction: Direction::Do,
            failure,
        });
    }

    pub fn finished(mut self, ending: Ending) -> Page {
        self.then(EventKind::Finished { ending });
        self.page()
    }

    pub fn page(self) -> Page {
        Page::new(Input {
            release: &ReleaseId::new("20261123-0412-k7fq"),
            plan: &self.plan,
            events: &self.events,
            head: "beef",
            sandbox: false,
        })
    }
}

/// Everything was carried out.
pub fn good() -> Page {
    let mut story = Story::approved();
    story.done("shop@aks/stage", Direction::Do, "2 of 2 replicas ready");
    story.done("shop@aks/verify", Direction::Do, "/healthz answered 200");
    story.done("notify/1", Direction::Do, "answered 204");
    story.finished(Ending::Succeeded)
}

/// The new version crashed; the former one is back.
pub fn undone() -> Page {
    let mut story = Story::approved();
    let failure = Failure::step("SEG3004", "shop crashes")
        .words("CrashLoopBackOff <script>alert(1)</script>")
        .hint("kubectl logs shop-1");
    story.failed("shop@aks/stage", failure);
    story.done("shop@aks/stage", Direction::Undo, "1.9.0 is live again");
    story.finished(Ending::Undone)
}
