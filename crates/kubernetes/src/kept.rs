//! The configuration of one version back, which stays until the next release
//! settles: the pods of a finished release can only be taken back if what they
//! mount is still there, and a Secret that is gone could not be made again.
//!
//! Such an object bears an annotation. It is no part of what is live: it counts
//! in no version, fingerprint or comparison, until reverting takes the mark off.

use crate::{
    object::{self, Id},
    observe::{self, Live},
};
use segue_model::{Observation, Unit};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the mark says.
const UNTIL: &str = "until-the-next-release";

/// Whether a live object is kept for the way back alone.
pub(crate) fn is_kept(object: &Value) -> bool {
    !object::annotation(object, object::KEPT).is_empty()
}

/// What settling keeps: the configuration of `former` that `wants` lacks. What
/// `former` itself had kept is not among it, and goes.
pub(crate) fn by_settling(live: &[Live], wants: &[Value], former: &Observation) -> Vec<Value> {
    let (wanted, former) = (ids(wants), ids(observe::objects(former)));
    configuration(live)
        .filter(|(id, _)| former.contains(id) && !wanted.contains(id))
        .map(|(_, object)| marked(object))
        .collect()
}

/// What reverting keeps beside `former`: what was kept before it, and the
/// configuration that it replaces, so that it can be taken back too. Undoing a
/// release that has not settled keeps nothing of that release; it is one if
/// configuration that only `former` has was never marked. Where `former` has
/// none of its own nobody can tell, and what is replaced is kept.
pub(crate) fn by_reverting(live: &[Live], unit: &Unit, former: &Observation) -> Vec<Value> {
    if *former == Observation::absent() {
        return Vec::new();
    }
    let back = ids(observe::objects(former));
    let wanted = ids(object::list(&unit.artifact, "/objects"));
    let is_undo = configuration(live)
        .any(|(id, it)| !is_kept(it) && back.contains(&id) && !wanted.contains(&id));
    let before = observe::kept(former);
    configuration(live)
        .filter(|(id, _)| !back.contains(id))
        .filter_map(|(id, object)| {
            if is_kept(object) {
                return Some(marked(object));
            }
            match before.iter().find(|it| Id::of(it) == id) {
                // The release took it up again under its name.
                Some(it) => Some(marked(it)),
                None => (!is_undo).then(|| marked(object)),
            }
        })
        .collect()
}

fn configuration(live: &[Live]) -> impl Iterator<Item = (Id, &Value)> {
    live.iter()
        .map(|live| &live.object)
        .filter(|it| object::is_kind(it, "ConfigMap") || object::is_kind(it, "Secret"))
        .map(|it| (Id::of(it), it))
}

fn ids(objects: &[Value]) -> BTreeSet<Id> {
    objects.iter().map(Id::of).collect()
}

/// What is wanted of a live object, with the mark.
fn marked(object: &Value) -> Value {
    let mut wanted = observe::wanted(object);
    object::set_metadata(&mut wanted, "annotations", object::KEPT, UNTIL);
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Kind;
    use serde_json::json;

    fn object(name: &str) -> Value {
        let (kind, _) = name.split_once('-').unwrap();
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}})
    }

    fn objects(names: &[&str]) -> Vec<Value> {
        names.iter().map(|name| object(name)).collect()
    }

    /// Objects by name; those that end in `*` are kept.
    fn live(names: &[&str]) -> Vec<Live> {
        let of = |name: &&str| {
            let object = match name.strip_suffix('*') {
                Some(name) => marked(&object(name)),
                None => object(name),
            };
            let kind = Kind::known("", object::text(&object, "/kind")).unwrap();
            Live { kind, object }
        };
        names.iter().map(of).collect()
    }

    fn former(names: &[&str], kept: &[&str]) -> Observation {
        Observation {
            version: None,
            detail: json!({"objects": objects(names), "kept": objects(kept)}),
            ..Observation::absent()
        }
    }

    fn unit(names: &[&str]) -> Unit {
        Unit {
            module: "web".into(),
            target: "aks".into(),
            version: "2.0.0".parse().unwrap(),
            artifact: json!({ "objects": objects(names) }),
            settings: Value::Null,
        }
    }

    fn names(kept: &[Value]) -> Vec<&str> {
        assert!(kept.iter().all(is_kept));
        kept.iter().map(object::name).collect()
    }

    #[test]
    fn settling_keeps_one_version_back() {
        let live = live(&[
            "ConfigMap-0*",
            "ConfigMap-1",
            "Secret-1",
            "ConfigMap-2",
            "ConfigMap-both",
            "Service-1",
        ]);
        let former = former(
            &["ConfigMap-1", "Secret-1", "ConfigMap-both", "Service-1"],
            &["ConfigMap-0"],
        );
        let wants = objects(&["ConfigMap-2", "ConfigMap-both"]);
        let kept = by_settling(&live, &wants, &former);
        assert_eq!(names(&kept), ["ConfigMap-1", "Secret-1"]);
        assert_eq!(by_settling(&live, &wants, &Observation::absent()).len(), 0);
    }

    #[test]
    fn taking_a_finished_release_back_keeps_what_it_replaces() {
        let former = former(&["ConfigMap-1", "Secret-1"], &["ConfigMap-0"]);
        for there in [
            ["ConfigMap-1*", "Secret-1*", "ConfigMap-2", "Secret-2"],
            // Cut off half way.
            ["ConfigMap-1*", "Secret-1*", "ConfigMap-2*", "Secret-2"],
            ["ConfigMap-1", "Secret-1*", "ConfigMap-2*", "Secret-2*"],
        ] {
            let unit = unit(&["ConfigMap-2", "Secret-2"]);
            let kept = by_reverting(&live(&there), &unit, &former);
            assert_eq!(names(&kept), ["ConfigMap-2", "Secret-2"], "{there:?}");
        }
    }

    #[test]
    fn taking_that_back_keeps_the_former_again() {
        let later = former(&["Secret-2"], &["Secret-1"]);
        for there in [["Secret-1", "Secret-2*"], ["Secret-1*", "Secret-2"]] {
            let kept = by_reverting(&live(&there), &unit(&["Secret-2"]), &later);
            assert_eq!(names(&kept), ["Secret-1"], "{there:?}");
        }
    }

    #[test]
    fn an_undo_keeps_what_was_kept_and_nothing_of_its_release() {
        let former = former(&["Secret-1"], &["Secret-0"]);
        let there = live(&["Secret-0*", "Secret-1", "Secret-2"]);
        let kept = by_reverting(&there, &unit(&["Secret-2"]), &former);
        assert_eq!(names(&kept), ["Secret-0"]);
        let again = live(&["Secret-0", "Secret-1"]);
        let kept = by_reverting(&again, &unit(&["Secret-0"]), &former);
        assert_eq!(names(&kept), ["Secret-0"], "the release took it up again");
        let kept = by_reverting(&there, &unit(&["Secret-2"]), &Observation::absent());
        assert_eq!(kept, [] as [Value; 0], "the module goes altogether");
    }
}
