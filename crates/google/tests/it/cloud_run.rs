//! Cloud Run: staging, traffic, reverting, faults, interruptions.

use crate::sandbox::{PROJECT, REGION, Sandbox, call, call_in, persist, service, world};
use segue_google::CloudRun;
use segue_model::{FailureKind, Observation};
use segue_platform::Platform;
use segue_twin::faults::FaultKind;
use serde_json::json;
use std::time::Duration;

const MODULE: &str = "notifier";

/// Version 1 is live by itself, version 2 exists.
async fn live() -> (Sandbox, CloudRun, Observation) {
    let sandbox = empty().await;
    let run = connect(&sandbox).await;
    let old = service(MODULE, "1.0.0");
    run.stage(&call_in("r0", "stage"), &old).await.unwrap();
    run.settle(&call_in("r0", "settle"), &old, &Observation::absent())
        .await
        .unwrap();
    let former = run.observe(&old).await.unwrap();
    sandbox.effects();
    (sandbox, run, former)
}

/// No service, both versions exist.
async fn empty() -> Sandbox {
    let sandbox = Sandbox::start(world()).await;
    for (version, candidate) in [("1.0.0", false), ("2.0.0", true)] {
        let image = crate::sandbox::image(MODULE, version);
        sandbox.exists(&image, MODULE, version, candidate);
    }
    sandbox
}

async fn connect(sandbox: &Sandbox) -> CloudRun {
    CloudRun::connect(&sandbox.access, PROJECT, REGION)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_is_live_is_observed_by_name_and_version() {
    let (_sandbox, run, former) = live().await;
    assert_eq!(former.version, Some("1.0.0".parse().unwrap()));
    assert!(former.revision.starts_with("notifier-"));
    let absent = run.observe(&service("nobody", "1.0.0")).await.unwrap();
    assert_eq!(absent, Observation::absent());
}

#[tokio::test]
async fn a_release_moves_traffic_in_steps_and_does_nothing_twice() {
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");

    for effects in [vec!["services.patch"], vec![]] {
        run.stage(&call("stage"), &new).await.unwrap();
        assert_eq!(sandbox.effects(), effects, "stage");
    }
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
    assert_eq!(run.observe(&new).await.unwrap().version, former.version);
    run.verify(&call("verify"), &new).await.unwrap();

    for percent in [10, 50, 100] {
        for effects in [vec!["services.patch"], vec![]] {
            run.shift(&call("shift"), &new, percent, &former)
                .await
                .unwrap();
            assert_eq!(sandbox.effects(), effects, "shift {percent}");
        }
        let answers = sandbox.answers(MODULE, "2.0.0").await;
        assert_eq!(answers, usize::from(percent));
        run.verify(&call("verify"), &new).await.unwrap();
        run.stage(&call("stage"), &new).await.unwrap();
        assert_eq!(sandbox.effects(), Vec::<String>::new());
    }

    for effects in [vec!["services.patch"], vec![]] {
        run.settle(&call("settle"), &new, &former).await.unwrap();
        assert_eq!(sandbox.effects(), effects, "settle");
    }
    run.verify(&call("verify"), &new).await.unwrap();
    run.stage(&call("stage"), &new).await.unwrap();
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    let now = run.observe(&new).await.unwrap();
    assert_eq!(now.version, Some("2.0.0".parse().unwrap()));
    assert_ne!(now.fingerprint, former.fingerprint);
}

#[tokio::test]
async fn a_first_deployment_is_created_and_reverting_it_removes_it() {
    let sandbox = empty().await;
    let run = connect(&sandbox).await;
    let new = service(MODULE, "2.0.0");
    let absent = Observation::absent();
    for effects in [vec!["services.create", "services.setIamPolicy"], vec![]] {
        run.stage(&call("stage"), &new).await.unwrap();
        assert_eq!(sandbox.effects(), effects);
    }
    run.verify(&call("verify"), &new).await.unwrap();
    run.shift(&call("shift"), &new, 100, &absent).await.unwrap();
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    for effects in [vec!["services.delete"], vec![]] {
        run.revert(&call("revert"), &new, &absent).await.unwrap();
        assert_eq!(sandbox.effects(), effects);
    }
    assert_eq!(run.observe(&new).await.unwrap(), absent);
}

#[tokio::test]
async fn every_half_way_state_is_reverted_to_the_former_one() {
    for steps in 0..=4 {
        let (sandbox, run, former) = live().await;
        let new = service(MODULE, "2.0.0");
        if steps > 0 {
            run.stage(&call("stage"), &new).await.unwrap();
        }
        for percent in [10, 50, 100].into_iter().take(steps.max(1) - 1) {
            run.shift(&call("shift"), &new, percent, &former)
                .await
                .unwrap();
        }
        for _ in 0..2 {
            run.revert(&call("revert"), &new, &former).await.unwrap();
        }
        assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100, "{steps}");
        let now = run.observe(&new).await.unwrap();
        assert_eq!(now, former, "{steps}");
    }
}

