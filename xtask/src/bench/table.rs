//! The figures as a table for people, and as JSON.

use super::rounds::Rounds;
use serde_json::{Value, json};

/// What is compared: a figure of Segue's and one beside it.
struct Row {
    what: &'static str,
    segue: &'static str,
    unit: Unit,
    beside: &'static str,
    with: &'static str,
}

#[derive(Clone, Copy)]
enum Unit {
    Ms,
    Mib,
    Count,
}

const fn row(
    what: &'static str,
    segue: &'static str,
    unit: Unit,
    beside: &'static str,
    with: &'static str,
) -> Row {
    Row {
        what,
        segue,
        unit,
        beside,
        with,
    }
}

const BARE: &str = "append + fdatasync, as many";
const BARE_EACH: &str = "append + fdatasync, each";
const MAKE: &str = "GNU make, no journal";
const RESTATE: &str = "Restate";

use Unit::{Count, Mib, Ms};

#[rustfmt::skip]
const ROWS: [Row; 22] = [
    row("chain of 100", "segue chain-100 segue_ms", Ms, BARE, "segue chain-100 bare_ms"),
    row("", "segue chain-100 segue_ms", Ms, MAKE, "make chain-100"),
    row("", "segue chain-100 segue_ms", Ms, RESTATE, "restate chain-100"),
    row("1,000 independent", "segue independent-1000 segue_ms", Ms, BARE, "segue independent-1000 bare_ms"),
    row("", "segue independent-1000 segue_ms", Ms, BARE_EACH, "segue independent-1000 bare_each_ms"),
    row("", "segue independent-1000 segue_ms", Ms, MAKE, "make independent-1000"),
    row("", "segue independent-1000 segue_ms", Ms, RESTATE, "restate independent-1000"),
    row("layered 1,000", "segue layered-1000 segue_ms", Ms, BARE, "segue layered-1000 bare_ms"),
    row("", "segue layered-1000 segue_ms", Ms, BARE_EACH, "segue layered-1000 bare_each_ms"),
    row("", "segue layered-1000 segue_ms", Ms, MAKE, "make layered-1000"),
    row("", "segue layered-1000 segue_ms", Ms, RESTATE, "restate layered-1000"),
    row("  its appends", "segue layered-1000 appends", Count, "operations", "segue layered-1000 operations"),
    row("200 that sleep", "segue sleeping-200 segue_ms", Ms, "critical path", "segue sleeping-200 critical_path_ms"),
    row("  the same, GNU make", "make sleeping-200", Ms, "critical path", "segue sleeping-200 critical_path_ms"),
    row("  the same, Restate", "restate sleeping-200", Ms, "critical path", "segue sleeping-200 critical_path_ms"),
    row("resume, 10,000 events", "segue resume-10000 segue_ms", Ms, "read + SHA-256, same bytes", "segue resume-10000 bare_ms"),
    row("begun after need, p50", "segue begun p50_ms", Ms, "append + fdatasync, one", "segue begun bare_append_ms"),
    row("  p99", "segue begun p99_ms", Ms, "append + fdatasync, one", "segue begun bare_append_ms"),
    row("memory, nothing to do", "segue memory idle_kib", Mib, "Restate's server", "restate memory server"),
    row("  layered 1,000", "segue memory plan_kib", Mib, "Restate's server", "restate memory server"),
    row("  with 4 KiB each", "segue memory artifacts_kib", Mib, "Restate's server", "restate memory server"),
    row("  of a service", "segue memory plan_kib", Mib, "Restate's service on Node", "restate memory node"),
];

/// A table in Markdown, under a line about the machine.
pub(super) fn text(machine: &str, rounds: usize, found: &Rounds) -> String {
    let mut lines = vec![
        format!("{machine}; medians (and the least) of {rounds} rounds"),
        String::new(),
        "| what | figure | beside it | | ratio |".to_owned(),
        "|---|---:|---|---:|---:|".to_owned(),
    ];
    for row in &ROWS {
        let ratio = match ratios(row, found) {
            Some((medians, leasts)) => format!("{medians:.3} ({leasts:.3})"),
            None => "–".to_owned(),
        };
        lines.push(format!(
            "| {} | {} | {} | {} | {ratio} |",
            row.what,
            shown(found, row.segue, row.unit),
            row.beside,
            shown(found, row.with, row.unit),
        ));
    }
    lines.join("\n")
}

/// Everything that was measured, with the medians.
pub(super) fn json(machine: &str, rounds: usize, found: &Rounds) -> String {
    let rows: Vec<Value> = ROWS
        .iter()
        .map(|row| {
            json!({
                "segue": { "figure": row.segue, "median": found.median(row.segue), "least": found.least(row.segue) },
                "beside": { "figure": row.with, "median": found.median(row.with), "least": found.least(row.with) },
                "ratio": ratios(row, found).map(|(medians, leasts)| json!({ "median": medians, "least": leasts })),
            })
        })
        .collect();
    json!({ "machine": machine, "rounds": rounds, "rows": rows, "figures": found.all() })
        .to_string()
}

/// Of the medians, and of the leasts.
fn ratios(row: &Row, found: &Rounds) -> Option<(f64, f64)> {
    let medians = found.median(row.segue)? / found.median(row.with)?;
    Some((medians, found.least(row.segue)? / found.least(row.with)?))
}

fn shown(found: &Rounds, path: &str, unit: Unit) -> String {
    match (found.median(path), found.least(path)) {
        (Some(median), Some(least)) => {
            format!("{} ({})", in_unit(median, unit), in_unit(least, unit))
        }
        _ => "not measured".to_owned(),
    }
}

fn in_unit(figure: f64, unit: Unit) -> String {
    match unit {
        Unit::Ms => format!("{figure:.1} ms"),
        Unit::Mib => format!("{:.1} MiB", figure / 1024.0),
        Unit::Count => format!("{figure:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{ROWS, json, text};
    use crate::bench::rounds::Rounds;
    use serde_json::Value;

    #[test]
    fn what_was_not_measured_is_said() {
        let mut found = Rounds::default();
        found.push(&["segue chain-100 segue_ms"], 30.0);
        found.push(&["segue chain-100 bare_ms"], 20.0);
        let table = text("a machine", 1, &found);
        assert!(table.contains("| 30.0 ms (30.0 ms) |"), "{table}");
        assert!(
            table.contains("| 20.0 ms (20.0 ms) | 1.500 (1.500) |"),
            "{table}"
        );
        assert!(table.contains("| Restate | not measured | – |"), "{table}");
        let all: Value = serde_json::from_str(&json("a machine", 1, &found)).unwrap();
        assert_eq!(all["rows"].as_array().map(Vec::len), Some(ROWS.len()));
        assert_eq!(all["rows"][0]["ratio"]["median"], 1.5);
    }
}
