//! The one place for faults: what goes wrong, with which module.

use std::{
    collections::BTreeMap,
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

/// What can go wrong with a module in the sandbox. Faults of workloads touch the
/// new version only; the versions that were live before stay well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The new version starts and never becomes ready.
    NeverReady,
    /// The new version ends right after its start, again and again.
    CrashLoop,
    /// The platform cannot find the new version's image or source.
    ImageNotFound,
    /// The new version becomes ready and answers 500 soon after.
    UnhealthyAfterReady,
    /// Every API call that concerns the module answers 503 for a while.
    ApiUnavailable,
    /// Every API call that would change the module is refused (403).
    AccessDenied,
}

impl FaultKind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::NeverReady,
        Self::CrashLoop,
        Self::ImageNotFound,
        Self::UnhealthyAfterReady,
        Self::ApiUnavailable,
        Self::AccessDenied,
    ];

    /// The name that people type.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverReady => "never-ready",
            Self::CrashLoop => "crash-loop",
            Self::ImageNotFound => "image-not-found",
            Self::UnhealthyAfterReady => "unhealthy-after-ready",
            Self::ApiUnavailable => "api-unavailable",
            Self::AccessDenied => "access-denied",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for FaultKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
                format!("no fault `{text}`; there are {}", names.join(", "))
            })
    }
}

/// How many mutating or reading API calls a module's `api-unavailable` refuses
/// before the API recovers.
pub const UNAVAILABLE_CALLS: u32 = 4;

/// What goes wrong, with which module.
#[derive(Debug, Default)]
pub struct Faults {
    by_module: Mutex<BTreeMap<String, (FaultKind, u32)>>,
}

impl Faults {
    /// From now on `module` has this fault.
    pub fn set(&self, module: &str, kind: FaultKind) {
        self.lock().insert(module.to_owned(), (kind, 0));
    }

    /// From now on nothing goes wrong.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Whether `module` has the fault `kind`.
    pub fn has(&self, module: &str, kind: FaultKind) -> bool {
        self.lock().get(module).is_some_and(|(k, _)| *k == kind)
    }

    /// Whether this API call that concerns `module` is answered with a 503:
    /// true for the first [`UNAVAILABLE_CALLS`] calls under that fault.
    pub fn unavailable(&self, module: &str) -> bool {
        match self.lock().get_mut(module) {
            Some((FaultKind::ApiUnavailable, calls)) if *calls < UNAVAILABLE_CALLS => {
                *calls += 1;
                true
            }
            _ => false,
        }
    }

    /// Whether an API call that would change `module` is refused with a 403.
    pub fn denied(&self, module: &str) -> bool {
        self.has(module, FaultKind::AccessDenied)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (FaultKind, u32)>> {
        self.by_module
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
