//! Whether a unit is what is live already, read from an observation alone.

use crate::{
    compare,
    object::{self, Id},
    observe, prune,
};
use segue_model::Observation;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Whether `live` holds exactly `wants`: nothing that Segue sets differs (a
/// Secret, whose data nobody observes, counts by its name), nothing of the
/// module is superfluous, and every workload is ready. One that is not ready
/// is no match, so that a release waits for it or says why it fails; applying
/// what is there already touches nothing.
pub(crate) fn holds(live: &Observation, wants: &[Value]) -> bool {
    let objects = observe::objects(live);
    let wanted: BTreeSet<Id> = wants.iter().map(Id::of).collect();
    let there: BTreeMap<Id, &Value> = objects.iter().map(|live| (Id::of(live), live)).collect();
    let scaled = object::scaled(wants);
    live.detail["ready"] != false
        && !objects
            .iter()
            .any(|live| prune::is_superfluous(live, &wanted))
        && wants.iter().all(|want| {
            there
                .get(&Id::of(want))
                .is_some_and(|live| is_as_wanted(want, live, &scaled))
        })
}

fn is_as_wanted(want: &Value, live: &Value, scaled: &[(String, String)]) -> bool {
    if object::is_kind(want, "Secret") {
        return true;
    }
    let want = object::settled(&object::cleaned(want), scaled);
    let live = object::settled(live, scaled);
    compare::covers(&want, &live) && compare::covers(&live, &want)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(name: &str, value: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": value}})
    }

    fn secret() -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque"})
    }

    fn live(objects: &[Value]) -> Observation {
        Observation {
            detail: json!({"objects": objects, "ready": true}),
            ..Observation::absent()
        }
    }

    #[test]
    fn the_same_objects_hold_whatever_their_order() {
        let seen = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
        let wants = [config("c", "1"), secret()];
        assert!(holds(&live(&[seen, config("c", "1")]), &wants));
    }

    #[test]
    fn a_change_a_lack_and_an_object_too_many_do_not_hold() {
        let wants = [config("c", "1"), secret()];
        let with = |objects: &[Value]| holds(&live(objects), &wants);
        assert!(!with(&[config("c", "2"), secret()]));
        assert!(!with(&[config("c", "1")]));
        assert!(!with(&[config("c", "1"), secret(), config("d", "1")]));
        let mut more = config("c", "1");
        more["data"]["l"] = json!("set before, wanted no more");
        assert!(!with(&[more, secret()]));
        let volume =
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "d"}});
        assert!(with(&[config("c", "1"), secret(), volume]), "it is kept");
    }

    #[test]
    fn what_is_not_ready_does_not_hold() {
        let mut seen = live(&[config("c", "1")]);
        seen.detail["ready"] = json!(false);
        assert!(!holds(&seen, &[config("c", "1")]));
    }

    #[test]
    fn what_an_autoscaler_moved_holds() {
        let deployment = |replicas: Value| {
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
                "spec": {"replicas": replicas, "paused": false}})
        };
        let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "h"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}});
        let seen = |replicas: Value| live(&[deployment(replicas), hpa.clone()]);
        for replicas in [json!(7), Value::Null] {
            assert!(holds(&seen(replicas), &[deployment(json!(2)), hpa.clone()]));
        }
        assert!(!holds(
            &live(&[deployment(json!(7))]),
            &[deployment(json!(2))]
        ));
    }
}
