//! Google's Discovery documents: which methods an API has, and what each takes
//! and answers.
//! Source: <https://developers.google.com/discovery/v1/reference/apis>.

use super::schema::Schema;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

macro_rules! documents {
    ($($name:ident = $file:literal;)*) => {$(
        pub(super) static $name: LazyLock<Document> =
            LazyLock::new(|| Document::parse(include_str!(concat!("discovery/", $file))));
    )*};
}

documents! {
    RUN = "run.v2.json";
    FUNCTIONS = "cloudfunctions.v2.json";
    SCHEDULER = "cloudscheduler.v1.json";
    PUBSUB = "pubsub.v1.json";
    ARTIFACT_REGISTRY = "artifactregistry.v1.json";
    STORAGE = "storage.v1.json";
}

/// One API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    service_path: String,
    /// The query parameters that every method takes.
    pub parameters: BTreeMap<String, Schema>,
    methods: BTreeMap<String, Method>,
    pub schemas: BTreeMap<String, Schema>,
}

/// One method.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Method {
    /// `run.projects.locations.services.patch`.
    pub id: String,
    pub http_method: String,
    flat_path: Option<String>,
    path: String,
    pub request: Option<Schema>,
    pub response: Option<Schema>,
    pub parameters: BTreeMap<String, Schema>,
}

/// What a method takes out of its path.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Captures {
    /// Single segments: `servicesId` → `notifier`.
    pub segments: BTreeMap<String, String>,
    /// The resource that the path names: its `name`, `parent` or `resource`.
    pub resource: String,
}

/// Why no method fits.
#[derive(Debug, PartialEq)]
pub(super) enum NoMethod {
    Path,
    Verb,
}

impl Document {
    fn parse(text: &str) -> Self {
        // The text is part of the program, and a test parses each document.
        serde_json::from_str(text).expect("an embedded Discovery document")
    }

    /// The method that answers `verb path`.
    pub fn find(&self, verb: &str, path: &str) -> Result<(&Method, Captures), NoMethod> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_prefix(&self.service_path).unwrap_or(path);
        let fitting: Vec<_> = self
            .methods
            .values()
            .filter_map(|method| Some((method, method.captures(path)?)))
            .collect();
        let known = !fitting.is_empty();
        fitting
            .into_iter()
            .filter(|(method, _)| method.http_method == verb)
            // `x:getIamPolicy` fits `{servicesId}` too; the longer template means it.
            .max_by_key(|(method, _)| method.template().len())
            .ok_or(if known {
                NoMethod::Verb
            } else {
                NoMethod::Path
            })
    }
}

impl Method {
    /// The method's name: `services.patch`.
    pub fn name(&self) -> &str {
        self.id
            .rsplit_once("locations.")
            .or_else(|| self.id.rsplit_once("projects."))
            .or_else(|| self.id.split_once('.'))
            .map_or(&self.id, |(_, name)| name)
    }

    /// Whether it changes anything.
    pub fn mutates(&self) -> bool {
        self.http_method != "GET"
    }

    fn template(&self) -> &str {
        self.flat_path.as_deref().unwrap_or(&self.path)
    }

    fn captures(&self, path: &str) -> Option<Captures> {
        let mut segments = BTreeMap::new();
        let mut given = path.split('/');
        for wanted in self.template().split('/') {
            let given = given.next().filter(|given| !given.is_empty())?;
            let Some((name, verb)) = wanted.strip_prefix('{').and_then(|w| w.split_once('}'))
            else {
                if wanted != given {
                    return None;
                }
                continue;
            };
            let value = given.strip_suffix(verb).filter(|value| !value.is_empty())?;
            segments.insert(name.to_owned(), decoded(value));
        }
        if given.next().is_some() {
            return None;
        }
        let resource = self.path.split_once("{+").map_or(path, |(before, rest)| {
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            let path = path.strip_prefix(before).unwrap_or(path);
            path.strip_suffix(after).unwrap_or(path)
        });
        Some(Captures {
            segments,
            resource: decoded(resource),
        })
    }
}

/// Percent-decoding; what is no valid escape stays as it is.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(escape.unwrap_or(first));
        rest = if escape.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_parses() {
        for document in [
            &RUN,
            &FUNCTIONS,
            &SCHEDULER,
            &PUBSUB,
            &ARTIFACT_REGISTRY,
            &STORAGE,
        ] {
            assert!(!document.methods.is_empty());
        }
    }

    #[test]
    fn a_path_finds_its_method_and_resource() {
        let service = "projects/p/locations/l/services/notifier";
        let find = |verb, path: &str| {
            let (method, captures) = RUN.find(verb, path).unwrap();
            (method.name(), captures.resource)
        };
        assert_eq!(
            find("GET", &format!("/v2/{service}:getIamPolicy")),
            ("services.getIamPolicy", service.to_owned())
        );
        assert_eq!(
            find("POST", "/v2/projects/p/locations/l/services"),
            ("services.create", "projects/p/locations/l".to_owned())
        );
        assert_eq!(
            find("GET", &format!("/v2/{service}/revisions")),
            ("services.revisions.list", service.to_owned())
        );
        assert_eq!(
            RUN.find("PUT", &format!("/v2/{service}")).err(),
            Some(NoMethod::Verb)
        );
        assert_eq!(RUN.find("GET", "/v1/x").err(), Some(NoMethod::Path));
    }

    #[test]
    fn an_object_is_one_encoded_segment() {
        let (_, captures) = STORAGE.find("GET", "/storage/v1/b/bk/o/a%2Fb.zip").unwrap();
        assert_eq!(captures.segments["object"], "a/b.zip");
    }
}
