//! Cloud Functions: building, traffic of the underlying service, reverting.

use crate::sandbox::{
    PROJECT, REGION, Sandbox, call, call_in, function, persist, source_reference, world,
};
use segue_google::CloudFunctions;
use segue_model::{FailureKind, Observation};
use segue_platform::Platform;
use segue_twin::faults::FaultKind;
use std::time::Duration;

const MODULE: &str = "reporting-fn";

/// Version 1 is live by itself, version 2 exists.
async fn live() -> (Sandbox, CloudFunctions, Observation) {
    let sandbox = empty().await;
    let functions = connect(&sandbox).await;
    let old = function(MODULE, "1.0.0");
    functions
        .stage(&call_in("r0", "stage"), &old)
        .await
        .unwrap();
    let former = functions.observe(&old).await.unwrap();
    sandbox.effects();
    (sandbox, functions, former)
}

async fn empty() -> Sandbox {
    let sandbox = Sandbox::start(world()).await;
    for (version, candidate) in [("1.0.0", false), ("2.0.0", true)] {
        let reference = source_reference(MODULE, version);
        sandbox.exists(&reference, MODULE, version, candidate);
    }
    sandbox
}

async fn connect(sandbox: &Sandbox) -> CloudFunctions {
    CloudFunctions::connect(&sandbox.access, PROJECT, REGION)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_release_moves_traffic_in_steps_and_does_nothing_twice() {
    let (sandbox, functions, former) = live().await;
    assert_eq!(former.version, Some("1.0.0".parse().unwrap()));
    let new = function(MODULE, "2.0.0");

    functions.stage(&call("stage"), &new).await.unwrap();
    assert_eq!(sandbox.effects(), ["functions.patch", "services.patch"]);
    functions.stage(&call("stage"), &new).await.unwrap();
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
    let staged = functions.observe(&new).await.unwrap();
    assert_eq!(
        (staged.version, staged.fingerprint),
        (former.version.clone(), former.fingerprint.clone())
    );
    functions.verify(&call("verify"), &new).await.unwrap();

    for percent in [10, 50, 100] {
        for effects in [vec!["services.patch"], vec![]] {
            functions
                .shift(&call("shift"), &new, percent, &former)
                .await
                .unwrap();
            assert_eq!(sandbox.effects(), effects, "shift {percent}");
        }
        let answers = sandbox.answers(MODULE, "2.0.0").await;
        assert_eq!(answers, usize::from(percent));
        functions.verify(&call("verify"), &new).await.unwrap();
        functions.stage(&call("stage"), &new).await.unwrap();
        assert_eq!(sandbox.effects(), Vec::<String>::new());
    }
    for effects in [vec!["services.patch"], vec![]] {
        functions
            .settle(&call("settle"), &new, &former)
            .await
            .unwrap();
        assert_eq!(sandbox.effects(), effects, "settle");
    }
    functions.verify(&call("verify"), &new).await.unwrap();
    let now = functions.observe(&new).await.unwrap();
    assert_eq!(now.version, Some("2.0.0".parse().unwrap()));
}

#[tokio::test]
async fn a_first_deployment_is_created_and_reverting_it_removes_it() {
    let sandbox = empty().await;
    let functions = connect(&sandbox).await;
    let new = function(MODULE, "2.0.0");
    let absent = Observation::absent();
    assert_eq!(functions.observe(&new).await.unwrap(), absent);
    functions.stage(&call("stage"), &new).await.unwrap();
    assert_eq!(
        sandbox.effects(),
        [
            "functions.create",
            "services.patch",
            "services.setIamPolicy"
        ]
    );
    functions.stage(&call("stage"), &new).await.unwrap();
    functions.verify(&call("verify"), &new).await.unwrap();
    functions
        .shift(&call("shift"), &new, 100, &absent)
        .await
        .unwrap();
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    for effects in [vec!["functions.delete"], vec![]] {
        functions
            .revert(&call("revert"), &new, &absent)
            .await
            .unwrap();
        assert_eq!(sandbox.effects(), effects);
    }
    assert_eq!(functions.observe(&new).await.unwrap(), absent);
}

#[tokio::test]
async fn every_half_way_state_is_reverted_to_the_former_one() {
    for steps in 0..=4 {
        let (sandbox, functions, former) = live().await;
        let new = function(MODULE, "2.0.0");
        if steps > 0 {
            functions.stage(&call("stage"), &new).await.unwrap();
        }
        for percent in [10, 50, 100].into_iter().take(steps.max(1) - 1) {
            functions
                .shift(&call("shift"), &new, percent, &former)
                .await
                .unwrap();
        }
        functions
            .revert(&call("revert"), &new, &former)
            .await
            .unwrap();
        sandbox.effects();
        functions
            .revert(&call("revert"), &new, &former)
            .await
            .unwrap();
        assert_eq!(sandbox.effects(), Vec::<String>::new());
        assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100, "{steps}");
        // Traffic, version and description: all as before.
        let now = functions.observe(&new).await.unwrap();
        assert_eq!(now, former, "{steps}");
    }
}

