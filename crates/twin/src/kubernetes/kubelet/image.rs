//! Pulling: which images exist, and what runs when they do.

use crate::{kubernetes::Inner, world::Program};
use std::sync::Arc;

/// What an existing image does.
#[derive(Clone)]
pub enum Image {
    /// It answers HTTP.
    Program(Arc<Program>),
    /// It runs beside one that does.
    Sidecar,
}

/// Looks an image up, by digest or by tag.
pub fn find(inner: &Inner, reference: &str) -> Option<Image> {
    if let Some(program) = inner.shared.program(&pinned(inner, reference)) {
        return Some(Image::Program(program));
    }
    let is_listed = |listed: &String| {
        let rest = reference.strip_prefix(listed.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '@']))
    };
    inner
        .world
        .sidecar_images
        .iter()
        .any(is_listed)
        .then_some(Image::Sidecar)
}

/// The reference by digest that a tag stands for.
pub fn pinned(inner: &Inner, reference: &str) -> String {
    let digest = inner.shared.programs.resolve(reference);
    match (digest, reference.rsplit_once(':')) {
        (Some(digest), Some((repository, _))) => format!("{repository}@{digest}"),
        _ => reference.to_owned(),
    }
}
