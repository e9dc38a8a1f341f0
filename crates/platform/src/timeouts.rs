//! How long a network may keep silent before that is taken for broken.

use std::time::Duration;

/// How long a network may keep silent. Each adapter bounds every request by
/// these; what passes a bound is [`segue_model::FailureKind::Unavailable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// Until a request to a cloud's API is answered, to the last byte. The
    /// longest that a cloud documents for itself is 60 s: a resource
    /// manager's own for a provider, an API server's `--request-timeout`.
    pub answer: Duration,
    /// Until a workload, a gate or a webhook has answered.
    pub outside: Duration,
    /// Until a watch that tells nothing is read anew: a stream over a connection
    /// that is half open looks just like one in which nothing happens.
    pub silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(60),
            outside: Duration::from_secs(10),
            silence: Duration::from_secs(15),
        }
    }
}

impl Timeouts {
    /// All of them `factor` times as long, for a world whose clock runs otherwise.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            connect: self.connect.mul_f64(factor),
            answer: self.answer.mul_f64(factor),
            outside: self.outside.mul_f64(factor),
            silence: self.silence.mul_f64(factor),
        }
    }
}
