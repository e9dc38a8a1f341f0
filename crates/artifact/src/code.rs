//! The codes of this room's failures; each has a page in `docs/errors/`.

use segue_model::{Failure, FailureKind, Fault};

/// There is no lock.
pub const NO_LOCK: &str = "SEG2001";
/// The text is no lock.
pub const MALFORMED_LOCK: &str = "SEG2002";
/// A newer Segue wrote the lock.
pub const NEWER_LOCK: &str = "SEG2003";
/// The lock no longer matches the manifest.
pub const STALE_LOCK: &str = "SEG2004";
/// A module's files cannot be read.
pub const UNREADABLE: &str = "SEG2005";
/// The text is no Kubernetes object.
pub const NO_OBJECT: &str = "SEG2006";
/// Helm cannot be started.
pub const NO_HELM: &str = "SEG2007";
/// Helm did not render the chart.
pub const NOT_RENDERED: &str = "SEG2008";
/// The chart has hooks.
pub const HOOK: &str = "SEG2009";
/// The image's name is no reference, or says no version.
pub const BAD_IMAGE: &str = "SEG2010";
/// The image's tag is not the module's version.
pub const OTHER_TAG: &str = "SEG2011";
/// The registry has no such image.
pub const NO_IMAGE: &str = "SEG2012";
/// The registry refuses.
pub const DENIED: &str = "SEG2013";
/// The registry is out of reach.
pub const OUT_OF_REACH: &str = "SEG2014";
/// An object names a namespace that is not its target's.
pub const OTHER_NAMESPACE: &str = "SEG2015";
/// A selector would no longer find its pods.
pub const SELECTOR: &str = "SEG2016";
/// Two objects of one target have one name.
pub const TWICE: &str = "SEG2017";
/// A Secret holds values.
pub const SECRET_VALUE: &str = "SEG2018";
/// A Secret and the manifest's `secrets` do not fit each other.
pub const SECRET_SOURCE: &str = "SEG2019";
/// The source archive has no place in a bucket.
pub const NO_SOURCE: &str = "SEG2020";
/// A module's files, or the lock, are too large.
pub const TOO_LARGE: &str = "SEG2021";

/// What the person who wrote the manifest, the chart or the lock can put right.
pub fn refused(code: &str, what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Step, Fault::User, code, what)
}
