//! Whether the files that a manifest names are there.

use crate::{Artifact, Code, Diagnostic, Manifest, Spanned};
use std::path::{Component, Path};

/// Whether the files and directories that `manifest` names exist below `directory`,
/// the one that holds the manifest, and do not lead out of it through links.
pub fn check_files(manifest: &Manifest, directory: &Path) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for module in &manifest.modules {
        let programs = module.migrations.iter().flat_map(|it| it.own_programs());
        found.extend(programs.filter_map(|path| missing(directory, path, &[])));
        match &module.artifact {
            Artifact::Chart { path, values } => {
                let chart = [("Chart.yaml", "a chart has a `Chart.yaml`")];
                found.extend(missing(directory, path, &chart));
                found.extend(
                    values
                        .iter()
                        .filter_map(|file| missing(directory, file, &[])),
                );
            }
            Artifact::Objects { path } => found.extend(missing(directory, path, &[])),
            Artifact::Image { .. } | Artifact::Source { .. } => {}
        }
    }
    found
}

fn missing(
    directory: &Path,
    path: &Spanned<String>,
    contents: &[(&str, &str)],
) -> Option<Diagnostic> {
    let here = directory.join(&path.value);
    let Ok(real) = here.canonicalize() else {
        let message = format!("`{}` does not exist", path.value);
        return Some(
            Diagnostic::error(Code::FileNotFound, path.span, message)
                .help("paths are relative to the manifest's directory"),
        );
    };
    if directory
        .canonicalize()
        .is_ok_and(|root| !real.starts_with(root))
    {
        let message = format!("`{}` leads out of the manifest's directory", path.value);
        return Some(Diagnostic::error(Code::PathEscapes, path.span, message));
    }
    let (name, help) = contents
        .iter()
        .find(|(name, _)| !here.join(name).is_file())?;
    let message = format!("`{}` has no `{name}`", path.value);
    Some(Diagnostic::error(Code::FileNotFound, path.span, message).help(*help))
}

/// Whether a path stays below where it begins, on every operating system.
pub(crate) fn is_inner(path: &str) -> bool {
    let inner = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    !path.contains(['\\', '\0', ':']) && Path::new(path).components().all(inner)
}
