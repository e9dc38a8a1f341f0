//! What a release did, for people.

use crate::{
    GateReport, Paint, Report, TriggerReport, duration,
    failure_text::about,
    moment,
    report::ModuleReport,
    wrap::{plain, wrap},
};
use segue_model::{Direction, Ending};
use std::fmt::Write;

/// The columns of a moment: `2026-11-23 04:12:33`.
const MOMENT: usize = 19;

/// The report as text, `width` columns wide. `next` is what to do next, if anything is.
pub fn report_text(report: &Report, next: Option<&str>, paint: Paint, width: usize) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", headline(report, paint, width));
    modules(&mut text, report, paint);
    triggers(&mut text, report, paint, width);
    gates(&mut text, report, paint, width);
    people(&mut text, report, paint, width);
    stays(&mut text, report, paint, width);
    requests(&mut text, report, paint, width);
    failures(&mut text, report, paint, width);
    let _ = writeln!(
        text,
        "took {}, critical path {}",
        paint.strong(duration(report.took_ms)),
        duration(report.critical_path_ms)
    );
    if let Some(next) = next {
        let _ = writeln!(text, "{} {next}", paint.strong("next:"));
    }
    text
}

fn headline(report: &Report, paint: Paint, width: usize) -> String {
    let back = report.rolls_back.as_ref();
    let back = back.map_or_else(String::new, |it| format!(" (rolls {it} back)"));
    let name = format!("Release {} of {}{back}", report.release, report.environment);
    let sign = match report.ending {
        Some(Ending::Succeeded) => paint.good("✓"),
        Some(Ending::Undone | Ending::Stuck) => paint.bad("✗"),
        Some(Ending::Cancelled | Ending::PartlyUndone) => paint.warn("↶"),
        Some(Ending::Abandoned | Ending::Incomplete) => paint.warn("!"),
        None if report.held => paint.bad("✗"),
        None if report.undoing => paint.warn("↶"),
        None => paint.warn("…"),
    };
    let became = report.became();
    format!("{sign} {}", wrap(&format!("{name} {became}"), 2, width))
}

impl Report {
    /// `failed and was undone`: what became of it, to stand after its name.
    pub fn became(&self) -> &'static str {
        match self.ending {
            Some(Ending::Succeeded) => "succeeded",
            Some(Ending::Undone) => "failed and was undone",
            Some(Ending::Cancelled) => "was cancelled and undone",
            Some(Ending::PartlyUndone) => "was undone, except for what cannot be undone",
            Some(Ending::Abandoned) => "was left where it stood, and its triggers were given back",
            Some(Ending::Stuck) => "failed, and not all of it could be undone",
            Some(Ending::Incomplete) => "is live in every module, and something after that failed",
            None if self.held => "failed and holds: nothing was undone",
            None if self.undoing => "is being undone, and is not over",
            None => "is not over",
        }
    }
}

