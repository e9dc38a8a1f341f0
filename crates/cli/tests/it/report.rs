//! The report of a release, and what can be asked of it.

use crate::process::Run;
use serde_json::Value;
use std::collections::BTreeMap;

/// The versions live before the release, by module and target.
pub const FORMER: [(&str, &str); 10] = [
    ("common-config@aks", "1.5.0"),
    ("common-config@gke", "1.5.0"),
    ("auth-service@aks", "1.9.2"),
    ("customer-service@gke", "1.8.0"),
    ("billing-service@gke", "1.12.1"),
    ("event-processor-fn@azure", "1.4.0"),
    ("notifier@run", "1.7.3"),
    ("reporting-fn@functions", "1.3.0"),
    ("order-service@aks", "1.15.0"),
    ("api-gateway@run", "1.6.0"),
];

/// The versions that the release brings.
pub const NEW: [(&str, &str); 10] = [
    ("common-config@aks", "2.0.0"),
    ("common-config@gke", "2.0.0"),
    ("auth-service@aks", "2.1.0"),
    ("customer-service@gke", "2.3.0"),
    ("billing-service@gke", "2.0.4"),
    ("event-processor-fn@azure", "2.0.1"),
    ("notifier@run", "2.2.0"),
    ("reporting-fn@functions", "2.0.0"),
    ("order-service@aks", "2.4.0"),
    ("api-gateway@run", "2.0.0"),
];

/// A release that came to its report.
pub struct Report {
    /// The process that wrote it.
    pub run: Run,
    /// The last JSON line.
    pub value: Value,
}

impl From<Run> for Report {
    fn from(run: Run) -> Self {
        let value = run.json().next_back().unwrap_or_default();
        assert_eq!(value["type"], "report", "no report: {}", run.story());
        Self { run, value }
    }
}

impl Report {
    /// It ended so, with this exit code.
    #[track_caller]
    pub fn ended(&self, ending: &str, exit: i32) -> &Self {
        let (said, code) = (&self.value["ending"], &self.value["exit"]);
        let as_wanted = said == ending && code == exit && self.run.exit == Some(exit);
        assert!(as_wanted, "not {ending} with {exit}: {}", self.run.story());
        self
    }

    /// Exactly these versions are live, as the platforms say after the release.
    #[track_caller]
    pub fn live(&self, wanted: [(&str, &str); 10]) -> &Self {
        let modules = self.value["modules"].as_array().unwrap().iter();
        let name = |it: &Value| format!("{}@{}", text(&it["module"]), text(&it["target"]));
        let live: BTreeMap<_, _> = modules.map(|it| (name(it), text(&it["live"]))).collect();
        let wanted: BTreeMap<_, _> = wanted.map(|(name, it)| (name.into(), it.into())).into();
        assert_eq!(live, wanted, "{}", self.run.story());
        self
    }

    /// No request through the front door failed; says how many there were.
    #[track_caller]
    pub fn nobody_noticed(&self) -> u64 {
        let requests = &self.value["requests"];
        assert_eq!(requests["through"], "api-gateway");
        assert_eq!(requests["failed"], 0, "{}", self.run.story());
        requests["sent"].as_u64().unwrap()
    }

    /// The first failure: the operation, and why.
    #[track_caller]
    pub fn failure(&self) -> (String, &Value) {
        let first = &self.value["failures"][0];
        assert!(first.is_object(), "nothing failed: {}", self.run.story());
        (text(&first["operation"]), &first["failure"])
    }

    /// What is said of each trigger, in this order: before, paused, given back.
    pub fn triggers(&self) -> BTreeMap<String, [Value; 3]> {
        let triggers = self.value["triggers"].as_array().unwrap().iter();
        triggers
            .map(|it| {
                let said = ["before", "paused", "given_back"].map(|field| it[field].clone());
                (text(&it["trigger"]), said)
            })
            .collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
