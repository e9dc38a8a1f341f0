//! Traffic: who gets how much of it, and whose turn it is.

use super::super::error::Error;
use super::template::is_dns_label;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/// One `GoogleCloudRunV2TrafficTarget`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    /// The revision; for `latest` in a spec none, in what serves the one it is.
    pub revision: Option<String>,
    pub latest: bool,
    pub percent: i64,
    /// Empty: no tag.
    pub tag: String,
}

/// What serves now.
#[derive(Debug, Default)]
pub(in crate::google) struct Serving {
    /// Each with its revision.
    pub(super) targets: Vec<Target>,
    /// How much each target is owed: a smooth weighted round robin, so that of
    /// any hundred requests each target gets exactly its percent.
    credits: Vec<i64>,
}

impl Serving {
    pub(super) fn new(targets: Vec<Target>) -> Self {
        Self {
            credits: vec![0; targets.len()],
            targets,
        }
    }

    /// The revision that the next request reaches: by tag, or by percent.
    pub(super) fn next(&mut self, tag: &str) -> Option<&str> {
        if !tag.is_empty() {
            let tagged = self.targets.iter().find(|target| target.tag == tag)?;
            return tagged.revision.as_deref();
        }
        let mut chosen: Option<usize> = None;
        for (index, target) in self.targets.iter().enumerate() {
            self.credits[index] += target.percent;
            let better = chosen.is_none_or(|best| self.credits[index] > self.credits[best]);
            if target.percent > 0 && better {
                chosen = Some(index);
            }
        }
        let chosen = chosen?;
        self.credits[chosen] -= 100;
        self.targets[chosen].revision.as_deref()
    }

    /// Whether `revision` gets traffic or has a tag.
    pub(super) fn uses(&self, revision: &str) -> bool {
        self.targets
            .iter()
            .filter(|target| target.percent > 0 || !target.tag.is_empty())
            .any(|target| target.revision.as_deref() == Some(revision))
    }
}

impl Target {
    /// As the API writes a target (and, with a `uri`, its status).
    pub(super) fn written(&self) -> Value {
        let mut view = json!({"type": if self.latest { LATEST } else { REVISION }});
        if self.percent > 0 {
            view["percent"] = json!(self.percent);
        }
        if let Some(revision) = self.revision.as_ref().filter(|_| !self.latest) {
            view["revision"] = json!(revision);
        }
        if !self.tag.is_empty() {
            view["tag"] = json!(self.tag);
        }
        view
    }

    fn read(value: &Value) -> Result<Self, Error> {
        let text = |field: &str| value[field].as_str().filter(|text| !text.is_empty());
        let revision = text("revision").map(str::to_owned);
        let latest = match text("type") {
            Some(LATEST) => true,
            Some(REVISION) => false,
            // Left out, the type is what the revision says.
            _ => revision.is_none(),
        };
        match (&revision, latest) {
            (Some(_), true) => Err(refused("a target of the latest revision names a revision")),
            (None, false) => Err(refused("a target by revision names no revision")),
            _ => Ok(Self {
                revision,
                latest,
                percent: value["percent"].as_i64().unwrap_or(0),
                tag: text("tag").unwrap_or_default().to_owned(),
            }),
        }
    }
}

/// The targets of a service's spec; everything to the latest when it has none.
pub(super) fn targets(spec: &Map<String, Value>) -> Result<Vec<Target>, Error> {
    let written = spec.get("traffic").and_then(Value::as_array);
    let targets = written
        .into_iter()
        .flatten()
        .map(Target::read)
        .collect::<Result<Vec<_>, _>>()?;
    if targets.is_empty() {
        return Ok(vec![Target {
            revision: None,
            latest: true,
            percent: 100,
            tag: String::new(),
        }]);
    }
    check(&targets)?;
    Ok(targets)
}

/// A spec's `traffic` that sends everything to the latest revision.
pub(in crate::google) fn all_to_latest() -> Value {
    json!([{"type": LATEST, "percent": 100}])
}

fn check(targets: &[Target]) -> Result<(), Error> {
    let percents = targets.iter().map(|target| target.percent);
    if percents
        .clone()
        .any(|percent| !(0..=100).contains(&percent))
    {
        return Err(refused("a percent is not between 0 and 100"));
    }
    let sum: i64 = percents.sum();
    if sum != 100 {
        return Err(refused(&format!("percents must sum to 100, not {sum}")));
    }
    let mut tags = BTreeSet::new();
    for tag in targets.iter().map(|t| t.tag.as_str()) {
        if tag.is_empty() {
            continue;
        }
        if !is_dns_label(tag, 46) {
            return Err(refused(&format!("'{tag}' is not a tag")));
        }
        if !tags.insert(tag) {
            return Err(refused(&format!("the tag '{tag}' is used twice")));
        }
    }
    Ok(())
}

fn refused(why: &str) -> Error {
    Error::violations(&[(
        "traffic".to_owned(),
        format!("Violation in traffic: {why}."),
    )])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(traffic: Value) -> Result<Vec<Target>, Error> {
        let mut spec = Map::new();
        spec.insert("traffic".into(), traffic);
        targets(&spec)
    }

    #[test]
    fn ten_percent_is_ten_of_a_hundred() {
        let traffic = json!([
            {"type": REVISION, "revision": "x-1", "percent": 90},
            {"type": REVISION, "revision": "x-2", "percent": 10, "tag": "next"},
        ]);
        let mut serving = Serving::new(read(traffic).unwrap());
        let second = (0..100).filter(|_| serving.next("") == Some("x-2")).count();
        assert_eq!(second, 10);
        assert_eq!(serving.next("next"), Some("x-2"));
        assert_eq!(serving.next("gone"), None);
    }

    #[test]
    fn what_cloud_run_refuses_is_refused() {
        assert!(read(json!([{"type": LATEST, "percent": 90}])).is_err());
        assert!(read(json!([{"type": LATEST, "percent": 100, "revision": "x-1"}])).is_err());
        assert!(read(json!([{"type": REVISION, "percent": 100}])).is_err());
        assert!(
            read(json!([
                {"type": LATEST, "percent": 100, "tag": "a"},
                {"type": REVISION, "revision": "x-1", "tag": "a"},
            ]))
            .is_err()
        );
        assert_eq!(read(json!([])).unwrap().len(), 1);
    }
}
