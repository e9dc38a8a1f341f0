//! When releases may run: hours of the week in a time zone, and days on which
//! nothing is released.
//!
//! Pure: no clock and no file. The rules of time zones are built in, so that a
//! calendar says the same on every machine, and on one that has none.

mod calendar;
mod freeze;
mod opening;
mod zone;

pub use calendar::{Calendar, Standing};
pub use freeze::Freeze;
pub use jiff::Timestamp;
pub use opening::Opening;
pub use zone::{Zone, zones};

/// Why a text is no part of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// No time zone of the IANA database.
    #[error("there is no time zone `{0}`")]
    Zone(String),
    /// Not `DAYS HH:MM-HH:MM`.
    #[error("`{0}` is no days and hours")]
    Opening(String),
    /// No day of the week.
    #[error("`{0}` is no day of the week")]
    Day(String),
    /// No time of day.
    #[error("`{0}` is no time of day")]
    Time(String),
    /// It opens and closes at one moment.
    #[error("`{0}` opens and closes at the same moment")]
    Never(String),
    /// No day of the calendar.
    #[error("`{0}` is no date")]
    Date(String),
    /// It ends before it begins.
    #[error("the freeze ends on {until}, before it begins on {from}")]
    Backwards {
        /// Its first day.
        from: String,
        /// Its last day.
        until: String,
    },
}

impl Malformed {
    /// What to write instead.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Zone(_) => "write a name of the IANA database, for example `Europe/Berlin`",
            Self::Opening(_) => "write days and hours, for example `Mon-Thu 08:00-16:00`",
            Self::Day(_) => "the days are `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` and `Sun`",
            Self::Time(_) => "write hours and minutes from `00:00` to `24:00`, for example `08:30`",
            Self::Never(_) => "write `00:00-24:00` for whole days",
            Self::Date(_) => "write year, month and day, for example `2026-12-20`",
            Self::Backwards { .. } => "`until` is the last day of the freeze",
        }
    }
}
