//! Time zones, by name.

use crate::Malformed;
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::LazyLock};

/// The rules that are built in: those of the machine may differ from another's.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The names of all time zones.
pub fn zones() -> impl Iterator<Item = String> {
    DATABASE.available().map(|name| name.as_str().to_owned())
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// The moment at which clocks there show `at`. A time that clocks skip (when
    /// daylight saving begins) is as much later; of one that they show twice it
    /// is the first. None outside the years that can be computed with.
    pub(crate) fn moment(&self, at: DateTime) -> Option<Timestamp> {
        self.0.to_ambiguous_timestamp(at).compatible().ok()
    }

    /// What clocks there show at `moment`.
    pub(crate) fn clock(&self, moment: Timestamp) -> DateTime {
        self.0.to_datetime(moment)
    }

    /// `moment` as people there write it: `Mon 2026-11-23 08:00 Europe/Berlin`.
    pub fn show(&self, moment: Timestamp) -> String {
        let clock = self.clock(moment);
        format!("{} {self}", clock.strftime("%a %Y-%m-%d %H:%M"))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for Zone {
    type Err = Malformed;

    fn from_str(name: &str) -> Result<Self, Malformed> {
        let zone = DATABASE.get(name);
        zone.map(Self).map_err(|_| Malformed::Zone(name.to_owned()))
    }
}

impl TryFrom<String> for Zone {
    type Error = Malformed;

    fn try_from(name: String) -> Result<Self, Malformed> {
        name.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_without_the_machine() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        assert_eq!(zone.to_string(), "Europe/Berlin");
        assert_eq!("UTC".parse::<Zone>().unwrap().to_string(), "UTC");
        for name in ["Europe/Bonn", "", "CET+1", "../etc"] {
            let error = name.parse::<Zone>().unwrap_err();
            assert_eq!(error, Malformed::Zone(name.into()));
        }
        assert!(zones().any(|name| name == "America/New_York"));
    }

    #[test]
    fn a_moment_is_shown_as_people_there_write_it() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let moment = "2026-11-23T07:00:00Z".parse().unwrap();
        assert_eq!(zone.show(moment), "Mon 2026-11-23 08:00 Europe/Berlin");
    }
}
