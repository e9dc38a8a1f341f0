//! Days on which nothing is released.

use crate::{Malformed, zone::Zone};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Days on which nothing is released, from the first to the last, both whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    from: Date,
    until: Date,
    because: String,
}

impl Freeze {
    /// From `from` to `until` (both `2026-12-20`, both belong to it).
    ///
    /// # Errors
    /// When one of them is no date, or the last comes before the first.
    pub fn new(from: &str, until: &str, because: &str) -> Result<Self, Malformed> {
        let freeze = Self {
            from: date(from)?,
            until: date(until)?,
            because: because.to_owned(),
        };
        if freeze.until < freeze.from {
            return Err(Malformed::Backwards {
                from: from.to_owned(),
                until: until.to_owned(),
            });
        }
        Ok(freeze)
    }

    /// Why nothing is released; empty when nobody said.
    pub fn because(&self) -> &str {
        &self.because
    }

    /// Its last day, `2027-01-03`.
    pub fn until(&self) -> String {
        self.until.to_string()
    }

    /// From when to when. What begins or ends outside the years that can be
    /// computed with lasts for ever on that side.
    pub(crate) fn range(&self, zone: &Zone) -> Range<Timestamp> {
        let start = zone.moment(self.from.at(0, 0, 0, 0));
        let after = self.until.tomorrow().ok();
        let end = after.and_then(|after| zone.moment(after.at(0, 0, 0, 0)));
        start.unwrap_or(Timestamp::MIN)..end.unwrap_or(Timestamp::MAX)
    }
}

/// `2026-12-20` and nothing else: `jiff` alone would read more.
fn date(text: &str) -> Result<Date, Malformed> {
    let malformed = || Malformed::Date(text.to_owned());
    let digits = |at: usize, b: u8| {
        if matches!(at, 4 | 7) {
            b == b'-'
        } else {
            b.is_ascii_digit()
        }
    };
    let shape = text.len() == 10 && text.bytes().enumerate().all(|(at, b)| digits(at, b));
    if !shape {
        return Err(malformed());
    }
    text.parse().map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_may_be_one_day_and_does_not_end_before_it_begins() {
        assert!(Freeze::new("2026-12-24", "2026-12-24", "").is_ok());
        let backwards = Freeze::new("2026-12-24", "2026-12-23", "").unwrap_err();
        assert!(matches!(backwards, Malformed::Backwards { .. }));
        for text in [
            "2026-02-30",
            "24.12.2026",
            "2026-12-24T10:00",
            "2026-1-1",
            "20261224",
            "",
        ] {
            let error = Freeze::new(text, "2026-12-24", "").unwrap_err();
            assert_eq!(error, Malformed::Date(text.into()), "{text}");
        }
    }
}
