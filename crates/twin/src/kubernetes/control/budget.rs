//! The status of a PodDisruptionBudget.

use super::is_ready;
use crate::kubernetes::{
    kind,
    object::{name, namespace, number},
    selector::Selector,
    store::Store,
};
use serde_json::{Value, json};

/// Counts the pods that a budget is about.
pub fn sync(store: &mut Store, budget: &Value) {
    let selector = Selector::of_object(&budget["spec"]["selector"]);
    let (mut expected, mut healthy) = (0, 0);
    for pod in store
        .list(&kind::POD, namespace(budget))
        .filter(|pod| selector.matches(pod))
    {
        expected += 1;
        healthy += i64::from(is_ready(pod));
    }
    let spec = &budget["spec"];
    let desired = match spec.get("maxUnavailable") {
        Some(most) => expected - super::scaling::resolve(most, expected, true),
        None => super::scaling::resolve(&spec["minAvailable"], expected, true),
    };
    let status = json!({
        "expectedPods": expected, "currentHealthy": healthy, "desiredHealthy": desired.max(0),
        "disruptionsAllowed": (healthy - desired).max(0),
        "observedGeneration": number(budget, "/metadata/generation"),
    });
    store.edit(
        &kind::DISRUPTION_BUDGET,
        namespace(budget),
        name(budget),
        |object| {
            object["status"] = status;
        },
    );
}
