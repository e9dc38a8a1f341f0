//! What an operation asked, in words: the action of the plan, without what only
//! machines read.

use segue_model::{Action, Observation, Unit, Version};
use segue_view::duration;
use serde_json::Value;

/// What was asked. Nothing secret stands in a plan (law 9), so nothing secret
/// stands here.
pub(crate) fn asked(action: &Action) -> String {
    match action {
        Action::Stage(unit) => format!("put {} in place{}", named(unit), digests(&unit.artifact)),
        Action::Verify(unit) => format!("is {} healthy, {}", named(unit), health(unit)),
        Action::Shift { unit, percent, .. } => {
            format!("{percent} % of the traffic to {}", named(unit))
        }
        Action::Settle { unit, former } => {
            format!(
                "remove what {} made superfluous of {}",
                named(unit),
                version(former)
            )
        }
        Action::Revert { unit, former } => {
            format!(
                "bring {} of {} back on {}",
                version(former),
                unit.module,
                unit.target
            )
        }
        Action::Trigger {
            target, settings, ..
        } => format!("{} on {target}", brief(settings)),
        Action::Await { from, count } => {
            let approvals = if *count == 1 { "approval" } else { "approvals" };
            let of = match from.as_slice() {
                [] => "anybody".to_owned(),
                names => names.join(", "),
            };
            format!("{count} {approvals} of {of}")
        }
        Action::Perform { by, input } => format!("{by} {}", brief(input)),
    }
}

fn named(unit: &Unit) -> String {
    format!("{} {} on {}", unit.module, unit.version, unit.target)
}

fn version(former: &Observation) -> String {
    let version = former.version.as_ref().map(Version::to_string);
    version.unwrap_or_else(|| "nothing".to_owned())
}

fn health(unit: &Unit) -> String {
    let path = unit.settings["health"].as_str().unwrap_or("/healthz");
    let stable = unit.settings["stable_ms"].as_i64().unwrap_or(0);
    format!("{path} answering well for {}", duration(stable))
}

/// What was deployed, by digest.
fn digests(artifact: &Value) -> String {
    let mut found = Vec::new();
    collect(artifact, &mut found);
    match found.as_slice() {
        [] => String::new(),
        digests => format!(" ({})", digests.join(", ")),
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("@sha256:") && !found.contains(text) => {
            found.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, found)),
        Value::Object(fields) => fields.values().for_each(|it| collect(it, found)),
        _ => {}
    }
}

/// An input as `key value` pairs; what is long is left to the plan.
fn brief(input: &Value) -> String {
    let Value::Object(fields) = input else {
        return String::new();
    };
    let pairs = fields.iter().filter_map(|(key, value)| {
        let said = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            Value::Array(items) => texts(items)?,
            Value::Object(_) => format!("({})", brief(value)),
            Value::Null => return None,
        };
        Some(format!("{key} {said}"))
    });
    pairs.collect::<Vec<_>>().join(", ")
}

fn texts(items: &[Value]) -> Option<String> {
    let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
    texts.map(|it| it.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_input_is_told_without_what_only_machines_read() {
        let action = Action::Perform {
            by: "webhook.post".into(),
            input: json!({
                "url": "${RELEASE_WEBHOOK}", "changes": [{"module": "a"}], "secrets": ["x", "y"],
                "expect": {"status": 200}, "nothing": null,
            }),
        };
        assert_eq!(
            asked(&action),
            "webhook.post expect (status 200), secrets x y, url ${RELEASE_WEBHOOK}"
        );
    }

    #[test]
    fn what_is_deployed_is_told_by_digest_once() {
        let unit = Unit {
            module: "shop".into(),
            target: "aks".into(),
            version: "2.0.0".parse().unwrap(),
            artifact: json!({"objects": [{"image": "r/shop@sha256:ab"}, {"image": "r/shop@sha256:ab"}]}),
            settings: Value::Null,
        };
        let said = asked(&Action::Stage(unit));
        assert_eq!(said, "put shop 2.0.0 on aks in place (r/shop@sha256:ab)");
    }
}
