//! The survey room: what lies about in a project and in a home directory becomes a draft
//! of a manifest.
//!
//! It does no I/O: it is given the texts of files and says what they hold. No text is
//! trusted: sizes are bounded, what can not be read is said, and nothing but what is
//! asked for by name leaves a file, so that no credential of a kubeconfig does.
//!
//! The way of the data: texts ([`Text`]) → findings, one file of `source` for each tool
//! that people come from → modules, each once, in the order that they had (`combine`)
//! → facts with their places → the manifest's text, which the runbook room writes.
//! It knows the file formats of other tools, and no cloud, plan or release.

mod combine;
mod draft;
mod finding;
mod needs;
mod problem;
mod source;
mod survey;
mod targets;
mod text;
mod version;
mod yaml;

pub use draft::{Finding, Surveyed};
pub use problem::Problem;
pub use survey::{Answers, Question, Survey, survey};
pub use text::{Kind, Text};
