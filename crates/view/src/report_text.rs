//! What a release did, for people.

use crate::{
    Paint, Report, TriggerReport, duration, failure_text::about, report::ModuleReport, wrap::wrap,
};
use segue_model::{Direction, Ending};
use std::fmt::Write;

/// The report as text, `width` columns wide. `next` is what to do next, if anything is.
pub fn report_text(report: &Report, next: Option<&str>, paint: Paint, width: usize) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", headline(report, paint));
    modules(&mut text, report, paint);
    triggers(&mut text, report, paint, width);
    requests(&mut text, report, paint);
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
    text.push('\n');
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