#[tokio::test]
async fn a_new_version_that_cannot_run_fails_in_the_clouds_words_and_is_reverted() {
    for (fault, words) in [
        (FaultKind::ImageNotFound, "No such object"),
        (FaultKind::CrashLoop, "Healthcheck failed"),
        (FaultKind::NeverReady, "Healthcheck failed"),
    ] {
        let (sandbox, functions, former) = live().await;
        let new = function(MODULE, "2.0.0");
        sandbox.fault(MODULE, fault);
        for _ in 0..2 {
            let failure = functions.stage(&call("stage"), &new).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Step, "{fault}");
            assert!(failure.words.contains(words), "{fault}: {failure}");
        }
        assert_eq!(sandbox.effects(), ["functions.patch"], "{fault}");
        assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100, "{fault}");
        functions
            .revert(&call("revert"), &new, &former)
            .await
            .unwrap();
        assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
        assert_eq!(functions.observe(&new).await.unwrap(), former, "{fault}");
    }
}

#[tokio::test]
async fn a_later_release_tries_anew_what_an_earlier_one_failed_with() {
    for first in [true, false] {
        let (sandbox, functions) = match first {
            true => {
                let sandbox = empty().await;
                let functions = connect(&sandbox).await;
                (sandbox, functions)
            }
            false => {
                let (sandbox, functions, _) = live().await;
                (sandbox, functions)
            }
        };
        let new = function(MODULE, "2.0.0");
        let former = functions.observe(&new).await.unwrap();
        sandbox.fault(MODULE, FaultKind::CrashLoop);
        functions.stage(&call("stage"), &new).await.unwrap_err();
        sandbox.shared.faults.clear();
        functions
            .stage(&call_in("r2", "stage"), &new)
            .await
            .unwrap();
        functions
            .shift(&call_in("r2", "shift"), &new, 100, &former)
            .await
            .unwrap();
        assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    }
}

#[tokio::test]
async fn what_turns_unhealthy_is_not_verified() {
    let (sandbox, functions, _) = live().await;
    let mut new = function(MODULE, "2.0.0");
    new.settings["stable_ms"] = 3_000.into();
    sandbox.fault(MODULE, FaultKind::UnhealthyAfterReady);
    functions.stage(&call("stage"), &new).await.unwrap();
    let failure = functions.verify(&call("verify"), &new).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Step);
    assert!(failure.words.starts_with("500"), "{failure}");
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
}

#[tokio::test]
async fn an_unavailable_api_is_told_apart_and_passes() {
    let (sandbox, functions, former) = live().await;
    let new = function(MODULE, "2.0.0");
    sandbox.fault(MODULE, FaultKind::ApiUnavailable);
    let stage = || async { functions.stage(&call("stage"), &new).await };
    let (outcome, refusals) = persist(stage).await;
    outcome.unwrap();
    assert!(refusals > 0);
    assert_eq!(sandbox.effects(), ["functions.patch", "services.patch"]);

    sandbox.fault(MODULE, FaultKind::ApiUnavailable);
    let revert = || async { functions.revert(&call("revert"), &new, &former).await };
    persist(revert).await.0.unwrap();
    assert_eq!(functions.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn a_refused_permission_is_denied_at_once_and_nothing_changes() {
    let (sandbox, functions, former) = live().await;
    let new = function(MODULE, "2.0.0");
    sandbox.fault(MODULE, FaultKind::AccessDenied);
    let failure = functions.stage(&call("stage"), &new).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.words.contains("denied on resource"), "{failure}");
    functions
        .revert(&call("revert"), &new, &former)
        .await
        .unwrap();
    assert_eq!(sandbox.effects(), Vec::<String>::new());
    assert_eq!(functions.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn an_interrupted_stage_is_finished_by_the_next_and_not_sent_twice() {
    for cut in [1, 5, 20, 60, 120] {
        let (sandbox, functions, former) = live().await;
        let new = function(MODULE, "2.0.0");
        let stage = call("stage");
        let begun = functions.stage(&stage, &new);
        let _ = tokio::time::timeout(Duration::from_millis(cut), begun).await;
        functions.stage(&call("stage"), &new).await.unwrap();
        assert_eq!(
            sandbox.effects(),
            ["functions.patch", "services.patch"],
            "{cut} ms"
        );
        functions
            .shift(&call("shift"), &new, 100, &former)
            .await
            .unwrap();
        assert_eq!(sandbox.answers(MODULE, "2.0.0").await, 100);
    }
}

#[tokio::test]
async fn an_interrupted_stage_is_reverted() {
    let (sandbox, functions, former) = live().await;
    let new = function(MODULE, "2.0.0");
    let stage = call("stage");
    let begun = functions.stage(&stage, &new);
    let _ = tokio::time::timeout(Duration::from_millis(30), begun).await;
    functions
        .revert(&call("revert"), &new, &former)
        .await
        .unwrap();
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
    assert_eq!(functions.observe(&new).await.unwrap(), former);
}

#[tokio::test]
async fn a_former_source_that_is_gone_is_said_and_traffic_goes_back_all_the_same() {
    let (sandbox, functions, mut former) = live().await;
    let new = function(MODULE, "2.0.0");
    functions.stage(&call("stage"), &new).await.unwrap();
    functions
        .shift(&call("shift"), &new, 100, &former)
        .await
        .unwrap();
    former.detail["function"]["source"]["generation"] = "7".into();
    let evidence = functions
        .revert(&call("revert"), &new, &former)
        .await
        .unwrap();
    assert!(evidence.summary.contains("No such object"), "{evidence:?}");
    assert_eq!(sandbox.answers(MODULE, "1.0.0").await, 100);
}
