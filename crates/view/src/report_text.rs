//! What a release did, for people.

use crate::{Paint, Report, duration, report::ModuleReport};
use segue_model::{Direction, Ending};
use std::fmt::Write;

/// The report as text. `directory` is what people type after a command.
pub fn report_text(report: &Report, directory: &str, paint: Paint) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", headline(report, paint));
    modules(&mut text, report, paint);
    triggers(&mut text, report, paint);
    requests(&mut text, report, paint);
    failures(&mut text, report, paint);
    let _ = writeln!(
        text,
        "took {}, critical path {}",
        paint.strong(duration(report.took_ms)),
        duration(report.critical_path_ms)
    );
    next(&mut text, report, directory, paint);
    text
}

fn headline(report: &Report, paint: Paint) -> String {
    let name = format!("Release {} of {}", report.release, report.environment);
    match report.ending {
        Some(Ending::Succeeded) => format!("{} {name} succeeded", paint.good("✓")),
        Some(Ending::Undone) => format!("{} {name} failed and was undone", paint.bad("✗")),
        Some(Ending::Cancelled) => format!("{} {name} was cancelled and undone", paint.warn("↶")),
        Some(Ending::Stuck) => {
            format!(
                "{} {name} failed, and not all of it could be undone",
                paint.bad("✗")
            )
        }
        Some(Ending::Incomplete) => {
            format!(
                "{} {name}: every module is live, something after that failed",
                paint.warn("!")
            )
        }
        None => format!("{} {name} is not over", paint.warn("…")),
    }
}

fn modules(text: &mut String, report: &Report, paint: Paint) {
    let name = |it: &ModuleReport| format!("{}@{}", it.module, it.target);
    let widest = report
        .modules
        .iter()
        .map(|it| name(it).len())
        .max()
        .unwrap_or(0);
    for module in &report.modules {
        let from = module
            .from
            .as_ref()
            .map_or("new".into(), ToString::to_string);
        let took = module.took_ms.map(duration).unwrap_or_default();
        let _ = writeln!(
            text,
            "  {:widest$}  {from:>8} → {:8}  {}  {took:>8}{}",
            name(module),
            module.to.to_string(),
            live(module, paint),
            if module.critical {
                paint.faint("  critical")
            } else {
                String::new()
            },
        );
    }
    text.push('\n');
}

/// What is live, told apart by whether it is what was wanted.
fn live(module: &ModuleReport, paint: Paint) -> String {
    match &module.live {
        Some(live) if *live == module.to => paint.good(format!("{:13}", format!("live {live}"))),
        Some(live) => paint.warn(format!("{:13}", format!("live {live}"))),
        None => format!("{:13}", ""),
    }
}

fn triggers(text: &mut String, report: &Report, paint: Paint) {
    for trigger in &report.triggers {
        let before = trigger.before.as_deref().unwrap_or("not reached");
        let back = match &trigger.given_back {
            Some(back) => paint.good(back),
            None if trigger.before.is_none() => paint.faint("not touched"),
            None => paint.bad("not given back"),
        };
        let _ = writeln!(text, "  {}  was {before}; {back}", trigger.trigger);
    }
    if !report.triggers.is_empty() {
        text.push('\n');
    }
}

fn requests(text: &mut String, report: &Report, paint: Paint) {
    let Some(requests) = &report.requests else {
        return;
    };
    let failed = match requests.failed {
        0 => paint.good("none failed"),
        failed => paint.bad(format!("{failed} failed")),
    };
    let _ = writeln!(
        text,
        "{} requests through {} during the release, {failed} (median {:.1} ms, p99 {:.1} ms)",
        requests.sent, requests.through, requests.median_ms, requests.p99_ms
    );
    for sample in requests.samples.iter().take(3) {
        let _ = writeln!(text, "    {sample}");
    }
    text.push('\n');
}

fn failures(text: &mut String, report: &Report, paint: Paint) {
    for failed in &report.failures {
        let doing = match failed.direction {
            Direction::Do => "",
            Direction::Undo => " (undoing)",
        };
        let failure = &failed.failure;
        let code = paint.bad(format!("error[{}]", failure.code));
        let _ = writeln!(text, "{code} {}{doing}: {}", failed.operation, failure.what);
        for line in failure.words.lines() {
            let _ = writeln!(text, "    {} {line}", paint.faint("│"));
        }
        if !failure.hint.is_empty() {
            let _ = writeln!(text, "    {} {}", paint.strong("help:"), failure.hint);
        }
        text.push('\n');
    }
}

fn next(text: &mut String, report: &Report, directory: &str, paint: Paint) {
    let line = match report.ending {
        Some(Ending::Succeeded) => return,
        Some(Ending::Undone | Ending::Cancelled) => {
            format!("mend the cause, then: segue apply {directory}")
        }
        Some(Ending::Stuck | Ending::Incomplete) | None => {
            format!("mend the cause, then: segue resume {directory}")
        }
    };
    let _ = writeln!(text, "{} {line}", paint.strong("next:"));
}
