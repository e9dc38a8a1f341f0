//! IAM policies with optimistic concurrency.
//! Source: <https://cloud.google.com/iam/docs/reference/rest/v1/Policy>.

use super::error::Error;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

/// The etag of a policy that was never set.
const UNSET: &str = "ACAB";

/// Members that need no prefix.
const ANYBODY: [&str; 2] = ["allUsers", "allAuthenticatedUsers"];

/// What a member may begin with.
const PREFIXES: [&str; 8] = [
    "user:",
    "serviceAccount:",
    "group:",
    "domain:",
    "projectOwner:",
    "principal://",
    "principalSet://",
    "deleted:",
];

/// The policy of one resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Policy {
    bindings: Vec<Value>,
    changes: u64,
}

impl Policy {
    /// A policy with one binding; without members none.
    pub fn granting(role: &str, members: &[String]) -> Self {
        if members.is_empty() {
            return Self::default();
        }
        Self {
            bindings: vec![json!({"role": role, "members": members})],
            changes: 1,
        }
    }

    /// As `getIamPolicy` answers it.
    pub fn view(&self) -> Value {
        let mut policy = json!({"etag": self.etag()});
        if self.changes > 0 {
            policy["version"] = json!(1);
            policy["bindings"] = json!(self.bindings);
        }
        policy
    }

    /// Carries out `setIamPolicy`; says whether that changed anything.
    pub fn set(&mut self, request: &Map<String, Value>) -> Result<bool, Error> {
        let Some(policy) = request.get("policy").and_then(Value::as_object) else {
            return Err(Error::invalid("The policy is required."));
        };
        let etag = policy.get("etag").and_then(Value::as_str).unwrap_or("");
        if !etag.is_empty() && etag != self.etag() {
            return Err(Error::aborted(
                "There were concurrent policy changes. Please retry the whole read-modify-write \
                 with exponential backoff.",
            ));
        }
        let bindings = policy
            .get("bindings")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        for binding in &bindings {
            check(binding)?;
        }
        let changed = bindings != self.bindings;
        if changed {
            self.bindings = bindings;
            self.changes += 1;
        }
        Ok(changed)
    }

    /// Whether `account` (none: nobody known) holds `role`.
    pub fn grants(&self, role: &str, account: Option<&str>) -> bool {
        let account = account.map(|account| format!("serviceAccount:{account}"));
        self.bindings
            .iter()
            .filter(|binding| binding["role"] == role)
            .flat_map(|binding| binding["members"].as_array().into_iter().flatten())
            .any(|member| {
                member == "allUsers"
                    || (account.is_some() && member == "allAuthenticatedUsers")
                    || account.as_deref().is_some_and(|account| member == account)
            })
    }

    fn etag(&self) -> String {
        if self.changes == 0 {
            UNSET.to_owned()
        } else {
            STANDARD.encode(format!("policy {}", self.changes))
        }
    }
}

fn check(binding: &Value) -> Result<(), Error> {
    let role = binding["role"].as_str().unwrap_or_default();
    if !["roles/", "projects/", "organizations/"]
        .iter()
        .any(|prefix| role.starts_with(prefix))
    {
        return Err(Error::invalid(format!(
            "Role ({role}) does not exist in the resource's hierarchy."
        )));
    }
    let members = binding["members"].as_array().into_iter().flatten();
    for member in members.filter_map(Value::as_str) {
        let fits =
            ANYBODY.contains(&member) || PREFIXES.iter().any(|prefix| member.starts_with(prefix));
        if !fits {
            return Err(Error::invalid(format!(
                "The member {member} is of an unknown type. Please set a valid type prefix for the member."
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(etag: &str, members: &[&str]) -> Map<String, Value> {
        let policy = json!({"policy": {
            "etag": etag, "bindings": [{"role": "roles/run.invoker", "members": members}],
        }});
        policy.as_object().cloned().unwrap()
    }

    #[test]
    fn a_stale_etag_is_aborted() {
        let mut policy = Policy::default();
        assert_eq!(policy.set(&request("ACAB", &["allUsers"])), Ok(true));
        assert_eq!(policy.set(&request("", &["allUsers"])), Ok(false));
        let error = policy.set(&request("ACAB", &[])).unwrap_err();
        assert_eq!(error.body()["error"]["status"], "ABORTED");
    }

    #[test]
    fn only_members_hold_a_role() {
        let mut policy = Policy::default();
        policy
            .set(&request("", &["serviceAccount:a@p.iam"]))
            .unwrap();
        assert!(policy.grants("roles/run.invoker", Some("a@p.iam")));
        assert!(!policy.grants("roles/run.invoker", Some("b@p.iam")));
        assert!(!policy.grants("roles/run.invoker", None));
        assert!(policy.set(&request("", &["a@p.iam"])).is_err());
    }
}
