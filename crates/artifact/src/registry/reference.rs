//! Names of images: `repository:tag@digest`.

use segue_model::Digest;
use std::{fmt, str::FromStr};

/// The name of an image as it stands in a pod. The grammar is that of
/// `distribution/reference`; the repository is kept as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Host and path, or a path alone (Docker Hub's).
    pub repository: String,
    /// What people call the version.
    pub tag: Option<String>,
    /// What it really is.
    pub digest: Option<Digest>,
}

/// An image by repository and tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tagged {
    /// Host and path.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

impl Reference {
    /// Repository and tag, when it has a tag and no digest.
    pub fn tagged(self) -> Option<Tagged> {
        match self.digest {
            Some(_) => None,
            None => Some(Tagged {
                repository: self.repository,
                tag: self.tag?,
            }),
        }
    }
}

/// The text is no name of an image.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAnImage(String);

impl fmt::Display for NotAnImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not the name of an image", self.0)
    }
}

impl FromStr for Reference {
    type Err = NotAnImage;

    fn from_str(text: &str) -> Result<Self, NotAnImage> {
        let bad = || NotAnImage(text.chars().take(200).collect());
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        // A colon before the last slash is a port's.
        let path = name.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match name[path..].split_once(':') {
            Some((_, tag)) => (&name[..name.len() - tag.len() - 1], Some(tag)),
            None => (name, None),
        };
        if !is_repository(repository) || tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(bad());
        }
        Ok(Self {
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.repository, self.tag)
    }
}

/// The host that a repository is on, and its path there.
/// Source: `distribution/reference`, `normalize.go`: without a host it is Docker Hub's.
pub fn host_and_path(repository: &str) -> (&str, String) {
    match repository.split_once('/') {
        Some((host, path)) if is_host(host) => (host, path.to_owned()),
        Some(_) => ("docker.io", repository.to_owned()),
        None => ("docker.io", format!("library/{repository}")),
    }
}

fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':'])
}

fn is_repository(text: &str) -> bool {
    let (host, path) = match text.split_once('/') {
        Some((host, path)) if is_host(host) => (Some(host), path),
        _ => (None, text),
    };
    text.len() <= 255
        && host.is_none_or(is_well_formed)
        && path.split('/').all(|part| {
            let edge =
                |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            edge(part.bytes().next())
                && edge(part.bytes().last())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        })
}

fn is_well_formed(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        && port.parse::<u16>().is_ok()
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_and_put_together() {
        let digest = Digest::of(b"x");
        for (text, repository, tag) in [
            ("nginx", "nginx", None),
            ("nginx:1.29", "nginx", Some("1.29")),
            ("localhost:5000/a/b", "localhost:5000/a/b", None),
            ("localhost:5000/a/b:v1", "localhost:5000/a/b", Some("v1")),
            (&format!("r.example/a:1@{digest}"), "r.example/a", Some("1")),
        ] {
            let reference: Reference = text.parse().unwrap();
            assert_eq!(reference.repository, repository);
            assert_eq!(reference.tag.as_deref(), tag);
            assert_eq!(reference.to_string(), text);
        }
    }

    #[test]
    fn what_could_lead_a_request_astray_is_no_name() {
        for text in [
            "",
            "a b",
            "A/b",
            "r.example/../x",
            "r.example/a?x",
            "r.example/a:",
            "a:../b",
            "a@sha256:1",
            "r.example//a",
            "u:p@r.example/a",
            "https://r.example/a",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }

    #[test]
    fn without_a_host_it_is_docker_hubs() {
        assert_eq!(
            host_and_path("nginx"),
            ("docker.io", "library/nginx".into())
        );
        assert_eq!(
            host_and_path("grafana/loki"),
            ("docker.io", "grafana/loki".into())
        );
        assert_eq!(host_and_path("r.example/a/b"), ("r.example", "a/b".into()));
    }
}
