//! Whether a lock still says what the manifest means. Needs no Helm and no network.

use super::{Lock, declared};
use crate::{code, inputs};
use segue_manifest::{Code, Diagnostic, Label, Manifest, Module, Severity, Span};
use segue_model::{Failure, ModuleId, Version};
use std::{collections::BTreeSet, fmt, path::Path};

const HINT: &str = "type `segue lock`, and review what changes in it";

/// One way in which a lock does not match its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The module.
    pub module: ModuleId,
    /// What does not match.
    pub kind: MismatchKind,
}

/// What does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MismatchKind {
    /// The manifest has the module, the lock has not.
    Added,
    /// The lock has the module, the manifest has not.
    Removed,
    /// The manifest releases another version.
    Version {
        /// The one in the lock.
        locked: Version,
        /// The one in the manifest.
        wanted: Version,
    },
    /// It needs other modules, or other versions of them.
    Needs,
    /// It runs on other targets.
    Targets,
    /// Its files changed, or what the manifest says of its artifact.
    Inputs,
    /// Its files cannot be read.
    Unreadable(Failure),
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = &self.module;
        match &self.kind {
            MismatchKind::Added => write!(f, "{module} is not in the lock"),
            MismatchKind::Removed => write!(f, "{module} is no longer in the manifest"),
            MismatchKind::Version { locked, wanted } => {
                write!(
                    f,
                    "{module} is locked at {locked}, and the manifest says {wanted}"
                )
            }
            MismatchKind::Needs => write!(f, "what {module} needs changed"),
            MismatchKind::Targets => write!(f, "the targets of {module} changed"),
            MismatchKind::Inputs => write!(f, "what {module} is made from changed"),
            MismatchKind::Unreadable(failure) => write!(f, "{module}: {failure}"),
        }
    }
}

impl Mismatch {
    /// All mismatches as one failure that says what to type; none without any.
    pub fn failure(all: &[Self]) -> Option<Failure> {
        let lines: Vec<_> = all.iter().map(Self::to_string).collect();
        (!lines.is_empty()).then(|| {
            code::refused(code::STALE_LOCK, "the lock no longer matches the manifest")
                .words(lines.join("\n"))
                .hint(HINT)
        })
    }

    /// The same, pointing at the place in the text of `manifest` that the lock
    /// does not know.
    pub fn diagnostic(&self, manifest: &Manifest) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code: Code::StaleLock,
            message: format!("the lock no longer matches the manifest: {self}"),
            primary: Label {
                span: self.place(manifest),
                text: self.label(),
            },
            secondary: Vec::new(),
            help: Some(HINT.to_owned()),
        }
    }

    /// Where the manifest says it; its beginning when it says nothing any more.
    fn place(&self, manifest: &Manifest) -> Span {
        let Some(module) = manifest.module(&self.module) else {
            return Span::default();
        };
        let place = match self.kind {
            MismatchKind::Version { .. } => Some(module.version.span),
            MismatchKind::Needs => module.needs.first().map(|need| need.module.span),
            MismatchKind::Targets => module.on.first().map(|target| target.span),
            _ => None,
        };
        place.unwrap_or(module.id.span)
    }

    fn label(&self) -> String {
        match &self.kind {
            MismatchKind::Added => "not in the lock".into(),
            MismatchKind::Version { locked, .. } => format!("locked at {locked}"),
            MismatchKind::Needs | MismatchKind::Targets => "not what was locked".into(),
            MismatchKind::Inputs => "its files, or what is said of them here, changed".into(),
            MismatchKind::Removed | MismatchKind::Unreadable(_) => String::new(),
        }
    }
}

impl Lock {
    /// Everything in which the lock does not match the manifest, whose paths are
    /// relative to `dir`; in the manifest's order.
    pub fn check(&self, manifest: &Manifest, dir: &Path) -> Vec<Mismatch> {
        let mut found: Vec<_> = manifest
            .modules
            .iter()
            .filter_map(|module| {
                Some(Mismatch {
                    module: module.id.value.clone(),
                    kind: self.mismatch(manifest, module, dir)?,
                })
            })
            .collect();
        let removed = self
            .modules
            .keys()
            .filter(|id| manifest.module(id).is_none());
        found.extend(removed.map(|id| Mismatch {
            module: id.clone(),
            kind: MismatchKind::Removed,
        }));
        found
    }

    fn mismatch(&self, manifest: &Manifest, module: &Module, dir: &Path) -> Option<MismatchKind> {
        let Some(locked) = self.modules.get(&module.id.value) else {
            return Some(MismatchKind::Added);
        };
        let wanted = &module.version.value;
        if locked.version != *wanted {
            return Some(MismatchKind::Version {
                locked: locked.version.clone(),
                wanted: wanted.clone(),
            });
        }
        if locked.needs != declared::needs(module) {
            return Some(MismatchKind::Needs);
        }
        let on: BTreeSet<_> = module.on.iter().map(|target| &target.value).collect();
        if !on.iter().copied().eq(locked.targets.keys()) {
            return Some(MismatchKind::Targets);
        }
        match inputs::read(module, dir) {
            Err(failure) => Some(MismatchKind::Unreadable(failure)),
            Ok(files) => (declared::inputs(manifest, module, dir, &files) != locked.inputs)
                .then_some(MismatchKind::Inputs),
        }
    }
}
