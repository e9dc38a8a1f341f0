//! Gates.

use super::{Lowering, SHORT};
use crate::{
    Code, Diagnostic, Spanned,
    document::{FreezeText, GateText, OneOrMany},
    manifest::{Gate, GateKind},
    names::did_you_mean,
};
use segue_calendar::{Calendar, Freeze, Malformed, Zone, zones};
use std::{collections::HashMap, time::Duration};

/// How long people may take.
const PATIENT: Duration = Duration::from_secs(24 * 3600);

impl Lowering<'_> {
    pub(super) fn gates(&mut self, entries: Vec<(Spanned<String>, GateText)>) -> Vec<Gate> {
        let gates = entries.into_iter();
        gates.filter_map(|(id, text)| self.gate(id, text)).collect()
    }

    fn gate(&mut self, id: Spanned<String>, text: GateText) -> Option<Gate> {
        self.dns_label("a gate", &id);
        let (kind, deadline) = match text {
            GateText::Http {
                url,
                expect,
                deadline,
            } => {
                self.http_url(&url);
                if let Some(pointer) = &expect.json {
                    self.json_pointer(pointer);
                }
                let deadline = self.duration_or(deadline, SHORT);
                (GateKind::Http { url, expect }, deadline)
            }
            GateText::Approval {
                by,
                count,
                deadline,
            } => {
                let deadline = self.duration_or(deadline, PATIENT);
                (self.approval(by, count), deadline)
            }
            GateText::Window {
                time_zone,
                open,
                freezes,
            } => {
                let calendar = self.calendar(&id, &time_zone, &open, &freezes);
                (GateKind::Window(calendar?), SHORT)
            }
        };
        Some(Gate { id, kind, deadline })
    }

    fn approval(
        &mut self,
        by: Option<OneOrMany<Spanned<String>>>,
        count: Option<Spanned<u32>>,
    ) -> GateKind {
        let by = by.map(|by| by.0).unwrap_or_default();
        let mut seen = HashMap::new();
        for name in &by {
            if let Some(first) = seen.insert(name.value.as_str(), name.span) {
                self.listed_twice(name, first);
            }
        }
        if let Some(count) = count
            && !by.is_empty()
            && usize::try_from(count.value).is_ok_and(|count| count > seen.len())
        {
            let message = format!(
                "this gate never opens: only {} may approve",
                people(seen.len())
            );
            self.report(
                Diagnostic::error(Code::NeverOpens, count.span, message)
                    .label(format!("{} must approve", people(count.value)))
                    .and(by[0].span, "may approve")
                    .help("name more people, or ask for fewer"),
            );
        }
        GateKind::Approval {
            count: count.map_or(1, |count| count.value),
            by,
        }
    }

    fn calendar(
        &mut self,
        id: &Spanned<String>,
        time_zone: &Spanned<String>,
        open: &[Spanned<String>],
        freezes: &[FreezeText],
    ) -> Option<Calendar> {
        if open.is_empty() && freezes.is_empty() {
            let message = format!("the window `{}` is always open", id.value);
            self.report(Diagnostic::error(Code::Calendar, id.span, message).help(
                "write when it is `open`, for example `[Mon-Thu 08:00-16:00]`, or `freezes`",
            ));
        }
        let zone = self.zone(time_zone);
        let openings = open.iter().filter_map(|text| match text.parse() {
            Ok(opening) => Some(opening),
            Err(problem) => {
                self.no_calendar(text, &problem);
                None
            }
        });
        let openings = openings.collect();
        let frozen = freezes.iter().filter_map(|text| self.freeze(text));
        let freezes = frozen.collect();
        Some(Calendar {
            time_zone: zone?,
            open: openings,
            freezes,
        })
    }

    fn zone(&mut self, name: &Spanned<String>) -> Option<Zone> {
        match name.parse() {
            Ok(zone) => Some(zone),
            Err(problem) => {
                let known: Vec<_> = zones().collect();
                let meant = did_you_mean(name, known.iter().map(String::as_str));
                let help = meant.unwrap_or_else(|| Malformed::help(&problem).to_owned());
                let diagnostic = Diagnostic::error(Code::Calendar, name.span, problem.to_string());
                self.report(diagnostic.help(help));
                None
            }
        }
    }

    fn freeze(&mut self, text: &FreezeText) -> Option<Freeze> {
        match Freeze::new(&text.from, &text.until, &text.because) {
            Ok(freeze) => Some(freeze),
            Err(problem) => {
                let at = match &problem {
                    Malformed::Date(date) if *date == text.from.value => &text.from,
                    _ => &text.until,
                };
                self.no_calendar(at, &problem);
                None
            }
        }
    }

    fn no_calendar(&mut self, at: &Spanned<String>, problem: &Malformed) {
        let diagnostic = Diagnostic::error(Code::Calendar, at.span, problem.to_string());
        self.report(diagnostic.help(problem.help()));
    }
}

fn people(count: impl TryInto<u64>) -> String {
    match count.try_into() {
        Ok(1) => "1 person".to_owned(),
        Ok(count) => format!("{count} people"),
        Err(_) => "people".to_owned(),
    }
}
