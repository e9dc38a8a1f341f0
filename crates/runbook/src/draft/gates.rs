//! `gates:`.

use super::{Draft, yaml::Yaml};
use crate::{What, fact::Condition};

impl Draft<'_> {
    pub(super) fn gates(&self, yaml: &mut Yaml) {
        let gates: Vec<_> = self
            .release()
            .filter_map(|fact| match fact.what {
                What::Gate(condition) => Some((fact, condition)),
                _ => None,
            })
            .collect();
        if gates.is_empty() {
            return;
        }
        yaml.blank();
        yaml.line(0, "gates:", "");
        for (fact, condition) in gates {
            let asked = |name: &str, at: &str| {
                format!("http: {{ url: \"${{{name}:-https://{at}.invalid/}}\" }}")
            };
            let (name, kind, gap) = match condition {
                Condition::Qa => (
                    "qa",
                    asked("QA_STATUS_URL", "qa-status"),
                    "the address that answers 200 once QA has passed",
                ),
                Condition::Uat => (
                    "uat",
                    asked("UAT_STATUS_URL", "uat-status"),
                    "the address that answers 200 once UAT has passed",
                ),
                Condition::Approval => (
                    "approval",
                    "approval: {}".to_owned(),
                    "who may approve: `by: […]`; everybody may now",
                ),
                Condition::External => (
                    "external-services",
                    asked("EXTERNAL_STATUS_URL", "external-status"),
                    "the health of each external service, a gate for each",
                ),
            };
            yaml.said(1, &format!("{name}:"), fact);
            yaml.gap(2, &kind, gap);
        }
    }
}
