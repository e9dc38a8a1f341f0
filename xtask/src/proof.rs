//! What README promises of its first command, checked against what the command
//! printed with `--output json`: its last line is the report.

use serde_json::Value;

/// Fewer requests than this say little about what users would feel.
const LEAST: u64 = 1000;

/// One line about the release.
///
/// # Errors
/// What the report says otherwise than README.
pub(crate) fn check(output: &str) -> Result<String, String> {
    let last = output.lines().last().unwrap_or_default();
    let report: Value =
        serde_json::from_str(last).map_err(|error| format!("no report at the end: {error}"))?;
    let problems = problems(&report);
    if !problems.is_empty() {
        return Err(format!("{}\n{last}", problems.join("\n")));
    }
    Ok(format!(
        "{} modules live in {} ms, {} requests, none failed",
        all(&report["modules"]).len(),
        report["took_ms"],
        report["requests"]["sent"],
    ))
}

fn problems(report: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if report["ending"] != "succeeded" {
        problems.push(format!("the release ended as {}", report["ending"]));
    }
    let (sent, failed) = (&report["requests"]["sent"], &report["requests"]["failed"]);
    if failed.as_u64() != Some(0) || sent.as_u64().is_none_or(|sent| sent < LEAST) {
        problems.push(format!("{sent} requests were sent and {failed} failed"));
    }
    if all(&report["modules"]).is_empty() {
        problems.push("no module was released".to_owned());
    }
    for module in all(&report["modules"]) {
        if module["live"] != module["to"] {
            problems.push(format!("not at its new version: {module}"));
        }
    }
    for trigger in all(&report["triggers"]) {
        if trigger["given_back"].is_null() {
            problems.push(format!("not given back: {trigger}"));
        }
    }
    problems
}

fn all(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::check;

    fn output(failed: u64, live: &str) -> String {
        format!(
            r#"{{"type":"release"}}
{{"ending":"succeeded","took_ms":9,"requests":{{"sent":1000,"failed":{failed}}},
 "modules":[{{"to":"2.0.0","live":"{live}"}}],"triggers":[{{"given_back":"enabled"}}]}}"#
        )
        .replace(",\n ", ",")
    }

    #[test]
    fn a_clean_release_passes() {
        let said = check(&output(0, "2.0.0")).unwrap();
        assert_eq!(said, "1 modules live in 9 ms, 1000 requests, none failed");
    }

    #[test]
    fn a_failed_request_an_old_version_and_no_report_do_not() {
        assert!(
            check(&output(1, "2.0.0"))
                .unwrap_err()
                .starts_with("1000 requests")
        );
        assert!(
            check(&output(0, "1.0.0"))
                .unwrap_err()
                .starts_with("not at its new")
        );
        assert!(check("").unwrap_err().starts_with("no report"));
    }
}
