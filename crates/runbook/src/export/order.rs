//! The order in which a release reaches modules.

use segue_manifest::{Manifest, Order};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The places of the modules in their order: as written in strict order, else what is
/// needed first, what is last at the end.
pub(super) fn of(manifest: &Manifest) -> Vec<usize> {
    let modules = &manifest.modules;
    if manifest.order == Order::Strict {
        let (last, first): (Vec<_>, Vec<_>) = (0..modules.len()).partition(|at| modules[*at].last);
        return first.into_iter().chain(last).collect();
    }
    let needs = needs(manifest);
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    while order.len() < modules.len() {
        let ready =
            |at: &usize| !done.contains(at) && needs[*at].iter().all(|it| done.contains(it));
        let rank = |at: &usize| (modules[*at].last, *at);
        // A checked manifest has no circles: there is always one.
        let Some(next) = (0..modules.len()).filter(ready).min_by_key(rank) else {
            break;
        };
        done.insert(next);
        order.push(next);
    }
    order
}

/// What each module needs, as places among the modules.
pub(super) fn needs(manifest: &Manifest) -> Vec<Vec<usize>> {
    let place: BTreeMap<_, _> = manifest
        .modules
        .iter()
        .enumerate()
        .map(|(at, module)| (module.id.as_str(), at))
        .collect();
    let of = |module: &segue_manifest::Module| {
        module
            .needs
            .iter()
            .filter_map(|need| place.get(need.module.as_str()).copied())
            .collect()
    };
    manifest.modules.iter().map(of).collect()
}

/// How long the whole takes: the sum in strict order, else the longest way through
/// the needs. Nothing when a module's time is not known.
pub(super) fn whole(
    manifest: &Manifest,
    durations: &BTreeMap<String, Duration>,
) -> Option<Duration> {
    let times: Vec<Duration> = manifest
        .modules
        .iter()
        .map(|module| durations.get(module.id.as_str()).copied())
        .collect::<Option<_>>()?;
    let add = |a: Duration, b: Duration| a.saturating_add(b);
    if manifest.order == Order::Strict {
        return Some(times.into_iter().fold(Duration::ZERO, add));
    }
    let needs = needs(manifest);
    let mut ends = vec![Duration::ZERO; times.len()];
    let mut longest = Duration::ZERO;
    for at in of(manifest) {
        let before = needs[at]
            .iter()
            .map(|it| ends[*it])
            .max()
            .unwrap_or_default();
        let begin = if manifest.modules[at].last {
            longest
        } else {
            before
        };
        ends[at] = add(begin, times[at]);
        longest = longest.max(ends[at]);
    }
    Some(longest)
}
