//! Where pods stand in objects.

use serde_json::Value;

/// Where kinds keep their pod template. By shape and not by kind, so that
/// custom resources with a pod template (a Rollout, for one) are found too.
const TEMPLATES: [&str; 4] = [
    "/spec/template",
    "/spec/jobTemplate/spec/template",
    "/template",
    "",
];

/// The lists of containers in a pod's spec.
const CONTAINERS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A container's place in its pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs to its end before the others, or beside them.
    Init,
    /// Runs while the pod does.
    Main,
}

/// The pod template in an object, or the object itself when it is a pod.
pub fn template(object: &mut Value) -> Option<&mut Value> {
    let pointer = TEMPLATES.into_iter().find(|pointer| {
        object
            .pointer(&format!("{pointer}/spec/containers"))
            .is_some()
    })?;
    object.pointer_mut(pointer)
}

/// The spec of the pods that an object makes.
pub fn spec(object: &mut Value) -> Option<&mut Value> {
    template(object)?.get_mut("spec")
}

/// The containers of a pod's spec, in written order.
pub fn containers(spec: &mut Value) -> impl Iterator<Item = (Role, &mut Value)> {
    let lists = spec.as_object_mut().into_iter().flatten();
    lists
        .filter(|(name, _)| CONTAINERS.contains(&name.as_str()))
        .flat_map(|(name, list)| {
            let role = if name == "initContainers" {
                Role::Init
            } else {
                Role::Main
            };
            let list = list.as_array_mut().into_iter().flatten();
            list.map(move |container| (role, container))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pods_are_found_wherever_kinds_keep_them() {
        let pod =
            json!({"spec": {"containers": [{"name": "a"}], "initContainers": [{"name": "b"}]}});
        let objects = [
            pod.clone(),
            json!({"spec": {"template": pod}}),
            json!({"spec": {"jobTemplate": {"spec": {"template": pod}}}}),
            json!({"template": pod}),
        ];
        for mut object in objects {
            let found: Vec<_> = containers(spec(&mut object).unwrap())
                .map(|(role, container)| (container["name"].clone(), role))
                .collect();
            assert!(found.contains(&(json!("a"), Role::Main)), "{found:?}");
            assert!(found.contains(&(json!("b"), Role::Init)), "{found:?}");
        }
        assert!(spec(&mut json!({"spec": {"ports": []}})).is_none());
    }
}