#[tokio::test]
async fn a_new_version_that_cannot_run_fails_in_the_clouds_words_and_is_reverted() {
    for (fault, words) in [
        (FaultKind::ImageNotFound, "not found"),
        (FaultKind::CrashLoop, "failed to start and listen"),
        (FaultKind::NeverReady, "failed to start and listen"),
    ] {
        let (sandbox, run, former) = live().await;
        let new = service(MODULE, "2.0.0");
        sandbox.fault(MODULE, fault);
        let failure = run.stage(&call("stage"), &new).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Step, "{fault}");
        assert!(failure.words.contains(words), "{fault}: {failure}");
        let again = run.stage(&call("stage"), &new).await.unwrap_err();
        assert_eq!(again, failure, "{fault}");
        assert_eq!(sandbox.effects(), ["services.patch"], "{fault}");

        run.revert(&call("revert"), &new, &former).await.unwrap();
        assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
        assert_eq!(run.observe(&new).await.unwrap(), former, "{fault}");
    }
}

#[tokio::test]
async fn a_later_release_tries_anew_what_an_earlier_one_failed_with() {
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");
    sandbox.fault(MODULE, FaultKind::CrashLoop);
    run.stage(&call("stage"), &new).await.unwrap_err();
    run.revert(&call("revert"), &new, &former).await.unwrap();
    sandbox.shared.faults.clear();
    run.stage(&call_in("r2", "stage"), &new).await.unwrap();
    run.shift(&call_in("r2", "shift"), &new, 100, &former)
        .await
        .unwrap();
    assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
}

#[tokio::test]
async fn a_first_deployment_that_fails_is_removed_or_tried_anew() {
    let sandbox = empty().await;
    let run = connect(&sandbox).await;
    let new = service(MODULE, "2.0.0");
    sandbox.fault(MODULE, FaultKind::CrashLoop);
    run.stage(&call("stage"), &new).await.unwrap_err();
    sandbox.shared.faults.clear();
    run.stage(&call_in("r2", "stage"), &new).await.unwrap();
    assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    let absent = Observation::absent();
    run.revert(&call("revert"), &new, &absent).await.unwrap();
    assert_eq!(run.observe(&new).await.unwrap(), absent);
}

#[tokio::test]
async fn what_turns_unhealthy_is_not_verified() {
    let (sandbox, run, _) = live().await;
    let mut new = service(MODULE, "2.0.0");
    new.settings["stable_ms"] = 3_000.into();
    sandbox.fault(MODULE, FaultKind::UnhealthyAfterReady);
    run.stage(&call("stage"), &new).await.unwrap();
    let failure = run.verify(&call("verify"), &new).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Step);
    assert!(failure.words.starts_with("500"), "{failure}");
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
}

