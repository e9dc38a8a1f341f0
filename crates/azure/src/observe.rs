//! `observe`: what is live, and what `revert` would need.

use crate::{
    app::App,
    content::{Former, Snapshot},
    sites,
    wanted::DOCKER,
};
use segue_model::{Digest, Failure, Observation};
use serde_json::json;

pub(crate) async fn observe(app: &App<'_>) -> Result<Observation, Failure> {
    if sites::find(app.arm, &app.production).await?.is_none() {
        return Ok(Observation::absent());
    }
    let content = app.production_content().await?;
    let names = app.wanted.settings.keys();
    let slot = match sites::find(app.arm, &app.slot).await? {
        Some(_) => Some(Snapshot::of(&app.slot_content().await?, names.clone())),
        None => None,
    };
    let former = Former {
        production: Snapshot::of(&content, names.clone()),
        slot,
    };
    let settings: Vec<_> = names.map(|name| content.settings.get(name)).collect();
    Ok(Observation {
        version: content.version(),
        revision: revision(&content.image),
        fingerprint: fingerprint(&json!([content.image, content.version(), settings])),
        detail: json!(former),
    })
}

fn revision(image: &str) -> String {
    match image.strip_prefix(DOCKER).unwrap_or(image) {
        "" => "none".to_owned(),
        image => image.to_owned(),
    }
}

/// A digest: values of settings stand in it and cannot be read out of it.
fn fingerprint(state: &serde_json::Value) -> String {
    Digest::of(state.to_string().as_bytes()).short().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_the_image() {
        assert_eq!(revision("DOCKER|r@sha256:aa"), "r@sha256:aa");
        assert_eq!(revision(""), "none");
        assert_eq!(revision("NODE|22"), "NODE|22");
    }
}
