//! Moments and durations as people say them.

use jiff::{Timestamp, tz::TimeZone};

/// A duration: `340 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(ms: i64) -> String {
    match ms.max(0) {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms @ 1_000..60_000 => format!("{:.1} s", ms as f64 / 1000.0),
        ms @ 60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
        ms => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// A moment of today, in the machine's own time zone: `04:12:33`.
pub fn clock(at_ms: i64) -> String {
    zoned(at_ms, "%H:%M:%S")
}

/// Any moment, in the machine's own time zone: `2026-11-23 04:12:33`.
pub fn moment(at_ms: i64) -> String {
    zoned(at_ms, "%Y-%m-%d %H:%M:%S")
}

fn zoned(at_ms: i64, format: &str) -> String {
    let time = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    let zoned = time.to_zoned(TimeZone::system());
    zoned.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_unit_that_fits() {
        let said = [-5, 340, 12_400, 200_000, 7_500_000].map(duration);
        assert_eq!(
            said,
            ["0 ms", "340 ms", "12.4 s", "3 min 20 s", "2 h 5 min"]
        );
    }
}
