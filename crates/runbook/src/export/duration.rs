//! Lengths of time, as people say them.

use std::time::Duration;

/// `45 s`, `3 min 5 s`, `2 h 10 min`.
pub(super) fn said(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_millis() >= 500);
    let parts = match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => return format!("{} s", seconds.max(u64::from(!time.is_zero()))),
        (0, minutes, 0) => return format!("{minutes} min"),
        (0, minutes, seconds) => (format!("{minutes} min"), format!("{seconds} s")),
        (hours, 0, _) => return format!("{hours} h"),
        (hours, minutes, _) => (format!("{hours} h"), format!("{minutes} min")),
    };
    format!("{} {}", parts.0, parts.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_two_words_at_most() {
        let of = |ms| said(Duration::from_millis(ms));
        assert_eq!(
            [of(300), of(45_000), of(60_000), of(185_000)],
            ["1 s", "45 s", "1 min", "3 min 5 s"]
        );
        assert_eq!([of(7_800_000), of(3_600_000)], ["2 h 10 min", "1 h"]);
    }
}
