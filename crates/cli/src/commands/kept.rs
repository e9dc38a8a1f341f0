//! A plan in a file, and law 7: what was reviewed is what runs.

use crate::{
    exit::Exit,
    problem::Problem,
    project::{self, Locked, Project},
    session::Session,
};
use segue_model::{Digest, Failure, Fault, Observation, PLAN_FORMAT, Plan};
use segue_plan::{Observations, moved};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A plan in a file: what `apply FILE` carries out, and nothing else.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// The digest under which it was reviewed.
    digest: Digest,
    /// The plan.
    plan: Plan,
}

/// Writes a plan.
pub fn write(path: &Path, plan: Plan) -> Result<(), Problem> {
    let kept = Kept {
        digest: plan.digest(),
        plan,
    };
    let text = serde_json::to_string_pretty(&kept)
        .map_err(|error| Problem::internal("the plan is no JSON", &error))?;
    std::fs::write(path, text + "\n").map_err(|error| {
        let what = format!("{} cannot be written", path.display());
        Problem::input("SEG2204", what)
            .words(error.to_string())
            .into()
    })
}

/// Reads a plan that nobody altered.
pub fn read(path: &Path) -> Result<Plan, Problem> {
    let wrong = |why: String| {
        let what = format!(
            "{} is no plan as `segue plan --out` kept it",
            path.display()
        );
        Problem::input("SEG2205", what)
            .words(why)
            .hint("plan again, and review that; without a kept plan, name the directory that holds segue.yaml")
    };
    let text = project::read(path)?;
    let kept: Kept = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    let format = kept.plan.format;
    if format != PLAN_FORMAT {
        let why = format!("its format is {format}, this program knows {PLAN_FORMAT}");
        return Err(wrong(why).into());
    }
    let digest = kept.plan.digest();
    if digest != kept.digest {
        let (now, then) = (digest.short(), kept.digest.short());
        let why = format!("it was changed since: its digest is {now}, and was {then}");
        return Err(wrong(why).into());
    }
    Ok(kept.plan)
}

/// That manifest and lock are those from which the plan was made.
/// A rollback brings back what was live, whatever is locked now.
pub fn same_project(plan: &Plan, project: &Project, locked: &Locked) -> Result<(), Problem> {
    let mut changed = Vec::new();
    if plan.manifest != project.digest() {
        changed.push(format!("{} was changed", project.source.name));
    }
    if plan.rolls_back.is_none() && plan.lock != locked.digest {
        changed.push("segue.lock was changed".to_owned());
    }
    unmoved(changed)
}

/// That what is live is what the plan was made for.
pub async fn same_world(session: &Session, plan: &Plan) -> Result<(), Problem> {
    let live = session.observe_for(plan).await?.into_iter();
    let live: Observations = live
        .map(|(unit, live)| ((unit.module, unit.target), live))
        .collect();
    let moved = moved(plan, &live).into_iter().map(|it| {
        format!(
            "{}@{}: planned on {} ({}), now {} ({})",
            it.planned.module,
            it.planned.target,
            version(&it.planned.former),
            it.planned.former.revision,
            version(&it.now),
            it.now.revision,
        )
    });
    unmoved(moved.collect())
}

fn version(live: &Observation) -> String {
    let version = live.version.as_ref();
    version.map_or("nothing".into(), ToString::to_string)
}

fn unmoved(changed: Vec<String>) -> Result<(), Problem> {
    if changed.is_empty() {
        return Ok(());
    }
    let failure = Failure::step("SEG2208", "the world moved since the plan was made")
        .by(Fault::User)
        .words(changed.join("\n"))
        .hint("nothing was changed; plan again, and review that");
    Err(Problem::With(Exit::Refused, failure))
}
