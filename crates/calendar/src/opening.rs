//! Days of the week and hours of a day: `Mon-Thu 08:00-16:00`.

use crate::{Malformed, zone::Zone};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Range, str::FromStr};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Minutes of a whole day.
const DAY: u16 = 24 * 60;

/// Days of the week and hours of a day. Hours that end before they begin go on
/// past midnight: `Fri 22:00-02:00` ends on Saturday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Opening {
    /// Monday first.
    days: [bool; 7],
    /// Minutes since midnight.
    from: u16,
    until: u16,
    text: String,
}

impl Opening {
    /// From when to when it is open, of the opening that begins on `date`.
    pub(crate) fn on(&self, date: Date, zone: &Zone) -> Option<Range<Timestamp>> {
        if !self.days[usize::try_from(date.weekday().to_monday_zero_offset()).ok()?] {
            return None;
        }
        let last = if self.until <= self.from {
            date.tomorrow().ok()?
        } else {
            date
        };
        let range = moment(zone, date, self.from)?..moment(zone, last, self.until)?;
        (range.start < range.end).then_some(range)
    }
}

fn moment(zone: &Zone, date: Date, minutes: u16) -> Option<Timestamp> {
    if minutes == DAY {
        return moment(zone, date.tomorrow().ok()?, 0);
    }
    let (hour, minute) = (minutes / 60, minutes % 60);
    zone.moment(date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0))
}

impl FromStr for Opening {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let shape = || Malformed::Opening(text.to_owned());
        let (days, hours) = text
            .trim()
            .split_once(char::is_whitespace)
            .ok_or_else(shape)?;
        let (from, until) = hours.split_once('-').ok_or_else(shape)?;
        let (from, until) = (minutes(from.trim())?, minutes(until.trim())?);
        if from == until {
            return Err(Malformed::Never(text.to_owned()));
        }
        if from == DAY {
            return Err(Malformed::Time("24:00".to_owned()));
        }
        Ok(Self {
            days: week(days)?,
            from,
            until,
            text: text.to_owned(),
        })
    }
}

/// `Mon-Thu`, `Sat,Sun`, `Fri-Mon`.
fn week(text: &str) -> Result<[bool; 7], Malformed> {
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (mut day, last) = (weekday(first)?, weekday(last)?);
        days[day] = true;
        while day != last {
            day = (day + 1) % 7;
            days[day] = true;
        }
    }
    Ok(days)
}

fn weekday(text: &str) -> Result<usize, Malformed> {
    let found = DAYS.iter().position(|day| *day == text);
    found.ok_or_else(|| Malformed::Day(text.to_owned()))
}

fn minutes(text: &str) -> Result<u16, Malformed> {
    let malformed = || Malformed::Time(text.to_owned());
    let number = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = text.split_once(':').ok_or_else(malformed)?;
    match (number(hour), number(minute)) {
        (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok(hour * 60 + minute),
        (Some(24), Some(0)) => Ok(DAY),
        _ => Err(malformed()),
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl TryFrom<String> for Opening {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        text.parse()
    }
}

impl From<Opening> for String {
    fn from(opening: Opening) -> Self {
        opening.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_ranges_of_them() {
        let days = |text: &str| {
            let week = week(text).unwrap();
            let open = DAYS.iter().zip(week).filter(|(_, open)| *open);
            open.map(|(day, _)| *day).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(days("Mon-Thu"), "Mon Tue Wed Thu");
        assert_eq!(days("Sat,Sun,Wed"), "Wed Sat Sun");
        assert_eq!(days("Fri-Mon"), "Mon Fri Sat Sun");
    }

    #[test]
    fn what_is_no_opening_says_why() {
        let why = |text: &str| text.parse::<Opening>().unwrap_err();
        for text in ["", "Mon", "08:00-16:00", "Mon 08:00"] {
            assert_eq!(why(text), Malformed::Opening(text.into()), "{text}");
        }
        for (text, day) in [
            ("Mo 08:00-16:00", "Mo"),
            ("Mon-Xyz 08:00-16:00", "Xyz"),
            ("Mon, 08:00-09:00", ""),
        ] {
            assert_eq!(why(text), Malformed::Day(day.into()), "{text}");
        }
        for (text, time) in [
            ("Mon 8:00-16:00", "8:00"),
            ("Mon 08:00-24:01", "24:01"),
            ("Mon 08:60-16:00", "08:60"),
            ("Mon 08-16", "08"),
            ("Mon 24:00-08:00", "24:00"),
            ("Mon +8:00-09:00", "+8:00"),
        ] {
            assert_eq!(why(text), Malformed::Time(time.into()), "{text}");
        }
        let never = "Mon 08:00-08:00";
        assert_eq!(why(never), Malformed::Never(never.into()));
    }
}
