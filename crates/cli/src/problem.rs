//! Why a command did not do what it was asked to.

use crate::exit::Exit;
use segue_manifest::{Diagnostic, Source};
use segue_model::Failure;

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Problem {
    /// The manifest is wrong, in these places.
    Manifest(Source, Vec<Diagnostic>),
    /// Something failed.
    Failures(Vec<Failure>),
    /// Something failed, and a code of its own says how.
    With(Exit, Failure),
}

impl Problem {
    /// Segue itself failed.
    pub fn internal(what: &str, error: &dyn std::error::Error) -> Self {
        Failure::internal("SEG6014", what)
            .words(error.to_string())
            .into()
    }

    /// The arguments or files are wrong.
    pub fn input(code: &str, what: impl Into<String>) -> Failure {
        Failure::step(code, what).by(segue_model::Fault::User)
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Manifest(..) => Exit::BadInput,
            Self::Failures(all) => all.first().map_or(Exit::Internal, |failure| {
                Exit::of_failure(failure.kind, &failure.code)
            }),
            Self::With(exit, _) => *exit,
        }
    }

    /// What failed; empty when the manifest is wrong.
    pub fn failures(&self) -> &[Failure] {
        match self {
            Self::Manifest(..) => &[],
            Self::Failures(all) => all,
            Self::With(_, failure) => std::slice::from_ref(failure),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failures(vec![failure])
    }
}