#[tokio::test]
async fn an_unavailable_api_is_told_apart_and_passes() {
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");
    sandbox.fault(MODULE, FaultKind::ApiUnavailable);
    let (outcome, refusals) = persist(|| async { run.stage(&call("stage"), &new).await }).await;
    outcome.unwrap();
    assert!(refusals > 0);
    assert_eq!(sandbox.effects(), ["services.patch"]);

    sandbox.fault(MODULE, FaultKind::ApiUnavailable);
    let revert = || async { run.revert(&call("revert"), &new, &former).await };
    persist(revert).await.0.unwrap();
    assert_eq!(run.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn a_refused_permission_is_denied_at_once_and_nothing_changes() {
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");
    sandbox.fault(MODULE, FaultKind::AccessDenied);
    let failure = run.stage(&call("stage"), &new).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.words.contains("denied on resource"), "{failure}");
    run.revert(&call("revert"), &new, &former).await.unwrap();
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    assert_eq!(run.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn an_interrupted_stage_is_finished_by_the_next_and_not_sent_twice() {
    for cut in [1, 5, 20, 60, 120] {
        let (sandbox, run, former) = live().await;
        let new = service(MODULE, "2.0.0");
        let stage = call("stage");
        let begun = run.stage(&stage, &new);
        let _ = tokio::time::timeout(Duration::from_millis(cut), begun).await;
        run.stage(&call("stage"), &new).await.unwrap();
        assert_eq!(sandbox.effects(), ["services.patch"], "{cut} ms");
        run.shift(&call("shift"), &new, 100, &former).await.unwrap();
        assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    }
}

#[tokio::test]
async fn an_interrupted_stage_is_reverted() {
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");
    let stage = call("stage");
    let begun = run.stage(&stage, &new);
    let _ = tokio::time::timeout(Duration::from_millis(30), begun).await;
    run.revert(&call("revert"), &new, &former).await.unwrap();
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
    assert_eq!(run.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn nothing_moves_to_what_somebody_else_replaced() {
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");
    let failure = run.shift(&call("shift"), &new, 10, &former).await;
    assert_eq!(failure.unwrap_err().code, "SEG5013");
    let failure = run.verify(&call("verify"), &new).await;
    assert_eq!(failure.unwrap_err().code, "SEG5013");
    assert_eq!(sandbox.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_lock_sends_nothing() {
    struct Lost;
    impl segue_platform::Fence for Lost {
        fn check(&self) -> Result<(), segue_model::Failure> {
            Err(segue_model::Failure::new(
                FailureKind::LostLock,
                segue_model::Fault::Segue,
                "SEG6000",
                "the lock is lost",
            ))
        }
    }
    struct Silent;
    impl segue_platform::Progress for Silent {
        fn report(&self, _: &str) {}
    }
    let (sandbox, run, former) = live().await;
    let new = service(MODULE, "2.0.0");
    let key = call("stage").key;
    let lost =
        segue_platform::Call::new(key, std::sync::Arc::new(Lost), std::sync::Arc::new(Silent));
    let failure = run.stage(&lost, &new).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    assert_eq!(run.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn a_stage_delivered_many_times_at_once_is_one_effect() {
    let (sandbox, run, _) = live().await;
    let new = service(MODULE, "2.0.0");
    let stage = call("stage");
    let once = || run.stage(&stage, &new);
    let (a, b, c, d) = tokio::join!(once(), once(), once(), once());
    for outcome in [a, b, c, d] {
        outcome.unwrap();
    }
    assert_eq!(sandbox.effects(), ["services.patch"]);
}

#[tokio::test]
async fn what_others_set_on_a_service_outlives_a_release() {
    let sandbox = empty().await;
    let run = connect(&sandbox).await;
    let foreign = json!({
        "labels": {"team": "a"},
        "template": {
            "timeout": "42s",
            "containers": [{
                "image": crate::sandbox::image(MODULE, "1.0.0"),
                "env": [{"name": "TZ", "value": "UTC"}],
            }],
        },
        "traffic": [
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100},
            {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "tag": "newest"},
        ],
    });
    sandbox.create_service(MODULE, &foreign).await;
    let new = service(MODULE, "2.0.0");
    let former = run.observe(&new).await.unwrap();
    // Nobody said which version it is; it is there all the same.
    assert_eq!(former.version, None);
    assert_ne!(former, Observation::absent());

    run.stage(&call("stage"), &new).await.unwrap();
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
    run.shift(&call("shift"), &new, 100, &former).await.unwrap();
    run.settle(&call("settle"), &new, &former).await.unwrap();
    assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    let now = sandbox.read_service(MODULE).await;
    assert_eq!(now["labels"]["team"], "a");
    assert_eq!(now["template"]["timeout"], "42s");
    assert_eq!(now["template"]["containers"][0]["env"][0]["value"], "UTC");
    assert_eq!(now["traffic"][1]["tag"], "newest");

    run.revert(&call("revert"), &new, &former).await.unwrap();
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
    assert_eq!(run.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn a_service_that_somebody_else_made_is_not_removed() {
    let sandbox = empty().await;
    let run = connect(&sandbox).await;
    let image = crate::sandbox::image(MODULE, "1.0.0");
    let foreign = json!({"template": {"containers": [{"image": image}]}});
    sandbox.create_service(MODULE, &foreign).await;
    sandbox.effects();
    let unit = service(MODULE, "2.0.0");
    let refused = run
        .revert(&call("revert"), &unit, &Observation::absent())
        .await;
    assert_eq!(refused.unwrap_err().code, "SEG5005");
    assert_eq!(sandbox.effects(), Vec::<String>::new());
}
