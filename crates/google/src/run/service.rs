//! The service that a unit wants, as a value.
//!
//! A service is read, changed and written back: whatever Segue does not know
//! (probes, volumes, side containers, annotations of others) stays as it is.

use crate::{errors, run::traffic, settings};
use google_cloud_run_v2::model::{Container, RevisionTemplate, Service};
use segue_model::{Digest, Failure, Fault, OperationKey, Unit, Version};
use serde::Serialize;
use serde_json::Value;

/// Says on services and revisions which version they are.
pub(crate) const VERSION: &str = "segue.dev/version";
/// Says on services and revisions which operation made them.
pub(crate) const OPERATION: &str = "segue.dev/operation";

/// What a unit wants of Cloud Run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    /// The service's full resource name.
    pub name: String,
    pub version: Version,
    pub image: String,
    pub settings: settings::Run,
}

impl Wanted {
    /// What `unit` wants in `parent` (`projects/P/locations/R`).
    pub(crate) fn of(parent: &str, unit: &Unit) -> Result<Self, Failure> {
        let settings: settings::Run = settings::read(unit, "settings", &unit.settings)?;
        let image = settings::read::<settings::Image>(unit, "artifact", &unit.artifact)?.image;
        if !image.contains("@sha256:") {
            let what = format!("the image of {} is not named by digest", unit.module);
            return Err(Failure::step(errors::INPUT, what)
                .by(Fault::User)
                .words(image));
        }
        Ok(Self {
            name: service_name(parent, unit, &settings),
            version: unit.version.clone(),
            image,
            settings,
        })
    }

    /// `template` with all that the unit wants of it.
    fn applied(&self, mut template: RevisionTemplate) -> RevisionTemplate {
        if let Some(concurrency) = self.settings.concurrency {
            template.max_instance_request_concurrency = concurrency;
        }
        if let Some(account) = &self.settings.service_account {
            template.service_account.clone_from(account);
        }
        template
            .annotations
            .insert(VERSION.into(), self.version.to_string());
        match main_container(&mut template.containers) {
            Some(container) => container.image.clone_from(&self.image),
            None => template
                .containers
                .push(Container::new().set_image(&self.image)),
        }
        template
    }

    /// Whether the service's template is what the unit wants: then its latest
    /// revision is the unit's.
    pub(crate) fn is_staged(&self, service: &Service) -> bool {
        service
            .template
            .as_ref()
            .is_some_and(|template| self.applied(template.clone()) == *template)
    }

    /// The name of the unit's revision; none when it is not staged.
    pub(crate) fn revision(&self, service: &Service) -> Option<String> {
        let template = service.template.as_ref()?;
        if !self.is_staged(service) {
            return None;
        }
        let name = match template.revision.as_str() {
            "" => &service.latest_created_revision,
            name => name,
        };
        Some(traffic::short(name).to_owned())
    }

    /// `service` (none: there is none yet) with a new revision that takes no
    /// traffic while another one is live.
    pub(crate) fn staged(&self, service: Option<&Service>, key: &OperationKey) -> Service {
        let former = service.cloned().unwrap_or_default();
        let id = traffic::short(&self.name);
        let mut template = self.applied(former.template.clone().unwrap_or_default());
        template
            .annotations
            .insert(OPERATION.into(), key.to_string());
        template.revision = String::new();
        template.revision = format!("{id}-{}", &digest(&template).hex()[..8]);
        let mut live = traffic::shares(&former);
        if live.is_empty() || former.latest_ready_revision.is_empty() {
            live = traffic::split(&template.revision, 100, None);
        }
        let targets = traffic::targets(&former.traffic, &live, Some(&template.revision));
        let mut service = former.set_name(&self.name).set_traffic(targets);
        service.annotations.extend([
            (VERSION.to_owned(), self.version.to_string()),
            (OPERATION.to_owned(), key.to_string()),
        ]);
        service.set_template(template)
    }
}

/// The full name of the service that `unit` is.
fn service_name(parent: &str, unit: &Unit, settings: &settings::Run) -> String {
    let id = settings.service.as_deref().unwrap_or(unit.module.as_str());
    format!("{parent}/services/{id}")
}

/// The full name of the service that `unit` is, whatever its artifact.
pub(crate) fn name_of(parent: &str, unit: &Unit) -> Result<String, Failure> {
    let settings: settings::Run = settings::read(unit, "settings", &unit.settings)?;
    Ok(service_name(parent, unit, &settings))
}

/// The operation that made the service's latest revision.
pub(crate) fn operation(service: &Service) -> Option<&str> {
    let template = service.template.as_ref()?;
    template.annotations.get(OPERATION).map(String::as_str)
}

