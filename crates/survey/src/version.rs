//! Versions and images as other tools write them.

use segue_model::Version;

/// An image as it is written, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Without tag and digest.
    pub repository: String,
    pub tag: Option<String>,
    /// A variable stood in it, and its default was taken.
    pub guessed: bool,
}

/// The version that a text means, and whether it is written otherwise.
pub(crate) fn version(text: &str) -> Option<(String, bool)> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    if let Ok(version) = bare.parse::<Version>() {
        return Some((version.to_string(), bare != text));
    }
    let end = bare.find(['-', '+']).unwrap_or(bare.len());
    let (numbers, rest) = bare.split_at(end);
    let mut parts: Vec<u64> = numbers
        .split('.')
        .map(|it| it.parse().ok())
        .collect::<Option<_>>()?;
    if parts.len() > 3 {
        return None;
    }
    parts.resize(3, 0);
    let whole = format!("{}.{}.{}{rest}", parts[0], parts[1], parts[2]);
    let version: Version = whole.parse().ok()?;
    Some((version.to_string(), true))
}

/// Takes an image apart; nothing where it hangs on a variable without a default, or is
/// no image.
pub(crate) fn image(text: &str) -> Option<Image> {
    let whole = variables(text)?;
    let guessed = whole != text;
    let bare = whole.split('@').next().unwrap_or_default();
    let slash = bare.rfind('/').map_or(0, |at| at + 1);
    let (repository, tag) = match bare[slash..].find(':') {
        Some(at) => (&bare[..slash + at], Some(bare[slash + at + 1..].to_owned())),
        None => (bare, None),
    };
    let sound = |it: &str| {
        it.starts_with(|c: char| c.is_ascii_alphanumeric())
            && it
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c))
    };
    (sound(repository) && tag.as_deref().is_none_or(sound)).then(|| Image {
        repository: repository.to_owned(),
        tag,
        guessed,
    })
}

/// Whether an image is one that everybody takes: `postgres`, `bitnami/redis`.
pub(crate) fn is_public(repository: &str) -> bool {
    match repository.split_once('/') {
        None => true,
        Some((host, _)) => {
            !host.contains(['.', ':']) && host != "localhost"
                || matches!(host, "docker.io" | "quay.io" | "registry.k8s.io")
        }
    }
}

/// A text with the defaults of its variables: `${TAG:-1.2.0}`.
fn variables(text: &str) -> Option<String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        whole.push_str(&rest[..at]);
        let inner = rest[at + 1..].strip_prefix('{')?;
        let end = inner.find('}')?;
        let (_, default) = inner[..end].split_once('-')?;
        whole.push_str(default);
        rest = &inner[end + 1..];
    }
    whole.push_str(rest);
    Some(whole)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_people_write_them() {
        let of = |text| version(text).map(|(version, _)| version);
        assert_eq!(of("1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(of("v1.2").as_deref(), Some("1.2.0"));
        assert_eq!(of("16-alpine").as_deref(), Some("16.0.0-alpine"));
        for none in ["latest", "", "1.2.3.4", "main", "99999999999999999999"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn images_with_ports_tags_digests_and_variables() {
        let of = |text| image(text).map(|it| (it.repository, it.tag, it.guessed));
        let some = |name: &str, tag: Option<&str>, guessed| {
            Some((name.to_owned(), tag.map(str::to_owned), guessed))
        };
        assert_eq!(
            of("r.io:5000/a/b:1.2"),
            some("r.io:5000/a/b", Some("1.2"), false)
        );
        assert_eq!(of("r.io:5000/a/b"), some("r.io:5000/a/b", None, false));
        assert_eq!(of("a@sha256:00"), some("a", None, false));
        assert_eq!(of("r.io/a:${TAG:-1.0}"), some("r.io/a", Some("1.0"), true));
        assert_eq!(of("${REGISTRY}/a:1"), None);
        assert_eq!(of("a b"), None);
        assert!(is_public("postgres") && is_public("bitnami/redis"));
        assert!(!is_public("shop.azurecr.io/api"));
    }
}
