//! Cloud Scheduler API v1: jobs, paused and resumed. Nothing runs by itself;
//! `jobs.run` really calls its target.
//! Source: <https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs>.

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    mask,
    page::page,
    run::{Run, now},
    server::Api,
    site::Site,
    world,
};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The jobs of one project and region.
pub(super) struct Scheduler {
    site: Arc<Site>,
    run: Arc<Run>,
    jobs: Mutex<BTreeMap<String, Value>>,
}

impl Scheduler {
    /// The jobs of the site's world, pointing at the services of `run`.
    pub fn new(site: Arc<Site>, run: &Arc<Run>) -> Self {
        let jobs = site.world.jobs.iter().map(|job| {
            let name = format!("{}/jobs/{}", site.parent(), job.id);
            (job.id.clone(), view(&name, job, run))
        });
        Self {
            jobs: Mutex::new(jobs.collect()),
            run: run.clone(),
            site: site.clone(),
        }
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<String, Value>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, id: &str, then: impl FnOnce(&mut Value) -> T) -> Result<T, Error> {
        self.jobs()
            .get_mut(id)
            .map(then)
            .ok_or_else(|| Error::not_found("Job not found."))
    }

    fn create(&self, call: &Call<'_>) -> Result<Value, Error> {
        let mut job = call.body.clone();
        let name = job.get("name").and_then(Value::as_str).unwrap_or_default();
        let id = match name.rsplit_once("/jobs/") {
            Some((parent, id)) if parent == call.resource() => id.to_owned(),
            None if name.is_empty() => format!("{:016x}", fastrand::u64(..)),
            _ => {
                return Err(Error::invalid(
                    "Job name must be formatted: \"projects/<PROJECT_ID>/locations/<LOCATION_ID>/jobs/<JOB_ID>\".",
                ));
            }
        };
        let name = format!("{}/jobs/{id}", call.resource());
        job.insert("name".to_owned(), json!(name));
        check(&job)?;
        job.insert("state".to_owned(), json!("ENABLED"));
        job.insert("userUpdateTime".to_owned(), json!(now()));
        let mut jobs = self.jobs();
        if jobs.contains_key(&id) {
            return Err(Error::exists(format!("Job {name} already exists.")));
        }
        let job = Value::Object(job);
        jobs.insert(id, job.clone());
        self.recorded("jobs.create", &name);
        Ok(job)
    }

    fn patch(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let schema = &discovery::SCHEDULER.schemas["Job"];
        let (changed, job) = self.with(id, |job| {
            let present = job.as_object().cloned().unwrap_or_default();
            let mut wanted = mask::patched(&present, &call.body, call.query("updateMask"), schema)?;
            for kept in [
                "name",
                "state",
                "userUpdateTime",
                "lastAttemptTime",
                "status",
            ] {
                match present.get(kept) {
                    Some(value) => wanted.insert(kept.to_owned(), value.clone()),
                    None => wanted.remove(kept),
                };
            }
            check(&wanted)?;
            let changed = wanted != present;
            if changed {
                wanted.insert("userUpdateTime".to_owned(), json!(now()));
                *job = Value::Object(wanted);
            }
            Ok::<_, Error>((changed, job.clone()))
        })??;
        if changed {
            self.recorded("jobs.patch", call.resource());
        }
        Ok(job)
    }

    /// Pauses or resumes: a job must be in the other state.
    fn turn(&self, id: &str, from: &str, to: &str, call: &Call<'_>) -> Result<Value, Error> {
        let job = self.with(id, |job| {
            if job["state"] != from {
                return Err(Error::precondition(format!(
                    "The state of a job must be {from} for {}, and it is {}.",
                    call.method.name(),
                    job["state"].as_str().unwrap_or_default()
                )));
            }
            job["state"] = json!(to);
            job["userUpdateTime"] = json!(now());
            Ok(job.clone())
        })??;
        self.recorded(call.method.name(), call.resource());
        Ok(job)
    }

    fn run_now(self: &Arc<Self>, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let job = self.with(id, |job| job.clone())?;
        self.recorded("jobs.run", call.resource());
        let target = job["httpTarget"]["uri"].as_str().unwrap_or_default();
        let account = job["httpTarget"]["oidcToken"]["serviceAccountEmail"].as_str();
        let (account, service) = (
            account.unwrap_or("internet").to_owned(),
            self.run.service_at(target),
        );
        let (scheduler, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move {
            let status = match service {
                Some(service) => {
                    let mesh = &scheduler.site.shared.mesh;
                    mesh.call(&account, &service, "/").await.status
                }
                None => 502,
            };
            // A job that was deleted meanwhile keeps no result.
            let _ = scheduler.with(&id, |job| {
                job["lastAttemptTime"] = json!(now());
                job["status"] = if status == 200 {
                    json!({})
                } else {
                    json!({"code": 13})
                };
            });
        });
        Ok(job)
    }

    fn recorded(&self, verb: &str, resource: &str) {
        self.site.shared.effects.record("scheduler", verb, resource);
    }
}

impl Api for Scheduler {
    fn document(&self) -> &'static Document {
        &discovery::SCHEDULER
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn module(&self, _: &Call<'_>) -> Option<String> {
        None
    }

    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let id = call.segment("jobsId");
        match call.method.name() {
            "jobs.get" => self.with(id, |job| job.clone()),
            "jobs.list" => page(call, "jobs", self.jobs().values().cloned().collect()),
            "jobs.create" => self.create(call),
            "jobs.patch" => self.patch(id, call),
            "jobs.pause" => self.turn(id, "ENABLED", "PAUSED", call),
            "jobs.resume" => self.turn(id, "PAUSED", "ENABLED", call),
            "jobs.run" => self.run_now(id, call),
            "jobs.delete" => {
                self.with(id, |_| ())?;
                self.jobs().remove(id);
                self.recorded("jobs.delete", call.resource());
                Ok(json!({}))
            }
            other => Err(Error::internal(format!("the twin has no {other}"))),
        }
    }
}

fn check(job: &Map<String, Value>) -> Result<(), Error> {
    let schedule = job.get("schedule").and_then(Value::as_str).unwrap_or("");
    if schedule.split_whitespace().count() < 2 {
        return Err(Error::invalid("Schedule or time zone is invalid."));
    }
    let targets = ["httpTarget", "pubsubTarget", "appEngineHttpTarget"];
    if targets
        .iter()
        .filter(|target| job.contains_key(**target))
        .count()
        != 1
    {
        return Err(Error::invalid("Job must have exactly one target."));
    }
    Ok(())
}

fn view(name: &str, job: &world::Job, run: &Run) -> Value {
    let uri = run.url(&job.target).unwrap_or_else(|| job.target.clone());
    json!({
        "name": name,
        "schedule": job.schedule,
        "timeZone": "Etc/UTC",
        "state": if job.paused { "PAUSED" } else { "ENABLED" },
        "userUpdateTime": now(),
        "attemptDeadline": "180s",
        "httpTarget": {
            "uri": uri,
            "httpMethod": "POST",
            "oidcToken": {"serviceAccountEmail": job.service_account, "audience": uri},
        },
    })
}
