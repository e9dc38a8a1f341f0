//! Waits until objects are gone.

use crate::{
    errors,
    kinds::Kind,
    object::{self, Id},
    observe::{self, Live},
    server::Server,
    watching::{keep, untold, watch},
};
use futures::{StreamExt as _, future::try_join_all};
use kube::runtime::watcher::{self, Event};
use segue_model::{Failure, ModuleId};
use segue_platform::{Call, Timeouts, asking};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::timeout;

/// Waits until none of `doomed` is there any more.
pub(crate) async fn until_gone(
    server: &Server,
    call: &Call,
    module: &ModuleId,
    doomed: &[Live],
) -> Result<(), Failure> {
    let mut by_kind: BTreeMap<&Kind, BTreeSet<String>> = BTreeMap::new();
    for live in doomed {
        by_kind
            .entry(&live.kind)
            .or_default()
            .insert(object::name(&live.object).to_owned());
    }
    try_join_all(
        by_kind
            .into_iter()
            .map(|(kind, names)| until_kind_gone(server, call, module, kind, names)),
    )
    .await
    .map(drop)
}

async fn until_kind_gone(
    server: &Server,
    call: &Call,
    module: &ModuleId,
    kind: &Kind,
    names: BTreeSet<String>,
) -> Result<(), Failure> {
    let doing = format!("waiting until {} are gone", kind.plural);
    let there = |objects: &[Value]| -> Vec<String> {
        objects
            .iter()
            .filter(|o| names.contains(object::name(o)))
            .map(|o| Id::of(o).to_string())
            .collect()
    };
    let selector = observe::selector(module);
    let left = there(&server.list(kind, &selector).await?);
    if left.is_empty() {
        return Ok(());
    }
    call.progress(format_args!("{} going", left.join(", ")));
    let mut events = watch(server, kind, watcher::Config::default().labels(&selector));
    let mut seen = BTreeMap::new();
    let mut listed = false;
    loop {
        let Timeouts {
            answer, silence, ..
        } = server.timeouts;
        let event = match listed {
            true => timeout(silence, events.next()).await,
            false => timeout(answer, asking(events.next())).await,
        };
        let event = match event {
            Ok(Some(event)) => event.map_err(|error| errors::broken_watch(&doing, error))?,
            Ok(None) => break,
            Err(_) if !listed => return Err(untold(server, &doing)),
            // A watch over a connection that is half open is silent for ever.
            Err(_) => {
                events = watch(server, kind, watcher::Config::default().labels(&selector));
                listed = false;
                continue;
            }
        };
        match event {
            Event::Init => listed = false,
            Event::InitDone => listed = true,
            _ => {}
        }
        keep(&mut seen, event, || true);
        if listed && !seen.keys().any(|name| names.contains(name)) {
            return Ok(());
        }
    }
    Err(Failure::unavailable(
        errors::UNAVAILABLE,
        format!("the watch ended, {doing}"),
    ))
}
