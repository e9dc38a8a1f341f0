//! Whether somebody else changed what an operation is about. Reads only.

use crate::units::Expected;
use segue_model::{Action, Failure, FailureKind, Fault, Observation, Unit};
use serde_json::Value;

/// How many differing fields a failure names.
const FIELDS: usize = 5;

/// Whether `action` must look at what is live before it begins.
pub(crate) fn must_look(action: &Action, expected: &Expected) -> bool {
    expected.fingerprint.is_some() || matches!(action, Action::Revert { .. })
}

/// Holds what is live against what should be.
///
/// # Errors
/// [`FailureKind::Moved`] when somebody else changed it.
pub(crate) fn compare(
    action: &Action,
    unit: &Unit,
    expected: &Expected,
    live: &Observation,
) -> Result<(), Failure> {
    let is_expected = match &expected.fingerprint {
        Some(fingerprint) => *fingerprint == live.fingerprint || is_done(action, live),
        // A step failed midway: anything between the former state and the new one.
        None => is_between(action, unit, live),
    };
    if is_expected {
        Ok(())
    } else {
        Err(moved(unit, expected, live))
    }
}

/// Whether a person has brought the former state back already.
fn is_done(action: &Action, live: &Observation) -> bool {
    matches!(action, Action::Revert { former, .. } if former.fingerprint == live.fingerprint)
}

fn is_between(action: &Action, unit: &Unit, live: &Observation) -> bool {
    match (action, &live.version) {
        (Action::Revert { former, .. }, Some(version)) => {
            *version == unit.version || former.version.as_ref() == Some(version)
        }
        _ => true,
    }
}

fn moved(unit: &Unit, expected: &Expected, live: &Observation) -> Failure {
    let (module, target) = (&unit.module, &unit.target);
    let what = format!("{module} on {target} was changed by somebody else during the release");
    Failure::new(FailureKind::Moved, Fault::User, "SEG6022", what)
        .words(format!(
            "expected {}, found {}{}",
            should(unit, expected),
            described(live),
            differences(expected, live)
        ))
        .hint(
            "who it was cannot be known, and nothing was done to it: keep it and `segue plan` \
             anew, or put back what was there and `segue resume`",
        )
}

fn should(unit: &Unit, expected: &Expected) -> String {
    match &expected.former {
        Some(former) if !expected.ours => {
            format!("{}, as when the plan was made", described(former))
        }
        Some(former) if expected.fingerprint.is_none() => {
            format!("{} or {}", described(former), unit.version)
        }
        _ => "what this release left there".to_owned(),
    }
}

fn described(seen: &Observation) -> String {
    match &seen.version {
        Some(version) => format!("{version} ({})", seen.revision),
        None if *seen == Observation::absent() => "nothing".to_owned(),
        None => format!("{}, which names no version", seen.revision),
    }
}

/// The fields in which what is live differs from the former state, where that is
/// what was expected. Their values may be long: they are not repeated.
fn differences(expected: &Expected, live: &Observation) -> String {
    let Some(former) = expected.former.as_ref().filter(|_| !expected.ours) else {
        return String::new();
    };
    let mut fields = Vec::new();
    if former.detail.is_object() && live.detail.is_object() {
        collect(&former.detail, &live.detail, String::new(), &mut fields);
    }
    if fields.is_empty() {
        return String::new();
    }
    let more = if fields.len() > FIELDS { ", …" } else { "" };
    fields.truncate(FIELDS);
    format!("; differs in {}{more}", fields.join(", "))
}

/// One more than is shown is looked for, to say that there are more.
fn collect(was: &Value, is: &Value, path: String, fields: &mut Vec<String>) {
    if was == is || fields.len() > FIELDS {
        return;
    }
    let below = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => {
            let added = is.keys().filter(|name| !was.contains_key(*name));
            for name in was.keys().chain(added) {
                let of = |map: &serde_json::Map<_, _>| map.get(name).cloned().unwrap_or_default();
                collect(&of(was), &of(is), below(name), fields);
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (at, (was, is)) in was.iter().zip(is).enumerate() {
                collect(was, is, below(&at.to_string()), fields);
            }
        }
        _ => fields.push(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;

    fn seen(version: &str, detail: Value) -> Observation {
        Observation {
            version: version.parse().ok(),
            revision: format!("r-{version}"),
            fingerprint: format!("f-{version}-{detail}"),
            detail,
        }
    }

    fn unit() -> Unit {
        Unit {
            module: "auth".into(),
            target: "gke".into(),
            version: "2.0.0".parse().unwrap(),
            artifact: Value::Null,
            settings: Value::Null,
        }
    }

    fn before(former: &Observation) -> Expected {
        Expected {
            former: Some(Arc::new(former.clone())),
            fingerprint: Some(former.fingerprint.clone()),
            ours: false,
        }
    }

    #[test]
    fn what_was_expected_and_what_is_there_are_said() {
        let former = seen("1.0.0", json!({"objects": [{"image": "a", "replicas": 2}]}));
        let live = seen("1.1.0", json!({"objects": [{"image": "b", "replicas": 2}]}));
        let stage = Action::Stage(unit());
        assert_eq!(
            compare(&stage, &unit(), &before(&former), &former),
            Ok(()),
            "untouched"
        );
        let failure = compare(&stage, &unit(), &before(&former), &live).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Moved);
        assert_eq!(
            failure.words,
            "expected 1.0.0 (r-1.0.0), as when the plan was made, found 1.1.0 (r-1.1.0); \
             differs in objects.0.image"
        );
        let gone = compare(&stage, &unit(), &before(&former), &Observation::absent());
        assert!(gone.unwrap_err().words.ends_with("found nothing"));
        let first = before(&Observation::absent());
        assert_eq!(
            compare(&stage, &unit(), &first, &Observation::absent()),
            Ok(())
        );
    }

    #[test]
    fn after_a_step_that_failed_midway_only_a_third_version_is_somebody_elses() {
        let former = seen("1.0.0", Value::Null);
        let revert = Action::Revert {
            unit: unit(),
            former: former.clone(),
        };
        let midway = Expected {
            fingerprint: None,
            ..before(&former)
        };
        for (version, fine) in [
            ("1.0.0", true),
            ("2.0.0", true),
            ("1.5.0", false),
            ("", true),
        ] {
            let live = seen(version, json!({"half": "done"}));
            let outcome = compare(&revert, &unit(), &midway, &live);
            assert_eq!(outcome.is_ok(), fine, "{version}");
        }
    }

    #[test]
    fn what_a_person_has_brought_back_needs_no_bringing_back() {
        let former = seen("1.0.0", Value::Null);
        let left = Expected {
            fingerprint: Some("f-2.0.0".into()),
            ours: true,
            ..before(&former)
        };
        let revert = Action::Revert {
            unit: unit(),
            former: former.clone(),
        };
        assert_eq!(compare(&revert, &unit(), &left, &former), Ok(()));
        let other = seen("2.0.0", json!("by hand"));
        let failure = compare(&revert, &unit(), &left, &other).unwrap_err();
        assert!(
            failure
                .words
                .starts_with("expected what this release left there")
        );
    }

    #[test]
    fn no_more_fields_are_named_than_a_person_reads() {
        let of = |value: i32| json!({"a": value, "b": value, "c": value, "d": value, "e": value, "f": value});
        let failure = moved(
            &unit(),
            &before(&seen("1.0.0", of(1))),
            &seen("1.0.0", of(2)),
        );
        assert!(
            failure.words.ends_with("differs in a, b, c, d, e, …"),
            "{failure}"
        );
    }
}
