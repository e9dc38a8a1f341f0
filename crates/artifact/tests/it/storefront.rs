//! The storefront's committed locks.

use crate::stub::{manifest, tools};
use segue_artifact::{Artifact, Lock, lock};
use segue_manifest::{self as declared, Manifest};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront")
}

pub fn storefront() -> Manifest {
    manifest(&fs::read_to_string(dir().join("segue.yaml")).unwrap())
}

fn committed(name: &str) -> Lock {
    Lock::read(&dir().join(name)).unwrap()
}

#[test]
fn the_committed_lock_matches_the_manifest() {
    assert_eq!(committed("segue.lock").check(&storefront(), &dir()), []);
}

#[test]
fn the_committed_locks_are_written_as_this_program_writes() {
    for name in ["segue.lock", "sandbox/former.lock"] {
        let text = fs::read_to_string(dir().join(name)).unwrap();
        assert_eq!(
            Lock::parse(&text).unwrap().to_text().unwrap(),
            text,
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_needs_no_helm_is_locked_as_committed() {
    let mut manifest = storefront();
    let is_chart = |artifact: &_| matches!(artifact, declared::Artifact::Chart { .. });
    manifest
        .modules
        .retain(|module| !is_chart(&module.artifact));
    let made = lock(&manifest, &dir(), &tools("")).await.unwrap();
    assert_eq!(made.helm, None);
    let committed = committed("segue.lock");
    for (id, module) in &made.modules {
        assert_eq!(module, &committed.modules[id], "{id}");
    }
    assert_eq!(made.modules.len(), 7);
    let id = "customer-service";
    let alone = Lock {
        modules: [(id.into(), made.modules[id].clone())].into(),
        ..made
    };
    insta::assert_snapshot!("customer_service", alone.to_text().unwrap());
}

#[test]
fn old_and_new_configuration_stand_side_by_side() {
    let names = |lock: &Lock| -> Vec<String> {
        let targets = &lock.modules["common-config"].targets;
        let Artifact::Objects { objects, .. } = &targets["aks"] else {
            panic!("no objects");
        };
        let name = |object: &serde_json::Value| object["metadata"]["name"].as_str().unwrap().into();
        objects.iter().map(name).collect()
    };
    let (new, old) = (
        names(&committed("segue.lock")),
        names(&committed("sandbox/former.lock")),
    );
    // The Secret's sources have not changed; the ConfigMap's content has.
    assert_eq!(new[0], old[0]);
    assert_ne!(new[1], old[1]);
    assert!(new[1].starts_with("storefront-config-"));
}

#[test]
fn each_range_of_a_former_version_admits_the_old_and_the_new_provider() {
    let (new, former) = (committed("segue.lock"), committed("sandbox/former.lock"));
    for (id, module) in &former.modules {
        for (provider, range) in &module.needs {
            for lock in [&new, &former] {
                let version = &lock.modules[provider].version;
                assert!(
                    range.admits(version),
                    "{id} needs {provider} {range}, not {version}"
                );
            }
        }
    }
}
