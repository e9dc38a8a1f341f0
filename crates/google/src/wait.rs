//! Waiting between two looks at something that changes by itself.

use std::time::Duration;

/// A delay that grows: 50 ms, ×1.5, up to 5 s. There is no end to it: the
/// operation's deadline drops the future that waits.
pub(crate) struct Wait {
    next: Duration,
}

impl Wait {
    const FIRST: Duration = Duration::from_millis(50);
    const LONGEST: Duration = Duration::from_secs(5);

    pub(crate) fn new() -> Self {
        Self { next: Self::FIRST }
    }

    /// Waits once more, longer than the last time.
    pub(crate) async fn again(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = self.next.mul_f64(1.5).min(Self::LONGEST);
    }
}
