//! Everything that can go wrong, on every module on which it makes sense: the
//! former versions are live again, every trigger is given back, and it is said
//! what failed, why, and what to type next.

use crate::{
    report::{FORMER, NEW, Report},
    storefront::{Storefront, repository},
};

/// What a failed release says and leaves.
struct Expected {
    /// `--fault MODULE=` this.
    kind: &'static str,
    /// 4: undone. 3: refused by a check, before anything was changed.
    exit: i32,
    /// Whether users feel it: a version that turns bad after it had the
    /// traffic answers them badly until it is undone.
    felt: bool,
}

const fn undone(kind: &'static str) -> Expected {
    Expected {
        kind,
        exit: 4,
        felt: false,
    }
}

const fn refused(kind: &'static str) -> Expected {
    Expected {
        kind,
        exit: 3,
        felt: false,
    }
}

const fn felt(kind: &'static str) -> Expected {
    Expected {
        kind,
        exit: 4,
        felt: true,
    }
}

#[test]
fn common_config() {
    fails("common-config", [undone("access-denied")]);
}

#[test]
fn auth_service() {
    fails(
        "auth-service",
        [
            undone("never-ready"),
            undone("crash-loop"),
            undone("image-not-found"),
            felt("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn customer_service() {
    fails(
        "customer-service",
        [
            undone("never-ready"),
            undone("crash-loop"),
            refused("image-not-found"),
            felt("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn billing_service() {
    fails(
        "billing-service",
        [
            undone("never-ready"),
            undone("crash-loop"),
            refused("image-not-found"),
            felt("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn event_processor_fn() {
    fails(
        "event-processor-fn",
        [
            undone("never-ready"),
            undone("crash-loop"),
            undone("image-not-found"),
            undone("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn notifier() {
    fails(
        "notifier",
        [
            undone("never-ready"),
            undone("crash-loop"),
            undone("image-not-found"),
            undone("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn reporting_fn() {
    fails(
        "reporting-fn",
        [
            undone("never-ready"),
            undone("crash-loop"),
            undone("image-not-found"),
            undone("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn order_service() {
    fails(
        "order-service",
        [
            undone("never-ready"),
            undone("crash-loop"),
            undone("image-not-found"),
            felt("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

#[test]
fn api_gateway() {
    fails(
        "api-gateway",
        [
            undone("never-ready"),
            undone("crash-loop"),
            undone("image-not-found"),
            felt("unhealthy-after-ready"),
            undone("access-denied"),
        ],
    );
}

/// One fault after the other in one world, which each release leaves as it
/// found it; then a passing 503, with which the release succeeds.
fn fails<const N: usize>(module: &str, faults: [Expected; N]) {
    let storefront = Storefront::with_sandbox();
    let clouds = storefront.clouds();
    let before = clouds.triggers();
    for expected in faults {
        let effects = clouds.effects();
        let report = storefront.apply(&["--fault", &format!("{module}={}", expected.kind)]);
        as_expected(&report, module, &expected);
        if expected.exit == 3 {
            assert_eq!(clouds.effects(), effects, "{}", report.run.story());
        }
        assert_eq!(clouds.triggers(), before, "{}", report.run.story());
    }
    passes(module);
}

/// In a world of its own: Application Insights remembers what failed before.
fn passes(module: &str) {
    let storefront = Storefront::new();
    let report = storefront.apply(&["--fault", &format!("{module}=api-unavailable")]);
    report.ended("succeeded", 0).live(NEW).nobody_noticed();
    let retried = report
        .run
        .json()
        .filter(|it| it["state"] == "retrying")
        .count();
    assert!(
        retried > 0,
        "nothing was tried again: {}",
        report.run.story()
    );
    for (trigger, [before, _, given_back]) in report.triggers() {
        assert!(
            !before.is_null() && !given_back.is_null(),
            "{trigger}: {}",
            report.run.story()
        );
    }
}

fn as_expected(report: &Report, module: &str, expected: &Expected) {
    report.ended("undone", expected.exit).live(FORMER);
    let story = || format!("{module}={}: {}", expected.kind, report.run.story());
    if !expected.felt {
        report.nobody_noticed();
    }
    let (operation, failure) = report.failure();
    assert!(operation.starts_with(&format!("{module}@")), "{}", story());
    let field = |name: &str| failure[name].as_str().unwrap_or_default().to_owned();
    let page = repository().join(format!("docs/errors/{}.md", field("code")));
    assert!(page.exists(), "no {}: {}", page.display(), story());
    assert!(
        !field("what").is_empty() && !field("words").is_empty(),
        "{}",
        story()
    );
    for (trigger, [before, _, given_back]) in report.triggers() {
        assert!(
            before.is_null() == given_back.is_null(),
            "{trigger}: {}",
            story()
        );
        let leased = expected.exit == 4;
        assert_eq!(!before.is_null(), leased, "{trigger}: {}", story());
    }
}

#[test]
fn people_are_told_what_failed_and_what_to_type_next() {
    let storefront = Storefront::new();
    let told = storefront.apply_for_people(&["--fault", "auth-service=crash-loop"]);
    assert_eq!(told.exit, Some(4), "{}", told.story());
    let text = told.text();
    // However wide the terminal is.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let directory = storefront.directory();
    for wanted in [
        "failed and was undone",
        "error[SEG3",
        "auth-service@aks/stage",
        "CrashLoopBackOff",
        "was PAUSED before, and stays so",
        "none failed",
        &format!(
            "next: mend the cause, then: segue apply {}",
            directory.display()
        ),
    ] {
        assert!(
            text.contains(wanted),
            "not said: {wanted:?}\n{}",
            told.story()
        );
    }
}
