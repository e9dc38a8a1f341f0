//! What a module deploys: one of `helm`, `manifests`, `image`, `source`, as its
//! platform asks.

use super::Lowering;
use crate::{
    Code, Diagnostic, Span, Spanned,
    document::ModuleText,
    manifest::{Artifact, Place},
};

impl Lowering<'_> {
    pub(super) fn artifact(
        &mut self,
        id: &Spanned<String>,
        text: &ModuleText,
        place: &Place,
    ) -> Option<Artifact> {
        let fitting = fitting(place);
        let written = written(text);
        for (key, span) in &written {
            if !fitting.contains(key) {
                let message = format!("a {} module is not deployed from `{key}`", place.platform());
                self.report(
                    Diagnostic::error(Code::Artifact, *span, message)
                        .help(format!("write {} instead", list(fitting))),
                );
            }
        }
        let mut chosen = written.iter().filter(|(key, _)| fitting.contains(key));
        match (chosen.next(), chosen.next()) {
            (None, _) if written.is_empty() => {
                let message = format!("`{}` does not say what is deployed", id.value);
                self.report(
                    Diagnostic::error(Code::Artifact, id.span, message).help(format!(
                        "a {} module has {}",
                        place.platform(),
                        list(fitting)
                    )),
                );
            }
            (Some((first, at)), Some((second, span))) => {
                let message = format!("`{}` is deployed from one thing only", id.value);
                self.report(
                    Diagnostic::error(Code::Artifact, *span, message)
                        .label(format!("`{second}`"))
                        .and(*at, format!("and `{first}`")),
                );
            }
            _ => {}
        }
        self.read(text, place)
    }

    fn read(&mut self, text: &ModuleText, place: &Place) -> Option<Artifact> {
        match place {
            Place::Kubernetes { .. } => match (&text.helm, &text.manifests) {
                (Some(helm), _) => {
                    self.inner_path(&helm.chart);
                    helm.values.iter().for_each(|file| self.inner_path(file));
                    Some(Artifact::Chart {
                        path: helm.chart.clone(),
                        values: helm.values.clone(),
                    })
                }
                (None, Some(path)) => {
                    self.inner_path(path);
                    Some(Artifact::Objects { path: path.clone() })
                }
                (None, None) => None,
            },
            Place::AzureFunctions { .. } | Place::CloudRun { .. } => {
                let repository = text.image.clone()?;
                self.image(&repository);
                Some(Artifact::Image { repository })
            }
            Place::CloudFunctions { .. } => {
                let url = text.source.clone()?;
                self.bucket_object(&url);
                Some(Artifact::Source { url })
            }
        }
    }

    fn image(&mut self, image: &Spanned<String>) {
        let name = image.rsplit('/').next().unwrap_or_default();
        if image.contains('@') || name.contains(':') {
            let message = "an image is written without tag or digest";
            self.report(
                Diagnostic::error(Code::Malformed, image.span, message)
                    .help("the module's `version` is its tag, and the lock finds its digest"),
            );
        } else if name.is_empty() || image.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let message = "this is not the name of an image";
            self.report(
                Diagnostic::error(Code::Malformed, image.span, message)
                    .help("write, for example, `europe-docker.pkg.dev/project/repository/image`"),
            );
        }
    }

    fn bucket_object(&mut self, url: &Spanned<String>) {
        let parts = url
            .strip_prefix("gs://")
            .and_then(|rest| rest.split_once('/'));
        if !parts.is_some_and(|(bucket, object)| !bucket.is_empty() && !object.is_empty()) {
            let message = "this is not an object of a bucket";
            self.report(
                Diagnostic::error(Code::Malformed, url.span, message)
                    .help("write `gs://BUCKET/OBJECT`"),
            );
        }
    }
}

fn fitting(place: &Place) -> &'static [&'static str] {
    match place {
        Place::Kubernetes { .. } => &["helm", "manifests"],
        Place::AzureFunctions { .. } | Place::CloudRun { .. } => &["image"],
        Place::CloudFunctions { .. } => &["source"],
    }
}

fn written(text: &ModuleText) -> Vec<(&'static str, Span)> {
    [
        ("helm", text.helm.as_ref().map(|it| it.value.chart.span)),
        ("manifests", text.manifests.as_ref().map(|it| it.span)),
        ("image", text.image.as_ref().map(|it| it.span)),
        ("source", text.source.as_ref().map(|it| it.span)),
    ]
    .into_iter()
    .filter_map(|(key, span)| Some((key, span?)))
    .collect()
}

fn list(keys: &[&str]) -> String {
    let quoted: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(" or ")
}
