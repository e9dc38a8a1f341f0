//! Whether releases may run at a moment, and when that changes.

use crate::{Freeze, Opening, zone::Zone};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

/// How many days of openings are looked at before they are taken to repeat: two
/// weeks, since daylight saving may swallow an opening once.
const REPEATS: i32 = 15;

/// When releases may run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Where clocks show the times of the openings.
    pub time_zone: Zone,
    /// When releases may run; empty for always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Opening>,
    /// When they may not, whatever is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
}

/// How a calendar stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Releases may run.
    Open {
        /// Until then; none when it never closes.
        closes: Option<Timestamp>,
    },
    /// They may not.
    Closed {
        /// Until then; none when it never opens again.
        opens: Option<Timestamp>,
        /// The freeze that is the cause; none outside the openings.
        freeze: Option<&'a Freeze>,
    },
}

impl Calendar {
    /// How it stands at `now`.
    pub fn at(&self, now: Timestamp) -> Standing<'_> {
        if self.is_open(now) {
            Standing::Open {
                closes: self.change(now),
            }
        } else {
            Standing::Closed {
                opens: self.change(now),
                freeze: self.frozen(now),
            }
        }
    }

    /// Whether releases may run at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.frozen(now).is_none() && self.in_opening(now)
    }

    fn frozen(&self, now: Timestamp) -> Option<&Freeze> {
        let mut freezes = self.freezes.iter();
        freezes.find(|freeze| freeze.range(&self.time_zone).contains(&now))
    }

    fn in_opening(&self, now: Timestamp) -> bool {
        // One that began yesterday may last past midnight.
        self.open.is_empty() || self.ranges(now, 1).any(|range| range.contains(&now))
    }

    /// The openings that begin from the day before `now` on, until `days` later.
    fn ranges(
        &self,
        now: Timestamp,
        days: i32,
    ) -> impl Iterator<Item = std::ops::Range<Timestamp>> + '_ {
        let today = self.time_zone.clock(now).date();
        (-1..days)
            .filter_map(move |day| today.checked_add(day.days()).ok())
            .flat_map(move |date| {
                let openings = self.open.iter();
                openings.filter_map(move |opening| opening.on(date, &self.time_zone))
            })
    }

    /// The first moment after `now` at which what is open closes, or what is
    /// closed opens.
    fn change(&self, now: Timestamp) -> Option<Timestamp> {
        let open = self.is_open(now);
        let mut at = now;
        loop {
            let freeze = self.next_freeze_edge(at);
            let mut edges: Vec<_> = self
                .ranges(at, REPEATS)
                .flat_map(|range| [range.start, range.end])
                .filter(|edge| *edge > at && freeze.is_none_or(|freeze| *edge < freeze))
                .collect();
            edges.sort_unstable();
            edges.extend(freeze);
            if let Some(edge) = edges.into_iter().find(|edge| self.is_open(*edge) != open) {
                return Some(edge);
            }
            // Nothing changes before the next freeze begins or ends.
            at = freeze?;
        }
    }

    fn next_freeze_edge(&self, after: Timestamp) -> Option<Timestamp> {
        let ranges = self.freezes.iter().map(|it| it.range(&self.time_zone));
        let edges = ranges.flat_map(|range| [range.start, range.end]);
        // What ends with the years that can be computed with does not end.
        edges
            .filter(|edge| *edge > after && *edge < Timestamp::MAX)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(open: &[&str], freezes: &[(&str, &str, &str)]) -> Calendar {
        Calendar {
            time_zone: "Europe/Berlin".parse().unwrap(),
            open: open.iter().map(|text| text.parse().unwrap()).collect(),
            freezes: freezes
                .iter()
                .map(|(from, until, because)| Freeze::new(from, until, because).unwrap())
                .collect(),
        }
    }

    /// `open until …`, `closed until …`, as clocks in Berlin show it.
    fn says(calendar: &Calendar, at: &str) -> String {
        let show = |moment: Option<Timestamp>| {
            moment.map_or("ever".into(), |it| {
                calendar
                    .time_zone
                    .clock(it)
                    .strftime("%a %m-%d %H:%M")
                    .to_string()
            })
        };
        match calendar.at(at.parse().unwrap()) {
            Standing::Open { closes } => format!("open until {}", show(closes)),
            Standing::Closed {
                opens,
                freeze: None,
            } => format!("closed until {}", show(opens)),
            Standing::Closed {
                opens,
                freeze: Some(freeze),
            } => {
                format!("closed until {} ({})", show(opens), freeze.because())
            }
        }
    }

    #[test]
    fn hours_of_the_week() {
        let it = calendar(&["Mon-Thu 08:00-16:00", "Fri 08:00-12:00"], &[]);
        assert_eq!(
            says(&it, "2026-11-23T06:59:59Z"),
            "closed until Mon 11-23 08:00"
        );
        assert_eq!(
            says(&it, "2026-11-23T07:00:00Z"),
            "open until Mon 11-23 16:00"
        );
        assert_eq!(
            says(&it, "2026-11-23T15:00:00Z"),
            "closed until Tue 11-24 08:00"
        );
        assert_eq!(
            says(&it, "2026-11-27T11:30:00Z"),
            "closed until Mon 11-30 08:00"
        );
    }

    #[test]
    fn hours_past_midnight_and_whole_days() {
        let night = calendar(&["Fri 22:00-02:00"], &[]);
        assert_eq!(
            says(&night, "2026-11-28T00:30:00Z"),
            "open until Sat 11-28 02:00"
        );
        assert_eq!(
            says(&night, "2026-11-28T01:00:00Z"),
            "closed until Fri 12-04 22:00"
        );
        let weekend = calendar(&["Sat,Sun 00:00-24:00"], &[]);
        assert_eq!(
            says(&weekend, "2026-11-28T12:00:00Z"),
            "open until Mon 11-30 00:00"
        );
        let always = calendar(&["Mon-Sun 00:00-24:00"], &[]);
        assert_eq!(says(&always, "2026-11-28T12:00:00Z"), "open until ever");
        let overlapping = calendar(&["Mon 08:00-12:00", "Mon 10:00-14:00"], &[]);
        assert_eq!(
            says(&overlapping, "2026-11-23T08:00:00Z"),
            "open until Mon 11-23 14:00"
        );
    }

    #[test]
    fn a_freeze_is_stronger_than_an_opening() {
        let christmas = ("2026-12-20", "2027-01-03", "Christmas");
        let it = calendar(&["Mon-Thu 08:00-16:00"], &[christmas]);
        assert_eq!(
            says(&it, "2026-12-17T14:00:00Z"),
            "open until Thu 12-17 16:00"
        );
        assert_eq!(
            says(&it, "2026-12-17T15:00:00Z"),
            "closed until Mon 01-04 08:00"
        );
        assert_eq!(
            says(&it, "2026-12-22T09:00:00Z"),
            "closed until Mon 01-04 08:00 (Christmas)"
        );
        assert_eq!(
            says(&it, "2027-01-03T22:59:00Z"),
            "closed until Mon 01-04 08:00 (Christmas)"
        );
        let only = calendar(&[], &[christmas]);
        assert_eq!(
            says(&only, "2026-11-01T00:00:00Z"),
            "open until Sun 12-20 00:00"
        );
        assert_eq!(
            says(&only, "2027-01-01T00:00:00Z"),
            "closed until Mon 01-04 00:00 (Christmas)"
        );
        assert_eq!(says(&only, "2027-01-04T00:00:00Z"), "open until ever");
    }

    #[test]
    fn freezes_may_overlap_and_lie_far_away() {
        let it = calendar(
            &["Mon 08:00-09:00"],
            &[
                ("2026-12-01", "2026-12-20", "a"),
                ("2026-12-10", "2027-06-30", "b"),
                ("2100-01-01", "2100-01-02", "c"),
            ],
        );
        assert_eq!(
            says(&it, "2026-12-05T00:00:00Z"),
            "closed until Mon 07-05 08:00 (a)"
        );
        let far = calendar(&[], &[("2030-01-01", "9999-12-31", "for good")]);
        assert_eq!(
            says(&far, "2026-01-01T00:00:00Z"),
            "open until Tue 01-01 00:00"
        );
        assert_eq!(
            says(&far, "9999-12-30T12:00:00Z"),
            "closed until ever (for good)"
        );
    }

    #[test]
    fn clocks_that_are_put_forward_skip_hours() {
        // 2026-03-29: from 02:00 to 03:00 at once.
        let it = calendar(&["Sun 02:00-03:00", "Sun 02:30-04:00"], &[]);
        assert_eq!(
            says(&it, "2026-03-29T00:59:59Z"),
            "closed until Sun 03-29 03:30"
        );
        assert_eq!(
            says(&it, "2026-03-29T01:30:00Z"),
            "open until Sun 03-29 04:00"
        );
        let day = calendar(&["Sun 00:00-24:00"], &[]);
        assert_eq!(
            says(&day, "2026-03-28T23:00:00Z"),
            "open until Mon 03-30 00:00"
        );
        assert!(
            !day.is_open("2026-03-29T22:00:00Z".parse().unwrap()),
            "23 hours"
        );
        // An opening that is skipped whole comes again a week later.
        let skipped = calendar(&["Sun 02:00-03:00"], &[]);
        assert_eq!(
            says(&skipped, "2026-03-28T00:00:00Z"),
            "closed until Sun 04-05 02:00"
        );
    }

    #[test]
    fn clocks_that_are_put_back_show_hours_twice() {
        // 2026-10-25: from 03:00 to 02:00. What opens or closes within does so
        // the first time, and not again.
        let it = calendar(&["Sun 01:00-02:30"], &[]);
        assert_eq!(
            says(&it, "2026-10-25T00:29:00Z"),
            "open until Sun 10-25 02:30"
        );
        assert_eq!(
            says(&it, "2026-10-25T00:30:00Z"),
            "closed until Sun 11-01 01:00"
        );
        assert_eq!(
            says(&it, "2026-10-25T01:15:00Z"),
            "closed until Sun 11-01 01:00"
        );
        let later = calendar(&["Sun 02:30-04:00"], &[]);
        assert!(later.is_open("2026-10-25T01:10:00Z".parse().unwrap()));
        assert_eq!(
            says(&later, "2026-10-25T00:30:00Z"),
            "open until Sun 10-25 04:00"
        );
    }

    #[test]
    fn it_is_written_and_read_as_the_manifest_has_it() {
        let it = calendar(
            &["Mon-Thu 08:00-16:00"],
            &[("2026-12-20", "2027-01-03", "Christmas")],
        );
        let text = serde_json::to_string(&it).unwrap();
        assert_eq!(
            text,
            r#"{"time_zone":"Europe/Berlin","open":["Mon-Thu 08:00-16:00"],"freezes":[{"from":"2026-12-20","until":"2027-01-03","because":"Christmas"}]}"#
        );
        assert_eq!(serde_json::from_str::<Calendar>(&text).unwrap(), it);
        assert!(serde_json::from_str::<Calendar>(&text.replace("Thu", "Thx")).is_err());
    }
}
