//! What a sandbox is made for.

use segue_artifact::Lock;
use segue_manifest::{Diagnostic, Manifest, Source, parse};
use segue_model::{Failure, FailureKind, Fault};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A project as its sandbox needs it.
#[derive(Debug, Clone)]
pub struct Project {
    /// Where the manifest lies.
    pub directory: PathBuf,
    /// What is to be released.
    pub manifest: Manifest,
    /// Its lock.
    pub lock: Lock,
    /// What is live before.
    pub former: Former,
    /// What else the sandbox's world holds.
    pub world: World,
}

/// What is live before the release.
#[derive(Debug, Clone)]
pub struct Former {
    /// The manifest of that time.
    pub manifest: Manifest,
    /// Its lock.
    pub lock: Lock,
}

/// `sandbox/world.yaml`: what no manifest says of the world before a release.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct World {
    /// Triggers that somebody paused before the release.
    pub paused: Vec<String>,
    /// The module through which the load comes in; without it, the last one.
    pub load_through: Option<String>,
}

/// How a sandbox runs.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long delays take: 1.0 as long as in the clouds' twins, 0.1 a tenth.
    pub scale: f64,
    /// How many requests a second come in through the front door.
    pub load_per_second: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: 1.0,
            load_per_second: 100,
        }
    }
}

impl Project {
    /// Reads what the sandbox needs besides the manifest and the lock:
    /// `sandbox/former.yaml` (a JSON Merge Patch, RFC 7396, over the manifest),
    /// `sandbox/former.lock` and `sandbox/world.yaml`, all optional. Without a
    /// former state, nothing is live before the release.
    ///
    /// # Errors
    /// When one of the files cannot be read or is not what it should be.
    pub fn read(
        directory: &Path,
        manifest_text: &str,
        manifest: Manifest,
        lock: Lock,
        variables: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let place = directory.join("sandbox");
        let world = match read(&place.join("world.yaml"))? {
            Some(text) => yaml(&text, "sandbox/world.yaml")?,
            None => World::default(),
        };
        let former = match read(&place.join("former.yaml"))? {
            Some(patch) => {
                let text = patched(manifest_text, &patch)?;
                Former {
                    manifest: former_manifest(&text, variables)?,
                    lock: Lock::read(&place.join("former.lock"))?,
                }
            }
            None => nothing(&manifest, &lock),
        };
        Ok(Self {
            directory: directory.to_owned(),
            manifest,
            lock,
            former,
            world,
        })
    }
}

fn nothing(manifest: &Manifest, lock: &Lock) -> Former {
    let mut former = Former {
        manifest: manifest.clone(),
        lock: lock.clone(),
    };
    former.manifest.modules.clear();
    former.lock.modules.clear();
    former
}

fn former_manifest(
    text: &str,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Result<Manifest, Failure> {
    let source = Source::new("sandbox/former.yaml", text);
    let parsed = parse(&source, variables);
    parsed.manifest.ok_or_else(|| {
        let texts = parsed
            .diagnostics
            .iter()
            .map(|it: &Diagnostic| it.message.clone());
        wrong("sandbox/former.yaml", texts.collect::<Vec<_>>().join("; "))
    })
}

/// The manifest's text with a JSON Merge Patch applied. The result is JSON,
/// which is YAML too.
fn patched(manifest: &str, patch: &str) -> Result<String, Failure> {
    let mut whole: Value = yaml(manifest, "segue.yaml")?;
    merge(&mut whole, yaml(patch, "sandbox/former.yaml")?);
    serde_json::to_string_pretty(&whole).map_err(|error| wrong("sandbox/former.yaml", error))
}

/// RFC 7396.
fn merge(whole: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *whole = patch;
        return;
    };
    if !whole.is_object() {
        *whole = Value::Object(serde_json::Map::new());
    }
    if let Some(whole) = whole.as_object_mut() {
        for (key, value) in patch {
            if value.is_null() {
                whole.remove(&key);
            } else {
                merge(whole.entry(key).or_insert(Value::Null), value);
            }
        }
    }
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(&path.display().to_string(), error)),
    }
}

fn yaml<T: serde::de::DeserializeOwned>(text: &str, name: &str) -> Result<T, Failure> {
    serde_saphyr::from_str(text).map_err(|error| wrong(name, error))
}

fn wrong(name: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new(
        FailureKind::Step,
        Fault::User,
        "SEG6101",
        format!("{name} is not what a sandbox needs"),
    )
    .words(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_merge_patch_changes_what_it_names() {
        let mut whole = json!({"a": {"b": 1, "c": 2}, "d": [1]});
        merge(&mut whole, json!({"a": {"b": 9, "c": null}, "d": [2]}));
        assert_eq!(whole, json!({"a": {"b": 9}, "d": [2]}));
    }
}
