//! The artifact room: versions become digests, charts become rendered objects,
//! and both become `segue.lock`. Nothing is resolved or rendered later than this.
//!
//! It knows the manifest, Kubernetes objects as plain JSON, the `helm` program
//! and the registries' protocol. It knows no plan, no release and no cluster:
//! making a lock reads, and changes nothing anywhere.
//!
//! The way of the data: module → rendered text ([`Charts`]) → objects, marked
//! and with every image's tag → digests, generations and secret versions
//! ([`Registry`], [`Sources`], [`segue_platform::Secrets`]) → names of
//! configuration that carry its content → [`Lock`]. Only the first and the
//! third step do I/O.

mod code;
mod fictional;
mod helm;
mod inputs;
mod kubernetes;
mod lock;
mod registry;
mod tools;

pub use fictional::Fictional;
pub use helm::Helm;
pub use lock::{
    Artifact, FORMAT, Lock, LockedModule, MAX_BYTES, Mismatch, MismatchKind, SecretVersion, lock,
};
pub use registry::{Credential, OciRegistry, Registry};
pub use tools::{Chart, Charts, Sources, Tools};