fn modules(text: &mut String, report: &Report, paint: Paint) {
    let widest = |of: &dyn Fn(&ModuleReport) -> usize| report.modules.iter().map(of).max();
    let name = widest(&|it| title(it).len()).unwrap_or(0);
    let from = widest(&|it| former(it).len()).unwrap_or(0);
    let to = widest(&|it| it.to.to_string().len()).unwrap_or(0);
    for module in &report.modules {
        let took = module.took_ms.map(duration).unwrap_or_default();
        let critical = if module.critical { "  critical" } else { "" };
        let line = format!(
            "  {:name$}  {:>from$} → {:to$}  {}  {took:>10}{}",
            title(module),
            former(module),
            module.to.to_string(),
            live(module, from.max(to), paint),
            paint.faint(critical),
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if !report.modules.is_empty() {
        text.push('\n');
    }
}

fn title(module: &ModuleReport) -> String {
    format!("{}@{}", module.module, module.target)
}

fn former(module: &ModuleReport) -> String {
    let former = module.from.as_ref();
    former.map_or("new".into(), ToString::to_string)
}

/// What is live, told apart by whether it is what was wanted.
fn live(module: &ModuleReport, width: usize, paint: Paint) -> String {
    let width = width + "live ".len();
    let Some(live) = &module.live else {
        return " ".repeat(width);
    };
    let said = format!("{:width$}", format!("live {live}"));
    if *live == module.to {
        paint.good(said)
    } else {
        paint.warn(said)
    }
}

/// `notifications  notifier-push pushes → keeps its messages → pushes again`.
fn triggers(text: &mut String, report: &Report, paint: Paint, width: usize) {
    let name = report.triggers.iter().map(|it| it.trigger.len()).max();
    let name = name.unwrap_or(0);
    for trigger in &report.triggers {
        let line = wrap(&journey(trigger), name + 4, width);
        let line = match (&trigger.before, &trigger.given_back) {
            (None, _) => paint.faint(line),
            (Some(_), Some(back)) if !back.starts_with("failed") => line,
            _ => paint.warn(line),
        };
        let _ = writeln!(text, "  {:name$}  {line}", trigger.trigger);
    }
    if !report.triggers.is_empty() {
        text.push('\n');
    }
}

/// What became of a trigger; its own name, with which each state begins, is said once.
fn journey(trigger: &TriggerReport) -> String {
    let Some(before) = &trigger.before else {
        return "not touched".into();
    };
    let back = trigger.given_back.as_deref().unwrap_or("not given back");
    let later = [trigger.paused.as_deref(), Some(back)];
    let own = before.split(' ').next().unwrap_or_default();
    let later = later.into_iter().flatten();
    let later = later.map(|it| it.strip_prefix(own).unwrap_or(it).trim_start());
    std::iter::once(before.as_str())
        .chain(later)
        .collect::<Vec<_>>()
        .join(" → ")
}

/// What waits for people.
fn gates(text: &mut String, report: &Report, paint: Paint, width: usize) {
    let open = report.gates.iter().filter(|_| report.ending.is_none());
    for gate in open.filter(|it| GateReport::waits(it)) {
        let so_far: Vec<_> = gate.approved.iter().map(|it| it.by.as_str()).collect();
        let so_far = match so_far.as_slice() {
            [] => String::new(),
            names => format!("; approved by {}", names.join(", ")),
        };
        let line = format!("waits for {}{so_far}", gate.wanted());
        let from = gate.gate.chars().count() + 6;
        let _ = writeln!(
            text,
            "  {} {}  {}\n",
            paint.warn("?"),
            paint.strong(&gate.gate),
            wrap(&line, from, width)
        );
    }
}

/// What people did, unless it is only that one of them began it, and what they
/// asked for since.
fn people(text: &mut String, report: &Report, paint: Paint, width: usize) {
    if report.people.len() + report.recorded.len() < 2 {
        return;
    }
    for deed in &report.people {
        let said = wrap(&plain(&deed.to_string()), MOMENT + 4, width);
        let _ = writeln!(text, "  {}  {said}", paint.faint(moment(deed.at_ms)));
    }
    for deed in &report.recorded {
        let said = format!("{deed} (recorded; taken up when the release goes on)");
        let said = wrap(&plain(&said), MOMENT + 4, width);
        let _ = writeln!(text, "  {}  {said}", paint.faint(moment(deed.at_ms)));
    }
    text.push('\n');
}

/// What a release that turned back left in place.
fn stays(text: &mut String, report: &Report, paint: Paint, width: usize) {
    if report.stays.is_empty() || report.ending.is_none() {
        return;
    }
    let _ = writeln!(text, "  {}", paint.warn("not undone:"));
    for stay in &report.stays {
        let line = format!("{}, because {}", stay.operation, stay.why);
        let _ = writeln!(text, "    {}", wrap(&line, 6, width));
    }
    text.push('\n');
}

fn requests(text: &mut String, report: &Report, paint: Paint, width: usize) {
    let Some(requests) = &report.requests else {
        return;
    };
    let (failed, painted) = match requests.failed {
        0 => ("none failed".to_owned(), paint.good("none failed")),
        failed => {
            let failed = format!("{failed} failed");
            (failed.clone(), paint.bad(failed))
        }
    };
    let line = format!(
        "{} requests through {} during the release, {failed} (median {:.1} ms, p99 {:.1} ms)",
        requests.sent, requests.through, requests.median_ms, requests.p99_ms
    );
    // Coloured once it is folded: what colours takes no column.
    let line = wrap(&line, 0, width).replace(&failed, &painted);
    let _ = writeln!(text, "{line}");
    for sample in requests.samples.iter().take(3) {
        let _ = writeln!(text, "    {sample}");
    }
    text.push('\n');
}

fn failures(text: &mut String, report: &Report, paint: Paint, width: usize) {
    for failed in &report.failures {
        let doing = match failed.direction {
            Direction::Do => "",
            Direction::Undo => " (undoing)",
        };
        let subject = format!("{}{doing}: ", failed.operation);
        let _ = writeln!(text, "{}\n", about(&subject, &failed.failure, paint, width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Approved, Deed, FailureReport, GateState, Stay};
    use segue_model::{Failure, Requests};

    fn module(name: &str, versions: [&str; 3], took_ms: Option<i64>) -> ModuleReport {
        let [from, to, live] = versions.map(|it| it.parse().ok());
        ModuleReport {
            module: name.into(),
            target: "aks".into(),
            from,
            to: to.unwrap(),
            live,
            changed: true,
            took_ms,
            critical: took_ms.is_some(),
        }
    }

    fn trigger(name: &str, said: [Option<&str>; 3]) -> TriggerReport {
        let [before, paused, given_back] = said.map(|it| it.map(str::to_owned));
        TriggerReport {
            trigger: name.into(),
            before,
            paused,
            given_back,
        }
    }

    #[test]
    fn a_failed_release_says_what_why_and_what_now() {
        let failure = Failure::step("SEG0000", "shop in pod shop-1: CrashLoopBackOff")
            .words("back-off 10s restarting failed container=shop pod=shop-1")
            .hint("kubectl logs shop-1");
        let report = Report {
            kind: "report",
            release: "20261123-0412-k7fq".into(),
            environment: "production".into(),
            plan: String::new(),
            ending: Some(Ending::Undone),
            took_ms: 12_345,
            critical_path_ms: 900,
            modules: vec![
                module("config", ["", "2.0.0", "2.0.0"], Some(340)),
                module("shop", ["1.12.1", "2.0.0", "1.12.1"], None),
            ],
            triggers: vec![
                trigger(
                    "mails",
                    [
                        Some("push-1 pushes"),
                        Some("push-1 waits"),
                        Some("push-1 pushes again"),
                    ],
                ),
                trigger("night", [None; 3]),
            ],
            gates: Vec::new(),
            people: Vec::new(),
            recorded: Vec::new(),
            leases: Vec::new(),
            stays: Vec::new(),
            held: false,
            undoing: false,
            rolls_back: None,
            failures: vec![FailureReport {
                operation: "shop@aks/stage".into(),
                direction: Direction::Do,
                failure,
            }],
            requests: Some(Requests {
                through: "shop".into(),
                sent: 1000,
                failed: 1,
                samples: vec!["after 7 ms: 502 nobody".into()],
                median_ms: 1.0,
                p99_ms: 2.5,
            }),
        };
        let paint = Paint { colour: false };
        let text = report_text(&report, Some("segue apply ."), paint, 60);
        insta::assert_snapshot!(text, @r"
        ✗ Release 20261123-0412-k7fq of production failed and was
          undone

          config@aks     new → 2.0.0  live 2.0.0       340 ms  critical
          shop@aks    1.12.1 → 2.0.0  live 1.12.1

          mails  push-1 pushes → waits → pushes again
          night  not touched

        1000 requests through shop during the release, 1 failed
        (median 1.0 ms, p99 2.5 ms)
            after 7 ms: 502 nobody

        error[SEG0000] shop@aks/stage: shop in pod shop-1:
            CrashLoopBackOff
            │ back-off 10s restarting failed container=shop
            │ pod=shop-1
            help: kubectl logs shop-1
            more: docs/errors/SEG0000.md

        took 12.3 s, critical path 900 ms
        next: segue apply .
        ");
    }

    /// A release of nothing, to which each test adds what it is about.
    fn report(ending: Option<Ending>) -> Report {
        Report {
            kind: "report",
            release: "20261123-0412-k7fq".into(),
            environment: "production".into(),
            plan: String::new(),
            ending,
            took_ms: 0,
            critical_path_ms: 0,
            modules: Vec::new(),
            triggers: Vec::new(),
            gates: Vec::new(),
            people: Vec::new(),
            recorded: Vec::new(),
            leases: Vec::new(),
            stays: Vec::new(),
            held: false,
            undoing: false,
            rolls_back: None,
            failures: Vec::new(),
            requests: None,
        }
    }

    #[test]
    fn what_stays_is_named_with_why() {
        let stay = |operation: &str, why: &str| Stay {
            operation: operation.into(),
            why: why.into(),
        };
        let report = Report {
            stays: vec![
                stay("config@aks/stage", "shop/migrate-1 stands on it"),
                stay("shop/migrate-1", "it cannot be undone"),
            ],
            ..report(Some(Ending::PartlyUndone))
        };
        let text = report_text(&report, None, Paint { colour: false }, 80);
        insta::assert_snapshot!(text, @r"
        ↶ Release 20261123-0412-k7fq of production was undone, except for what cannot be
          undone

          not undone:
            config@aks/stage, because shop/migrate-1 stands on it
            shop/migrate-1, because it cannot be undone

        took 0 ms, critical path 0 ms
        ");
    }

    #[test]
    fn a_gate_that_waits_says_for_whom() {
        let report = Report {
            gates: vec![GateReport {
                gate: "go".into(),
                operation: "gate/go".into(),
                state: GateState::Waits,
                approval: true,
                from: vec!["ana".into(), "bob".into(), "carol".into()],
                count: 2,
                approved: vec![Approved {
                    by: "bob".into(),
                    because: "all green".into(),
                    at_ms: 0,
                }],
            }],
            ..report(None)
        };
        let next = "segue approve go --because \"…\"";
        let text = report_text(&report, Some(next), Paint { colour: false }, 80);
        insta::assert_snapshot!(text, @r#"
        … Release 20261123-0412-k7fq of production is not over

          ? go  waits for 1 approval of ana, carol; approved by bob

        took 0 ms, critical path 0 ms
        next: segue approve go --because "…"
        "#);
    }

    #[test]
    fn what_was_said_while_nobody_was_at_it_counts_and_is_told() {
        let deed = |by: &str, did: &str, because: &str| Deed {
            at_ms: 0,
            by: by.into(),
            did: did.into(),
            because: because.into(),
        };
        let report = Report {
            gates: vec![GateReport {
                gate: "go".into(),
                operation: "gate/go".into(),
                state: GateState::Waits,
                approval: true,
                from: Vec::new(),
                count: 1,
                approved: vec![Approved {
                    by: "bob".into(),
                    because: "all green".into(),
                    at_ms: 0,
                }],
            }],
            people: vec![deed("ana", "began it", "")],
            recorded: vec![deed("bob", "approved go", "all green")],
            ..report(None)
        };
        let text = report_text(&report, Some("segue resume"), Paint { colour: false }, 100);
        insta::assert_snapshot!(text, @r"
        … Release 20261123-0412-k7fq of production is not over

          1970-01-01 00:00:00  ana began it
          1970-01-01 00:00:00  bob approved go: all green (recorded; taken up when the release goes on)

        took 0 ms, critical path 0 ms
        next: segue resume
        ");
    }

    #[test]
    fn half_undone_is_not_merely_not_over() {
        let report = Report {
            undoing: true,
            ..report(None)
        };
        let text = report_text(&report, None, Paint { colour: false }, 100);
        assert!(
            text.starts_with(
                "↶ Release 20261123-0412-k7fq of production is being undone, and is not over\n"
            ),
            "{text}"
        );
    }
}
