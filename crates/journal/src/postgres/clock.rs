//! A clock that only goes forward, and goes on while the machine sleeps: a lease
//! runs out meanwhile.

use std::time::Duration;

/// Time since some moment of this machine's life.
#[cfg(target_os = "linux")]
pub(super) fn now() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    // Neither is ever negative on this clock.
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(now.tv_nsec.unsigned_abs())
}

/// Time since the first call. On other systems than Linux the standard library's
/// clock may stand still while the machine sleeps: a lease is then believed in for
/// up to its term after waking up, and what keeps two apart is the token alone.
#[cfg(not(target_os = "linux"))]
pub(super) fn now() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}
