//! The one clock of the sandbox: every delay of every twin goes through it, so
//! that a test runs the same world faster.

use std::time::Duration;

/// Scales every delay of the twins.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    scale: f64,
}

impl Clock {
    /// A clock whose delays take `scale` times as long as the clouds' (1.0: as
    /// long, 0.1: a tenth).
    pub fn scaled(scale: f64) -> Self {
        Self {
            scale: scale.clamp(0.0, 100.0),
        }
    }

    /// The real duration of a delay in the twins' world.
    pub fn real(&self, delay: Duration) -> Duration {
        delay.mul_f64(self.scale)
    }

    /// Waits for a delay of the twins' world.
    pub async fn sleep(&self, delay: Duration) {
        tokio::time::sleep(self.real(delay)).await;
    }
}
