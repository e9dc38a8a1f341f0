//! `kill -9` at any moment, then `segue resume`: it ends as if nothing had
//! happened, and nothing is done twice. The sandbox counts what is done.
//!
//! Effects are compared as they are: no name in the ledger depends on a
//! release or on chance (a ConfigMap's suffix is the digest of its content).

use crate::{
    clouds::Clouds,
    process::Process,
    report::{FORMER, NEW},
    storefront::Storefront,
};
use serde_json::{Value, json};
use std::{sync::OnceLock, thread::sleep, time::Duration};

/// A moment of a release, told by what happens and not by a clock.
enum Moment {
    /// An operation begins.
    Begun(&'static str),
    /// An operation is under way, and says this.
    Says(&'static str, &'static str),
    /// The outcome of an operation is in the journal.
    Succeeded(&'static str),
    /// An operation begins to be undone.
    Undoing(&'static str),
    /// A platform has done this; what the release knows of it nobody can say.
    Effect(&'static str),
}

use Moment::{Begun, Effect, Says, Succeeded, Undoing};

#[test]
fn while_an_event_subscription_is_redirected() {
    killed(Effect("arm eventSubscriptions.update"));
}

#[test]
fn while_a_push_subscription_is_paused() {
    killed(Begun("notifications/pause"));
}

#[test]
fn between_the_objects_of_a_configuration() {
    killed(Says("common-config@aks/stage", "applying Secret"));
}

#[test]
fn before_a_deployment_is_applied() {
    killed(Begun("auth-service@aks/stage"));
}

#[test]
fn in_the_middle_of_a_rollout() {
    killed(Says("auth-service@aks/stage", "of 2 replicas updated"));
}

#[test]
fn while_a_function_is_built() {
    killed(Says("reporting-fn@functions/stage", "building"));
}

#[test]
fn when_a_function_is_accepted_and_nobody_heard_it() {
    killed(Effect("functions functions.patch"));
}

#[test]
fn while_a_slot_restarts() {
    killed(Effect("arm config.web.patch"));
}

#[test]
fn in_the_middle_of_a_swap() {
    killed(Begun("event-processor-fn@azure/shift-100"));
}

#[test]
fn when_a_swap_is_done_and_nobody_heard_it() {
    killed(Effect("arm slotsswap"));
}

#[test]
fn when_half_of_the_traffic_has_moved() {
    killed(Succeeded("notifier@run/shift-50"));
}

#[test]
fn while_a_rollout_is_watched() {
    killed(Begun("customer-service@gke/verify"));
}

#[test]
fn while_a_tenth_of_the_traffic_moves() {
    killed(Begun("api-gateway@run/shift-10"));
}

#[test]
fn while_the_health_of_all_is_asked() {
    killed(Begun("api-gateway@run/health"));
}

#[test]
fn while_triggers_are_given_back() {
    killed(Begun("domain-events/resume"));
}

#[test]
fn while_what_is_superfluous_is_removed() {
    killed(Begun("common-config@gke/settle"));
}

#[test]
fn when_a_secret_is_rotated_and_nobody_heard_it() {
    killed(Effect("secrets.set jwt-signing-key"));
}

#[test]
fn when_a_key_is_rotated_and_nobody_heard_it() {
    killed(Effect("functionkeys.put"));
}

#[test]
fn before_the_release_is_tagged() {
    killed(Begun("tag"));
}

#[test]
fn when_the_message_is_sent_and_nobody_heard_it() {
    killed(Effect("outside post"));
}

#[test]
fn again_and_again() {
    let storefront = Storefront::with_sandbox();
    let clouds = storefront.clouds();
    let before = clouds.triggers();
    let mut done = 0;
    let mut process = storefront.begin(&[]);
    loop {
        // After each effect or two, whatever it was and whoever made it.
        while process.is_running() && clouds.effects().len() < done + 2 {
            sleep(Duration::from_millis(2));
        }
        if !process.is_running() {
            break;
        }
        process.kill();
        let run = process.end();
        assert!(matches!(run.exit, None | Some(0)), "{}", run.story());
        done = clouds.effects().len();
        process = storefront.begin_resume();
    }
    let last = process.end();
    assert_eq!(last.exit, Some(0), "{}", last.story());
    assert_eq!(clouds.effects(), *undisturbed());
    assert_eq!(clouds.triggers(), before);
    nothing_is_left_to_do(&storefront);
}

#[test]
fn resume_itself() {
    let storefront = Storefront::with_sandbox();
    let clouds = storefront.clouds();
    let before = clouds.triggers();
    let moments = [
        Begun("auth-service@aks/stage"),
        Begun("order-service@aks/stage"),
        Begun("notifications/resume"),
    ];
    let mut process = storefront.begin(&[]);
    for moment in &moments {
        assert!(moment.comes(&mut process, &clouds));
        process.kill();
        assert_eq!(process.end().exit, None);
        process = storefront.begin_resume();
    }
    let report = crate::report::Report::from(process.end());
    report.ended("succeeded", 0).live(NEW).nobody_noticed();
    assert_eq!(clouds.effects(), *undisturbed());
    assert_eq!(clouds.triggers(), before);
}

#[test]
fn together_with_the_sandbox_of_its_own() {
    let storefront = Storefront::new();
    let mut release = storefront.begin(&[]);
    assert!(release.until(|it| is(it, "auth-service@aks/stage", "begun", "do")));
    release.kill();
    assert_eq!(release.end().exit, None);
    // Its world is gone with it, and that is said.
    let resumed = storefront.run(&["resume"]);
    assert_eq!(resumed.exit, Some(3), "{}", resumed.story());
    assert!(resumed.text().contains("SEG6009"), "{}", resumed.story());
}

#[test]
fn while_a_rollout_is_undone() {
    killed_undoing(Undoing("order-service@aks/stage"));
}

#[test]
fn while_a_swap_is_undone() {
    killed_undoing(Undoing("event-processor-fn@azure/stage"));
}

/// Killed then, resumed: everything is as after a release that nobody killed.
fn killed(moment: Moment) {
    let storefront = caught(&[], &moment);
    let clouds = storefront.clouds();
    let report = storefront.resume();
    report.ended("succeeded", 0).live(NEW).nobody_noticed();
    assert_eq!(clouds.effects(), *undisturbed(), "{}", report.run.story());
    assert_eq!(clouds.triggers().daily_report, "PAUSED");
}

/// The last module fails when all others are live, so that all of them are undone.
const FAILING: [&str; 2] = ["--fault", "api-gateway=crash-loop"];

/// Killed on the way back, resumed: undone, as after a release that nobody killed.
fn killed_undoing(moment: Moment) {
    let wanted = {
        let storefront = Storefront::with_sandbox();
        storefront.apply(&FAILING).ended("undone", 4).live(FORMER);
        storefront.clouds().effects()
    };
    let storefront = caught(&FAILING, &moment);
    let clouds = storefront.clouds();
    let report = storefront.resume();
    report.ended("undone", 4).live(FORMER).nobody_noticed();
    assert_eq!(clouds.effects(), wanted, "{}", report.run.story());
    assert_eq!(clouds.triggers().daily_report, "PAUSED");
}

/// A release that was killed at `moment`. Some moments are so short that a busy
/// machine lets the release come to its end first: then another one is begun.
fn caught(more: &[&str], moment: &Moment) -> Storefront {
    for _ in 0..10 {
        let storefront = Storefront::with_sandbox();
        let mut release = storefront.begin(more);
        let came = moment.comes(&mut release, &storefront.clouds());
        release.kill();
        if release.end().exit.is_none() && came && ending(&storefront).is_null() {
            return storefront;
        }
    }
    panic!("always too late");
}

impl Moment {
    /// Waits until it comes; false when the release ended without it.
    fn comes(&self, release: &mut Process, clouds: &Clouds) -> bool {
        match self {
            Begun(operation) => release.until(|it| is(it, operation, "begun", "do")),
            Undoing(operation) => release.until(|it| is(it, operation, "begun", "undo")),
            Succeeded(operation) => release.until(|it| is(it, operation, "succeeded", "do")),
            Says(operation, words) => release.until(|it| {
                it["operation"] == *operation
                    && it["line"].as_str().is_some_and(|line| line.contains(words))
            }),
            Effect(effect) => loop {
                if clouds
                    .effects()
                    .iter()
                    .any(|it| it.starts_with(effect) || it.contains(effect))
                {
                    break true;
                }
                if !release.is_running() {
                    break false;
                }
                sleep(Duration::from_millis(1));
            },
        }
    }
}

fn is(line: &Value, operation: &str, state: &str, direction: &str) -> bool {
    line["operation"] == operation && line["state"] == state && line["direction"] == direction
}

/// What a release does that nobody kills.
fn undisturbed() -> &'static Vec<String> {
    static EFFECTS: OnceLock<Vec<String>> = OnceLock::new();
    EFFECTS.get_or_init(|| {
        let storefront = Storefront::with_sandbox();
        storefront.apply(&[]).ended("succeeded", 0).live(NEW);
        storefront.clouds().effects()
    })
}

/// The platforms hold what the lock wants, and the journal knows it.
fn nothing_is_left_to_do(storefront: &Storefront) {
    let again = storefront.begin(&[]).end();
    let plan = again.json().next_back().unwrap_or_default();
    assert_eq!(plan["plan"]["operations"], json!([]), "{}", again.story());
    assert_eq!(ending(storefront), "succeeded");
}

/// How the newest release ended, as the journal knows it.
fn ending(storefront: &Storefront) -> Value {
    let history = storefront.run(&["history"]);
    let newest = history.json().next().unwrap_or_default();
    newest["ending"].clone()
}
