//! Removes what a module has and should not have: only objects that bear
//! Segue's label and the module's, never what holds more than the module.

use crate::{gone, kinds, object, object::Id, observe::Live, server::Server};
use segue_model::{Failure, ModuleId};
use segue_platform::Call;
use serde_json::Value;
use std::collections::BTreeSet;

/// Those of `live` that `keep` does not have, consumers first.
pub(crate) fn superfluous(live: Vec<Live>, keep: &[Value]) -> Vec<Live> {
    let keep: BTreeSet<Id> = keep.iter().map(Id::of).collect();
    let mut doomed: Vec<Live> = live
        .into_iter()
        .filter(|live| is_superfluous(&live.object, &keep))
        .collect();
    doomed.reverse();
    doomed
}

/// Whether a live object goes when `keep` is all that shall stay.
pub(crate) fn is_superfluous(live: &Value, keep: &BTreeSet<Id>) -> bool {
    !kinds::is_kept(object::text(live, "/kind")) && !keep.contains(&Id::of(live))
}

/// Deletes `doomed` and waits until they are gone. Says what was removed.
pub(crate) async fn remove(
    server: &Server,
    call: &Call,
    module: &ModuleId,
    doomed: &[Live],
) -> Result<Vec<String>, Failure> {
    for live in doomed {
        if object::text(&live.object, "/metadata/deletionTimestamp").is_empty() {
            call.before_effect()?;
            call.progress(format_args!("removing {}", object::title(&live.object)));
            server.delete(&live.kind, &live.object).await?;
        }
    }
    gone::until_gone(server, call, module, doomed).await?;
    Ok(doomed
        .iter()
        .map(|live| object::title(&live.object))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;
    use serde_json::json;

    fn live(kind: &str, name: &str) -> Live {
        let kind = Kind::known("", kind).unwrap();
        let object =
            json!({"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name}});
        Live { kind, object }
    }

    #[test]
    fn what_is_kept_stays_and_consumers_go_first() {
        let all = vec![
            live("Namespace", "shop"),
            live("ConfigMap", "c-1"),
            live("ConfigMap", "c-2"),
            live("PersistentVolumeClaim", "data"),
            live("Deployment", "web"),
        ];
        let keep = [json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c-2"}})];
        let doomed: Vec<String> = superfluous(all, &keep)
            .iter()
            .map(|live| object::title(&live.object))
            .collect();
        assert_eq!(doomed, ["Deployment web", "ConfigMap c-1"]);
    }

    #[test]
    fn another_version_of_the_api_is_the_same_object() {
        let keep = [
            json!({"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}}),
        ];
        assert!(superfluous(vec![live("HorizontalPodAutoscaler", "h")], &keep).is_empty());
    }
}
