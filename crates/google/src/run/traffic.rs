//! Traffic targets: pure functions from what flows to what should flow.
//!
//! Revisions are always named. A target `LATEST` would move by itself with the
//! next deployment, so the first thing that Segue does is to name what it
//! stands for. Tags that others set are kept, at 0 %.

use google_cloud_run_v2::model::{
    Service, TrafficTarget, TrafficTargetAllocationType as Kind, TrafficTargetStatus,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The tag under which a staged revision answers at an address of its own.
pub(crate) const TAG: &str = "segue";

/// How much of the traffic one revision takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Share {
    pub revision: String,
    pub percent: i32,
}

/// The last piece of a resource name: the API writes revisions both ways.
pub(crate) fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Which revisions take traffic now, `LATEST` named; empty when none is ready yet.
pub(crate) fn shares(service: &Service) -> Vec<Share> {
    let latest = short(&service.latest_ready_revision);
    if service.traffic.is_empty() {
        return share_of(latest, 100).into_iter().collect();
    }
    let mut by_name = BTreeMap::<&str, i32>::new();
    for target in service.traffic.iter().filter(|target| target.percent > 0) {
        let name = match target.r#type {
            Kind::Latest => latest,
            _ => short(&target.revision),
        };
        *by_name.entry(name).or_default() += target.percent;
    }
    by_name
        .into_iter()
        .filter_map(|(name, percent)| share_of(name, percent))
        .collect()
}

fn share_of(revision: &str, percent: i32) -> Option<Share> {
    (!revision.is_empty()).then(|| Share {
        revision: revision.to_owned(),
        percent,
    })
}

/// The revision with the largest share.
pub(crate) fn leading(shares: &[Share]) -> Option<&Share> {
    shares.iter().max_by_key(|share| share.percent)
}

/// `percent` to `new`, the rest to `former`; all to `new` when there was none.
pub(crate) fn split(new: &str, percent: u8, former: Option<&str>) -> Vec<Share> {
    let percent = i32::from(percent.min(100));
    let former = former.filter(|former| *former != new);
    let (ours, rest) = match former {
        Some(_) => (percent, 100 - percent),
        None => (100, 0),
    };
    let all = [(Some(new), ours), (former, rest)];
    all.into_iter()
        .filter(|(_, percent)| *percent > 0)
        .filter_map(|(name, percent)| share_of(name?, percent))
        .collect()
}

/// The targets that give `shares` their traffic and `tagged` our tag, and keep
/// the tags of others.
pub(crate) fn targets(
    current: &[TrafficTarget],
    shares: &[Share],
    tagged: Option<&str>,
) -> Vec<TrafficTarget> {
    let mut targets: Vec<_> = shares
        .iter()
        .map(|share| named(&share.revision).set_percent(share.percent))
        .collect();
    let foreign = current
        .iter()
        .filter(|target| !target.tag.is_empty() && target.tag != TAG);
    targets.extend(foreign.map(|target| target.clone().set_percent(0)));
    if let Some(revision) = tagged {
        targets.push(named(revision).set_tag(TAG));
    }
    targets
}

/// The targets of a service on which `revision` is staged: what is live, by
/// name, and our tag; what has all the traffic needs none, as it answers at the
/// service's own address.
pub(crate) fn staged(service: &Service, revision: &str) -> Vec<TrafficTarget> {
    let live = shares(service);
    let has_all = live.iter().all(|share| share.revision == revision);
    let tag = (!has_all || tagged(&service.traffic).is_some()).then_some(revision);
    targets(&service.traffic, &live, tag)
}

fn named(revision: &str) -> TrafficTarget {
    TrafficTarget::new()
        .set_type(Kind::Revision)
        .set_revision(revision)
}

/// The revision that bears our tag.
pub(crate) fn tagged(current: &[TrafficTarget]) -> Option<&str> {
    let target = current.iter().find(|target| target.tag == TAG)?;
    Some(short(&target.revision))
}

