//! A plan for whoever is to approve it.

use crate::{
    Paint,
    gates::{gate_name, wanted},
    wrap::wrap,
};
use segue_model::{Action, Change, Operation, Plan, Subject, Verb};
use std::fmt::Write;

/// Where the text of a list begins: behind its verb.
const LIST: usize = 12;

/// In fewer columns than these, what a module waits for stands below it.
const LEAST: usize = 30;

/// A module in the order of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The module.
    pub module: String,
    /// What it waits for.
    pub after: Vec<String>,
}

/// What will change, in the order in which it will happen, and what else will
/// be done. `waves` are the modules that may go at once, `risks` the adapters'
/// remarks, as `module@target: remark`. Lines are `width` columns long.
pub fn plan_text(
    plan: &Plan,
    waves: &[Vec<Step>],
    risks: &[String],
    paint: Paint,
    width: usize,
) -> String {
    let changed = plan.changes.iter().filter(|it| it.changed).count();
    let mut page = Page {
        plan,
        paint,
        width,
        text: String::new(),
    };
    let title = match &plan.rolls_back {
        Some(release) => format!(
            "Plan to roll release {release} of {} back",
            plan.environment
        ),
        None => format!("Plan for {}", plan.environment),
    };
    page.line(&format!(
        "{} ({changed} of {} change)\n",
        paint.strong(title),
        plan.changes.len(),
    ));
    page.before();
    page.modules(waves);
    page.after();
    page.no_return();
    page.risks(risks);
    page.on_failure();
    page.line(&format!(
        "{} operations, at most {} at once. Digest {}",
        plan.operations.len(),
        plan.parallel,
        plan.digest().short()
    ));
    page.text
}

struct Page<'a> {
    plan: &'a Plan,
    paint: Paint,
    width: usize,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}", line.trim_end_matches(' '));
    }

    /// `verb  item, item, item`, over as many lines as it takes.
    fn list(&mut self, verb: &str, items: &[String]) {
        if !items.is_empty() {
            let verb = self.paint.strong(format!("{verb:>10}"));
            let items = wrap(&items.join(", "), LIST, self.width);
            self.line(&format!("{verb}  {items}"));
        }
    }

    fn before(&mut self) {
        self.list(
            "asks",
            &names(self.plan, |it| it.verb == Verb::Gate && !is_approval(it)),
        );
        self.list("awaits", &approvals(self.plan));
        self.list("checks", &checks(self.plan));
        self.list("pauses", &names(self.plan, |it| it.verb == Verb::Pause));
        self.line("");
    }

    /// What cannot be taken back once it is done.
    fn no_return(&mut self) {
        let points: Vec<_> = names(self.plan, |it| it.no_return);
        if points.is_empty() {
            return;
        }
        let line = format!(
            "no way back for {}: once it is done, undoing leaves it and what it stands on",
            points.join(", ")
        );
        let sign = self.paint.warn("!");
        let line = wrap(&line, 4, self.width);
        self.line(&format!("  {sign} {line}\n"));
    }

    /// What happens when a step fails, where it is not what always happens.
    fn on_failure(&mut self) {
        if self.plan.hold {
            let line = "when a step fails, it holds: nothing is undone until a person says so";
            let line = wrap(line, 4, self.width);
            let sign = self.paint.warn("!");
            self.line(&format!("  {sign} {line}\n"));
        }
    }

    fn modules(&mut self, waves: &[Vec<Step>]) {
        let columns = Columns::of(self.plan);
        for (at, wave) in waves.iter().enumerate() {
            let mut number = (at + 1).to_string();
            for (step, change) in wave.iter().flat_map(|step| changes(self.plan, step)) {
                self.module(&number, step, change, &columns);
                number.clear();
            }
        }
        self.line("");
    }

    fn module(&mut self, number: &str, step: &Step, change: &Change, columns: &Columns) {
        let paint = self.paint;
        let Columns {
            name,
            from,
            to,
            way,
        } = *columns;
        let former = change.former.version.as_ref();
        let former = former.map_or("new".into(), ToString::to_string);
        let (arrow, wanted) = if change.changed {
            (
                "→",
                paint.good(format!("{:to$}", becomes(self.plan, change))),
            )
        } else {
            (" ", paint.faint(format!("{:to$}", "stays")))
        };
        let mut line = format!(
            "  {} {:name$}  {former:>from$} {arrow} {wanted}  {:way$}",
            paint.faint(format!("{number:>2}")),
            title(change),
            traffic(self.plan, change),
        );
        if !step.after.is_empty() {
            let begins = 5 + name + 2 + from + 3 + to + 2 + way + 2;
            let after = format!("after {}", step.after.join(", "));
            if self.width < begins + LEAST {
                self.line(&line);
                let below = 5 + 2;
                line = " ".repeat(below) + &paint.faint(wrap(&after, below, self.width));
            } else {
                line += &format!("  {}", paint.faint(wrap(&after, begins, self.width)));
            }
        }
        self.line(&line);
    }

    fn after(&mut self) {
        let plan = self.plan;
        let count = |which: &dyn Fn(&Operation) -> bool| {
            plan.operations.iter().filter(|it| which(it)).count()
        };
        self.list("migrates", &names(plan, |it| it.verb == Verb::Migrate));
        let proofs = count(&|it| it.id.as_str().ends_with("/health"));
        if proofs > 0 {
            self.list("verifies", &[format!("the health of all {proofs}")]);
        }
        self.list("gives back", &names(plan, |it| it.verb == Verb::Resume));
        let settled = count(&|it| it.verb == Verb::Settle);
        if settled > 0 {
            self.list(
                "prunes",
                &[format!("what {settled} of them no longer need")],
            );
        }
        self.list("rotates", &names(plan, |it| it.verb == Verb::Rotate));
        self.list("tags", &inputs(plan, Verb::Tag, "name"));
        self.list("tells", &inputs(plan, Verb::Notify, "url"));
        self.line("");
    }

    fn risks(&mut self, risks: &[String]) {
        for risk in risks {
            let sign = self.paint.warn("!");
            let risk = wrap(risk, 4, self.width);
            self.line(&format!("  {sign} {risk}"));
        }
        if !risks.is_empty() {
            self.line("");
        }
    }
}