/// The container that takes requests: the one with a port, else the first.
fn main_container(containers: &mut [Container]) -> Option<&mut Container> {
    let place = containers
        .iter()
        .position(|container| !container.ports.is_empty())
        .unwrap_or(0);
    containers.get_mut(place)
}

/// The digest of a value, whatever the order in which its maps are written.
pub(crate) fn digest(value: &impl Serialize) -> Digest {
    // A model of the SDK is always JSON; were it not, equal values still have equal digests.
    let mut value = serde_json::to_value(value).unwrap_or_default();
    sort(&mut value);
    Digest::of(value.to_string().as_bytes())
}

fn sort(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = std::mem::take(map).into_iter().collect();
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            pairs.iter_mut().for_each(|(_, value)| sort(value));
            map.extend(pairs);
        }
        Value::Array(values) => values.iter_mut().for_each(sort),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use google_cloud_run_v2::model::ContainerPort;
    use segue_model::ReleaseId;
    use serde_json::json;

    fn unit() -> Unit {
        Unit {
            module: "notifier".into(),
            target: "run".into(),
            version: "2.2.0".parse().unwrap(),
            artifact: json!({"image": format!("r/notifier@sha256:{}", "2".repeat(64))}),
            settings: json!({"concurrency": 40, "service_account": "n@p"}),
        }
    }

    fn wanted() -> Wanted {
        Wanted::of("projects/p/locations/r", &unit()).unwrap()
    }

    fn key(release: &str) -> OperationKey {
        OperationKey::new(&ReleaseId::new(release), &"o".into(), false)
    }

    fn live() -> Service {
        Service::new()
            .set_etag("\"1\"")
            .set_annotations([("team", "a")])
            .set_latest_ready_revision("x/revisions/notifier-1")
            .set_template(
                RevisionTemplate::new()
                    .set_labels([("cost", "b")])
                    .set_containers([
                        Container::new().set_image("proxy"),
                        Container::new()
                            .set_image("old")
                            .set_ports([ContainerPort::new()]),
                    ]),
            )
    }

    #[test]
    fn what_segue_does_not_know_stays() {
        let service = wanted().staged(Some(&live()), &key("r1"));
        let template = service.template.as_ref().unwrap();
        assert_eq!(service.etag, "\"1\"");
        assert_eq!(service.annotations["team"], "a");
        assert_eq!(template.labels["cost"], "b");
        assert_eq!(template.containers[0].image, "proxy");
        assert!(template.containers[1].image.contains("@sha256:2"));
        assert_eq!(template.max_instance_request_concurrency, 40);
        assert_eq!(template.service_account, "n@p");
    }

    #[test]
    fn a_new_revision_takes_no_traffic_and_the_live_one_is_named() {
        let service = wanted().staged(Some(&live()), &key("r1"));
        let shares = traffic::shares(&service);
        assert_eq!(shares.len(), 1);
        assert_eq!(shares[0].revision, "notifier-1");
        let revision = wanted().revision(&service).unwrap();
        assert_eq!(traffic::tagged(&service.traffic), Some(&*revision));
    }

    #[test]
    fn the_first_revision_takes_all_traffic_by_name() {
        let service = wanted().staged(None, &key("r1"));
        let revision = wanted().revision(&service).unwrap();
        assert_eq!(traffic::shares(&service)[0].revision, revision);
        assert_eq!(service.name, "projects/p/locations/r/services/notifier");
    }

    #[test]
    fn a_revision_has_the_same_name_each_time_in_one_operation_and_another_in_the_next() {
        let name = |key: &OperationKey| {
            let service = wanted().staged(Some(&live()), key);
            wanted().revision(&service).unwrap()
        };
        assert_eq!(name(&key("r1")), name(&key("r1")));
        assert_ne!(name(&key("r1")), name(&key("r2")));
        assert!(name(&key("r1")).starts_with("notifier-") && name(&key("r1")).len() <= 63);
    }

    #[test]
    fn staging_what_is_staged_is_seen() {
        let service = wanted().staged(Some(&live()), &key("r1"));
        assert!(wanted().is_staged(&service) && !wanted().is_staged(&live()));
        assert_eq!(operation(&service), Some(key("r1").as_str()));
    }

    #[test]
    fn an_image_must_be_named_by_digest() {
        let mut unit = unit();
        unit.artifact = json!({"image": "r/notifier:latest"});
        assert_eq!(Wanted::of("p", &unit).unwrap_err().code, errors::INPUT);
        unit.artifact = Value::Null;
        assert_eq!(Wanted::of("p", &unit).unwrap_err().code, errors::INPUT);
    }

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_maps() {
        let a = json!({"a": {"x": 1, "y": 2}, "b": 3});
        let b = json!({"b": 3, "a": {"y": 2, "x": 1}});
        assert_eq!(digest(&a), digest(&b));
    }
}