/// Whether two lists of targets say the same, however they are written.
pub(crate) fn same(a: &[TrafficTarget], b: &[TrafficTarget]) -> bool {
    let meaning = |targets: &[TrafficTarget]| {
        meaning(
            targets
                .iter()
                .map(|t| (&t.r#type, &*t.revision, t.percent, &*t.tag)),
        )
    };
    meaning(a) == meaning(b)
}

/// Whether Cloud Run reports that traffic flows as `targets` say. Tags of
/// others and what `LATEST` stands for are not looked at.
pub(crate) fn confirmed(statuses: &[TrafficTargetStatus], targets: &[TrafficTarget]) -> bool {
    let flows: BTreeMap<_, _> = meaning(
        statuses
            .iter()
            .map(|s| (&s.r#type, &*s.revision, s.percent, "")),
    )
    .0;
    let wanted = meaning(
        targets
            .iter()
            .map(|t| (&t.r#type, &*t.revision, t.percent, "")),
    )
    .0;
    let ours = targets.iter().any(|target| target.tag == TAG);
    flows == wanted && statuses.iter().any(|status| status.tag == TAG) == ours
}

type Meaning = (BTreeMap<String, i32>, BTreeMap<String, String>);

/// Traffic by revision, and revisions by tag.
fn meaning<'a>(targets: impl Iterator<Item = (&'a Kind, &'a str, i32, &'a str)>) -> Meaning {
    let mut meaning = Meaning::default();
    for (kind, revision, percent, tag) in targets {
        let revision = match kind {
            Kind::Latest => "LATEST".to_owned(),
            _ => short(revision).to_owned(),
        };
        if !tag.is_empty() {
            meaning.1.insert(tag.to_owned(), revision.clone());
        }
        if percent > 0 {
            *meaning.0.entry(revision).or_default() += percent;
        }
    }
    meaning
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latest(percent: i32) -> TrafficTarget {
        TrafficTarget::new()
            .set_type(Kind::Latest)
            .set_percent(percent)
    }

    fn share(revision: &str, percent: i32) -> Share {
        share_of(revision, percent).unwrap()
    }

    #[test]
    fn latest_is_named() {
        let service = Service::new()
            .set_latest_ready_revision("projects/p/locations/r/services/s/revisions/s-1");
        assert_eq!(shares(&service), [share("s-1", 100)]);
        assert_eq!(
            shares(&service.set_traffic([latest(100)])),
            [share("s-1", 100)]
        );
        assert!(shares(&Service::new()).is_empty());
    }

    #[test]
    fn steps_leave_the_rest_to_the_former_revision() {
        assert_eq!(split("b", 10, Some("a")), [share("b", 10), share("a", 90)]);
        assert_eq!(split("b", 100, Some("a")), [share("b", 100)]);
        assert_eq!(split("b", 0, Some("a")), [share("a", 100)]);
        assert_eq!(split("b", 10, None), [share("b", 100)]);
        assert_eq!(split("a", 10, Some("a")), [share("a", 100)]);
    }

    #[test]
    fn the_tags_of_others_are_kept_at_nothing() {
        let current = [
            named("a").set_percent(100).set_tag("stable"),
            named("x").set_tag(TAG),
        ];
        let targets = targets(&current, &[share("a", 100)], Some("b"));
        assert_eq!(
            targets,
            [
                named("a").set_percent(100),
                named("a").set_tag("stable"),
                named("b").set_tag(TAG),
            ]
        );
        assert_eq!(tagged(&targets), Some("b"));
    }

    #[test]
    fn the_same_traffic_may_be_written_in_two_ways() {
        let one = [named("a").set_percent(100).set_tag(TAG)];
        let two = [named("a").set_tag(TAG), named("p/a").set_percent(100)];
        assert!(same(&one, &two));
        assert!(!same(&one, &[latest(100)]));
    }

    #[test]
    fn traffic_counts_as_moved_once_cloud_run_reports_it() {
        let wanted = [named("b").set_percent(50), named("a").set_percent(50)];
        let status = |revision: &str, percent| {
            TrafficTargetStatus::new()
                .set_type(Kind::Revision)
                .set_revision(revision)
                .set_percent(percent)
        };
        assert!(confirmed(&[status("a", 50), status("b", 50)], &wanted));
        assert!(!confirmed(&[status("a", 100)], &wanted));
        let tagged = [status("a", 50), status("b", 50).set_tag(TAG)];
        assert!(!confirmed(&tagged, &wanted));
    }
}
