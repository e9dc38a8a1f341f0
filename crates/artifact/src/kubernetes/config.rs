//! Versioned configuration: a ConfigMap's or Secret's name carries its content,
//! so that old and new stand side by side and no running pod sees a change.

use super::{references, text, title};
use crate::{SecretVersion, code};
use segue_model::{Digest, Failure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is versioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A core/v1 ConfigMap.
    ConfigMap,
    /// A core/v1 Secret.
    Secret,
}

/// From the name that people write to the name with the suffix.
pub type Names = BTreeMap<(Kind, String), String>;

/// Where each key of each Secret comes from, by the Secret's name.
pub type Secrets = BTreeMap<String, BTreeMap<String, SecretVersion>>;

/// Refuses Secrets with values, and Secrets and sources without each other.
pub fn check<'a>(
    objects: impl IntoIterator<Item = &'a Value>,
    sources: &[&str],
) -> Result<(), Failure> {
    let mut without_object: Vec<&str> = sources.to_vec();
    for object in objects {
        if kind(object) != Some(Kind::Secret) {
            continue;
        }
        let (title, name) = (title(object), text(object, "/metadata/name"));
        if ["data", "stringData"]
            .iter()
            .any(|field| object.get(field).is_some_and(|data| *data != json!({})))
        {
            return Err(code::refused(
                code::SECRET_VALUE,
                format!("{title} holds values, and the lock must not"),
            )
            .hint("leave `data` and `stringData` out, and say under the module's `secrets` which Key Vault secret each key comes from"));
        }
        if !sources.contains(&name) {
            return Err(code::refused(
                code::SECRET_SOURCE,
                format!("nothing says where the values of {title} come from"),
            )
            .hint(format!("add {name} to the module's `secrets`")));
        }
        without_object.retain(|source| *source != name);
    }
    match without_object.first() {
        None => Ok(()),
        Some(name) => Err(code::refused(
            code::SECRET_SOURCE,
            format!("`secrets` names {name}, and the module has no Secret of that name"),
        )
        .hint("add a Secret of that name, without data, to the module's objects")),
    }
}

/// Gives a ConfigMap or a Secret its new name, and notes it in `names`.
pub fn version(object: &mut Value, secrets: &Secrets, names: &mut Names) {
    let Some(kind) = kind(object) else { return };
    let name = text(object, "/metadata/name").to_owned();
    let content = match kind {
        Kind::ConfigMap => json!([object.get("data"), object.get("binaryData")]),
        Kind::Secret => json!([object.get("type"), secrets.get(&name)]),
    };
    let new = format!("{name}-{}", suffix(content));
    object["metadata"]["name"] = new.clone().into();
    names.insert((kind, name), new);
}

/// Points every reference of an object to the new names.
pub fn refer(object: &mut Value, names: &Names) {
    references::rename(object, names);
}

/// Eight hexadecimal digits over the content.
fn suffix(mut content: Value) -> String {
    content.sort_all_objects();
    Digest::of(content.to_string().as_bytes()).hex()[..8].to_owned()
}

fn kind(object: &Value) -> Option<Kind> {
    match (text(object, "/apiVersion"), text(object, "/kind")) {
        ("v1", "ConfigMap") => Some(Kind::ConfigMap),
        ("v1", "Secret") => Some(Kind::Secret),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(data: Value) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data})
    }

    fn named(mut object: Value, secrets: &Secrets) -> String {
        version(&mut object, secrets, &mut Names::new());
        text(&object, "/metadata/name").to_owned()
    }

    fn secrets(version: &str) -> Secrets {
        let from = SecretVersion {
            vault: "v".into(),
            secret: "s".into(),
            version: version.into(),
        };
        Secrets::from([("s".into(), BTreeMap::from([("k".into(), from)]))])
    }

    #[test]
    fn the_name_of_a_config_map_is_its_content() {
        let none = Secrets::new();
        let one = named(map(json!({"a": "1", "b": "2"})), &none);
        assert_eq!(one.len(), "c-".len() + 8);
        assert_eq!(one, named(map(json!({"b": "2", "a": "1"})), &none));
        assert_ne!(one, named(map(json!({"a": "1", "b": "3"})), &none));
        let mut labelled = map(json!({"a": "1", "b": "2"}));
        labelled["metadata"]["labels"] = json!({"app.kubernetes.io/version": "2.0.0"});
        assert_eq!(one, named(labelled, &none));
    }

    #[test]
    fn the_name_of_a_secret_is_the_versions_of_its_sources() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque"});
        let one = named(secret.clone(), &secrets("1"));
        assert_eq!(one, named(secret.clone(), &secrets("1")));
        assert_ne!(one, named(secret, &secrets("2")));
    }

    #[test]
    fn a_secret_with_values_is_refused_and_the_value_is_not_repeated() {
        for field in ["data", "stringData"] {
            let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, field: {"k": "hunter2"}});
            let failure = check([&secret], &["s"]).unwrap_err();
            assert_eq!(failure.code, code::SECRET_VALUE);
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }

    #[test]
    fn secrets_and_their_sources_need_each_other() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
        assert!(check([&secret], &["s"]).is_ok());
        assert_eq!(check([&secret], &[]).unwrap_err().code, code::SECRET_SOURCE);
        assert_eq!(check([], &["s"]).unwrap_err().code, code::SECRET_SOURCE);
    }
}
