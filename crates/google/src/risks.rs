//! What a plan should say about settings that are allowed and seldom meant.

use serde_json::Value;

/// One sentence for each risky setting of a Cloud Run service or a function.
/// Pure: planning shows them, nothing is refused.
pub fn risks(settings: &Value) -> Vec<String> {
    let is_set = |key: &str| settings.get(key).is_some_and(|value| !value.is_null());
    let is_function = ["function", "runtime", "entry_point"]
        .into_iter()
        .any(is_set);
    let mut risks = Vec::new();
    if !is_function && !is_set("concurrency") {
        risks.push(
            "no concurrency limit is set: Cloud Run sends up to 80 requests at once to one instance"
                .to_owned(),
        );
    }
    if !is_set("service_account") {
        risks.push(
            "no service account is set: it runs as the project's default compute account, which often may do far more than it needs"
                .to_owned(),
        );
    }
    let invokers = settings.get("invokers").and_then(Value::as_array);
    for member in invokers.into_iter().flatten().filter_map(Value::as_str) {
        match member {
            "allUsers" => risks.push("allUsers may call it: anybody on the internet".to_owned()),
            "allAuthenticatedUsers" => risks.push(
                "allAuthenticatedUsers may call it: anybody with a Google account".to_owned(),
            ),
            _ => {}
        }
    }
    risks
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_set_with_care_has_no_risks() {
        let settings =
            json!({"concurrency": 40, "service_account": "a@p", "invokers": ["user:a@b"]});
        assert!(risks(&settings).is_empty());
        let function = json!({"runtime": "nodejs22", "service_account": "a@p"});
        assert!(risks(&function).is_empty());
    }

    #[test]
    fn each_risk_has_its_sentence() {
        let risks = risks(&json!({"invokers": ["allUsers", "allAuthenticatedUsers"]}));
        assert_eq!(risks.len(), 4);
        assert!(risks[0].starts_with("no concurrency limit"));
        assert!(risks[1].starts_with("no service account"));
        assert!(risks[2].starts_with("allUsers"));
    }

    #[test]
    fn odd_settings_do_no_harm() {
        assert_eq!(risks(&Value::Null).len(), 2);
        assert_eq!(risks(&json!({"invokers": "allUsers"})).len(), 2);
    }
}
