//! What the users of a product felt while a release ran.

use serde::{Deserialize, Serialize};

/// Requests that were sent during a release, as users would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    /// The module through which they came.
    pub through: String,
    /// How many.
    pub sent: u64,
    /// How many were answered otherwise than with 200, or not at all.
    pub failed: u64,
    /// What the first failed ones were answered.
    pub samples: Vec<String>,
    /// The median of the answers' times, in milliseconds.
    pub median_ms: f64,
    /// The 99th percentile, in milliseconds.
    pub p99_ms: f64,
}
