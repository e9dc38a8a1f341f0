//! A plan for whoever is to approve it.

use crate::Paint;
use segue_model::{Change, Operation, Plan, Subject, Verb};
use std::fmt::Write;

/// What will change, in the order in which it will happen, and what else will
/// be done. `risks` are the adapters' remarks, as `module@target: remark`.
pub fn plan_text(plan: &Plan, waves: &[Vec<String>], risks: &[String], paint: Paint) -> String {
    let mut text = String::new();
    let changed = plan.changes.iter().filter(|it| it.changed).count();
    let _ = writeln!(
        text,
        "{} {} ({} of {} change)\n",
        paint.strong("Plan for"),
        paint.strong(&plan.environment),
        changed,
        plan.changes.len(),
    );
    before(&mut text, plan, paint);
    modules(&mut text, plan, waves, paint);
    after(&mut text, plan, paint);
    for risk in risks {
        let _ = writeln!(text, "  {} {risk}", paint.warn("!"));
    }
    if !risks.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{} operations, at most {} at once. Digest {}",
        plan.operations.len(),
        plan.parallel,
        plan.digest().short()
    );
    text
}

fn before(text: &mut String, plan: &Plan, paint: Paint) {
    let gates = names(plan, |it| it.verb == Verb::Gate);
    let checks = names(plan, |it| it.verb == Verb::Check);
    let paused = names(plan, |it| it.verb == Verb::Pause);
    list(text, paint, "asks", &[gates, checks].concat());
    list(text, paint, "pauses", &paused);
    text.push('\n');
}

fn after(text: &mut String, plan: &Plan, paint: Paint) {
    let proofs = names(plan, |it| it.id.as_str().ends_with("/health"));
    if !proofs.is_empty() {
        list(
            text,
            paint,
            "verifies",
            &[format!("the health of all {}", proofs.len())],
        );
    }
    list(
        text,
        paint,
        "gives back",
        &names(plan, |it| it.verb == Verb::Resume),
    );
    let settled = names(plan, |it| it.verb == Verb::Settle);
    if !settled.is_empty() {
        let line = format!("what {} no longer need", settled.join(", "));
        list(text, paint, "prunes", &[line]);
    }
    list(
        text,
        paint,
        "rotates",
        &names(plan, |it| it.verb == Verb::Rotate),
    );
    list(text, paint, "tags", &inputs(plan, Verb::Tag, "name"));
    list(text, paint, "tells", &inputs(plan, Verb::Notify, "url"));
    text.push('\n');
}

fn modules(text: &mut String, plan: &Plan, waves: &[Vec<String>], paint: Paint) {
    let widest = plan
        .changes
        .iter()
        .map(|it| name(it).len())
        .max()
        .unwrap_or(0);
    for (at, wave) in waves.iter().enumerate() {
        for (first, change) in changes(plan, wave).enumerate().map(|(i, it)| (i == 0, it)) {
            let number = if first {
                format!("{}", at + 1)
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "  {} {:widest$}  {}  {}",
                paint.faint(format!("{number:>2}")),
                name(change),
                versions(change, paint),
                paint.faint(way(plan, change)),
            );
        }
    }
    text.push('\n');
}

fn changes<'a>(plan: &'a Plan, wave: &'a [String]) -> impl Iterator<Item = &'a Change> {
    let of = move |module: &'a String| {
        let changes = plan.changes.iter();
        changes.filter(move |change| change.module.as_str() == module)
    };
    wave.iter().flat_map(of)
}

fn versions(change: &Change, paint: Paint) -> String {
    let former = change.former.version.as_ref();
    let from = former.map_or("new".into(), ToString::to_string);
    if change.changed {
        format!("{from:>8} → {}", paint.good(format!("{:8}", change.to)))
    } else {
        format!("{from:>8}   {}", paint.faint("unchanged"))
    }
}

/// How a unit gets there: `stage, 50 %, 100 %`.
fn way(plan: &Plan, change: &Change) -> String {
    let subject = Subject::Module(change.module.clone(), change.target.clone());
    let steps = plan.operations.iter().filter(|it| it.subject == subject);
    let steps = steps.filter_map(|it| match (&it.verb, &it.action) {
        (Verb::Stage, _) => Some("stage".to_owned()),
        (_, segue_model::Action::Shift { percent, .. }) => Some(format!("{percent} %")),
        _ => None,
    });
    steps.collect::<Vec<_>>().join(", ")
}

fn name(change: &Change) -> String {
    format!("{}@{}", change.module, change.target)
}

fn names(plan: &Plan, which: impl Fn(&Operation) -> bool) -> Vec<String> {
    let operations = plan.operations.iter().filter(|it| which(it));
    let names = operations.map(|operation| match &operation.subject {
        Subject::Module(module, target) => match &operation.action {
            segue_model::Action::Perform { by, .. } => format!("{by} for {module}"),
            _ => format!("{module}@{target}"),
        },
        Subject::Trigger(trigger) => trigger.to_string(),
        Subject::Release(name) => name.clone(),
    });
    names.collect()
}

fn inputs(plan: &Plan, verb: Verb, field: &str) -> Vec<String> {
    let operations = plan.operations.iter().filter(|it| it.verb == verb);
    let values = operations.filter_map(|operation| match &operation.action {
        segue_model::Action::Perform { input, .. } => input[field].as_str().map(str::to_owned),
        _ => None,
    });
    values.collect()
}

fn list(text: &mut String, paint: Paint, verb: &str, items: &[String]) {
    if !items.is_empty() {
        let verb = paint.strong(format!("{verb:>10}"));
        let _ = writeln!(text, "{verb}  {}", items.join(", "));
    }
}
