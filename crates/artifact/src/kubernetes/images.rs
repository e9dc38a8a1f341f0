//! The images in pods: which version each stands for, and its digest.

use super::{
    pods::{self, Role},
    title,
};
use crate::{
    code,
    registry::{Reference, Tagged},
};
use segue_model::{Digest, Failure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a module's images are held against.
pub struct Rules<'a> {
    /// The tag that stands for the module's version.
    pub tag: &'a str,
    /// Containers that run something else than the module.
    pub sidecars: &'a BTreeSet<String>,
}

/// Writes out the tag of every image.
///
/// An image without one runs the module's version; one with a tag must agree
/// with it, unless a sidecar or an init container runs it. A sidecar's image
/// says its own version, as tag or digest.
pub fn tag(objects: &mut [Value], rules: &Rules<'_>) -> Result<(), Failure> {
    each(objects, |owner, role, container| {
        let name = container
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let sidecar = rules.sidecars.contains(name);
        let place = format!("container {name} of {owner}");
        let Some(image) = container.get("image").and_then(Value::as_str) else {
            return Err(code::refused(
                code::BAD_IMAGE,
                format!("{place} has no image"),
            ));
        };
        let mut image: Reference = image
            .parse()
            .map_err(|error| code::refused(code::BAD_IMAGE, format!("{place}: {error}")))?;
        if image.digest.is_none() {
            let wanted = match image.tag {
                None if sidecar => return Err(sidecar_without_tag(&place, &image)),
                Some(tag) if tag != rules.tag && role == Role::Main && !sidecar => {
                    return Err(other_tag(&place, &tag, rules.tag));
                }
                Some(tag) => tag,
                None => rules.tag.to_owned(),
            };
            image.tag = Some(wanted);
        }
        container["image"] = image.to_string().into();
        Ok(())
    })
}

fn sidecar_without_tag(place: &str, image: &Reference) -> Failure {
    code::refused(
        code::BAD_IMAGE,
        format!("{place} is a sidecar, and its image {image} has no tag"),
    )
    .hint("write a tag or a digest; only the module's own image takes its version")
}

fn other_tag(place: &str, tag: &str, version: &str) -> Failure {
    code::refused(
        code::OTHER_TAG,
        format!("{place} runs {tag}, and the manifest releases {version}"),
    )
    .hint("leave the tag out, or, in a chart, use .Values.image.tag; is it another program, add it to the module's `sidecars`")
}

/// Every image that still has to be resolved.
pub fn tagged(objects: &mut [Value]) -> BTreeSet<Tagged> {
    let mut found = BTreeSet::new();
    let _ = each(objects, |_, _, container| {
        found.extend(reference(container).and_then(Reference::tagged));
        Ok(())
    });
    found
}

/// Replaces every image by `repository@digest`. Those without a known digest
/// stay: their failure is reported by who asked for it.
pub fn resolve(objects: &mut [Value], digests: &BTreeMap<Tagged, Digest>) {
    let _ = each(objects, |_, _, container| {
        let Some(image) = reference(container) else {
            return Ok(());
        };
        let digest = match &image.digest {
            Some(digest) => Some(digest.clone()),
            None => image
                .clone()
                .tagged()
                .and_then(|tagged| digests.get(&tagged).cloned()),
        };
        if let Some(digest) = digest {
            container["image"] = format!("{}@{digest}", image.repository).into();
        }
        Ok(())
    });
}

fn reference(container: &Value) -> Option<Reference> {
    container.get("image")?.as_str()?.parse().ok()
}

fn each(
    objects: &mut [Value],
    mut act: impl FnMut(&str, Role, &mut Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for object in objects {
        let owner = title(object);
        if let Some(spec) = pods::spec(object) {
            for (role, container) in pods::containers(spec) {
                act(&owner, role, container)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(init: &str, main: &str, proxy: &str) -> [Value; 1] {
        [json!({"kind": "Pod", "metadata": {"name": "p"}, "spec": {
            "initContainers": [{"name": "init", "image": init}],
            "containers": [{"name": "main", "image": main}, {"name": "proxy", "image": proxy}]}})]
    }

    fn tagged_as(pod: &mut [Value]) -> Result<(), Failure> {
        let sidecars = BTreeSet::from(["proxy".to_owned()]);
        tag(
            pod,
            &Rules {
                tag: "2.1.0",
                sidecars: &sidecars,
            },
        )
    }

    #[test]
    fn an_image_without_a_tag_runs_the_version_of_the_module() {
        let mut pod = pod("r.example/main", "r.example/main", "r.example/proxy:1");
        tagged_as(&mut pod).unwrap();
        assert_eq!(
            pod[0]["spec"]["containers"][0]["image"],
            "r.example/main:2.1.0"
        );
        assert_eq!(
            pod[0]["spec"]["initContainers"][0]["image"],
            "r.example/main:2.1.0"
        );
        assert_eq!(
            pod[0]["spec"]["containers"][1]["image"],
            "r.example/proxy:1"
        );
    }

    #[test]
    fn a_tag_that_is_not_the_version_is_refused() {
        let mut other = pod("busybox:1.37", "r.example/main:2.0.9", "r.example/proxy:1");
        let failure = tagged_as(&mut other).unwrap_err();
        assert_eq!(failure.code, code::OTHER_TAG);
        assert!(
            failure.what.contains("container main of Pod p"),
            "{failure}"
        );
    }

    #[test]
    fn a_sidecar_says_its_own_version() {
        let mut pod = pod("a:1", "b:2.1.0", "c");
        assert_eq!(tagged_as(&mut pod).unwrap_err().code, code::BAD_IMAGE);
    }

    #[test]
    fn images_become_digests_and_digests_stay() {
        let pinned = Digest::of(b"pinned");
        let mut pod = pod("b:2.1.0", "b:2.1.0", &format!("c:1@{pinned}"));
        tagged_as(&mut pod).unwrap();
        let wanted: Vec<_> = tagged(&mut pod).into_iter().collect();
        assert_eq!(wanted.len(), 1);
        let digest = Digest::of(b"b");
        resolve(
            &mut pod,
            &BTreeMap::from([(wanted[0].clone(), digest.clone())]),
        );
        let spec = &pod[0]["spec"];
        assert_eq!(spec["initContainers"][0]["image"], format!("b@{digest}"));
        assert_eq!(spec["containers"][0]["image"], format!("b@{digest}"));
        assert_eq!(spec["containers"][1]["image"], format!("c@{pinned}"));
    }
}