/// How wide the columns of the modules are.
struct Columns {
    name: usize,
    from: usize,
    to: usize,
    way: usize,
}

impl Columns {
    fn of(plan: &Plan) -> Self {
        let widest = |text: &dyn Fn(&Change) -> String| {
            let lengths = plan.changes.iter().map(|it| text(it).chars().count());
            lengths.max().unwrap_or(0)
        };
        let former = |it: &Change| {
            it.former
                .version
                .as_ref()
                .map_or(3, |it| it.to_string().len())
        };
        Self {
            name: widest(&title),
            from: plan.changes.iter().map(former).max().unwrap_or(0),
            to: widest(&|it| becomes(plan, it)).max("stays".len()),
            way: widest(&|it| traffic(plan, it)),
        }
    }
}

fn title(change: &Change) -> String {
    format!("{}@{}", change.module, change.target)
}

fn changes<'a>(plan: &'a Plan, step: &'a Step) -> impl Iterator<Item = (&'a Step, &'a Change)> {
    let changes = plan.changes.iter();
    changes
        .filter(|change| change.module.as_str() == step.module)
        .map(move |change| (step, change))
}

/// The version that will be live; a rollback removes what was not there before.
fn becomes(plan: &Plan, change: &Change) -> String {
    let goes = plan.operations.iter().any(|it| match &it.action {
        Action::Revert { unit, former } => {
            it.verb == Verb::Revert
                && unit.module == change.module
                && unit.target == change.target
                && former.version.is_none()
        }
        _ => false,
    });
    if goes {
        "goes".to_owned()
    } else {
        change.to.to_string()
    }
}

/// The steps in which traffic moves: `traffic 10, 50, 100 %`; nothing where it moves
/// with the rollout itself.
fn traffic(plan: &Plan, change: &Change) -> String {
    let subject = Subject::Module(change.module.clone(), change.target.clone());
    let steps = plan.operations.iter().filter(|it| it.subject == subject);
    let steps: Vec<_> = steps
        .filter_map(|it| match &it.action {
            Action::Shift { percent, .. } => Some(percent.to_string()),
            _ => None,
        })
        .collect();
    if steps.is_empty() {
        String::new()
    } else {
        format!("traffic {} %", steps.join(", "))
    }
}

fn is_approval(operation: &Operation) -> bool {
    matches!(operation.action, Action::Await { .. })
}

/// `uat (2 approvals of ana, bob, carol)`.
fn approvals(plan: &Plan) -> Vec<String> {
    let operations = plan.operations.iter();
    let said = operations.filter_map(|operation| match &operation.action {
        Action::Await { from, count } => {
            let wanted = wanted(*count, from, &[]);
            Some(format!("{} ({wanted})", gate_name(operation)))
        }
        _ => None,
    });
    said.collect()
}

/// `vault.check for shop and stock`.
fn checks(plan: &Plan) -> Vec<String> {
    let mut by: Vec<(&str, Vec<&str>)> = Vec::new();
    for operation in plan.operations.iter().filter(|it| it.verb == Verb::Check) {
        let (Action::Perform { by: name, .. }, Subject::Module(module, _)) =
            (&operation.action, &operation.subject)
        else {
            continue;
        };
        match by.iter_mut().find(|(known, _)| known == name) {
            Some((_, modules)) => modules.push(module.as_str()),
            None => by.push((name, vec![module.as_str()])),
        }
    }
    let said = by.into_iter();
    said.map(|(name, modules)| format!("{name} for {}", modules.join(" and ")))
        .collect()
}

fn names(plan: &Plan, which: impl Fn(&Operation) -> bool) -> Vec<String> {
    let operations = plan.operations.iter().filter(|it| which(it));
    let names = operations.map(|operation| match &operation.subject {
        Subject::Module(module, target) => format!("{module}@{target}"),
        Subject::Trigger(trigger) => trigger.to_string(),
        Subject::Release(name) => name.clone(),
    });
    names.collect()
}

fn inputs(plan: &Plan, verb: Verb, field: &str) -> Vec<String> {
    let operations = plan.operations.iter().filter(|it| it.verb == verb);
    let values = operations.filter_map(|operation| match &operation.action {
        Action::Perform { input, .. } => input[field].as_str().map(str::to_owned),
        _ => None,
    });
    values.collect()
}
