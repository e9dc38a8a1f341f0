//! What every namespace has, and what goes when its owner is gone.

use crate::kubernetes::{
    kind,
    object::{is_terminating, items, name, text, uid},
    store::Store,
};
use serde_json::json;
use std::collections::HashSet;

/// Every namespace has the service account `default`.
pub fn furnish(store: &mut Store) {
    let without: Vec<_> = store
        .list(&kind::NAMESPACE, "")
        .map(|namespace| name(namespace).to_owned())
        .filter(|namespace| {
            store
                .get(&kind::SERVICE_ACCOUNT, namespace, "default")
                .is_none()
        })
        .collect();
    for namespace in without {
        let account = json!({
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace},
        });
        store.put(&kind::SERVICE_ACCOUNT, account);
    }
}

/// Deletes what has owners of which none is left.
pub fn collect(store: &mut Store) {
    let mut orphans = Vec::new();
    {
        let present: HashSet<&str> = store.all().map(|object| uid(object)).collect();
        for kind in kind::ALL {
            for object in store.list(kind, "") {
                let owners = items(object, "/metadata/ownerReferences");
                let owned = owners
                    .iter()
                    .any(|owner| present.contains(text(owner, "/uid")));
                if !owners.is_empty() && !owned && !is_terminating(object) {
                    orphans.push((*kind, object.clone()));
                }
            }
        }
    }
    for (kind, object) in orphans {
        store.delete(kind, &object);
    }
}
