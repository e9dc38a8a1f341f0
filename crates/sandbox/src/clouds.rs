//! The infrastructure that releases do not create, as each cloud's twin needs
//! to be told of it.

use crate::{Project, secrets};
use segue_manifest::{Check, Manifest, Module, Place, Target, TriggerKind, Verify};
use segue_model::Failure;
use segue_twin::{azure, google, kubernetes};
use std::collections::{BTreeMap, BTreeSet};

/// The Pub/Sub topic of a subscription, which no manifest names.
fn topic(subscription: &str) -> String {
    format!("{subscription}-topic")
}

/// One cluster for each Kubernetes target.
pub(crate) fn clusters(
    manifest: &Manifest,
    token: &str,
    sidecars: &BTreeSet<String>,
) -> Vec<(segue_model::TargetId, kubernetes::World)> {
    let targets = manifest.targets.iter();
    let clusters = targets.filter_map(|target| match &target.place {
        Place::Kubernetes { namespace, .. } => Some((
            target.id.value.clone(),
            kubernetes::World {
                name: target.id.to_string(),
                namespaces: vec![namespace.clone()],
                token: token.to_owned(),
                sidecar_images: sidecars.iter().cloned().collect(),
            },
        )),
        _ => None,
    });
    clusters.collect()
}

/// The resource group, when the manifest or a vault needs Azure at all.
pub(crate) fn azure(project: &Project, token: &str) -> Result<Option<azure::World>, Failure> {
    let vaults = secrets::vaults(project);
    let groups = project.manifest.targets.iter().filter_map(|target| {
        let Place::AzureFunctions {
            subscription,
            resource_group,
        } = &target.place
        else {
            return None;
        };
        Some((subscription.clone(), resource_group.clone()))
    });
    let group = only_one(groups, "Azure resource group")?;
    if group.is_none() && vaults.is_empty() {
        return Ok(None);
    }
    let (subscription, resource_group) = group.unwrap_or_default();
    Ok(Some(azure::World {
        subscription,
        resource_group,
        token: token.to_owned(),
        apps: apps(project),
        event_subscriptions: event_subscriptions(project),
        vaults,
        components: components(&project.manifest),
    }))
}

/// The project, when the manifest needs Google at all.
pub(crate) fn google(project: &Project, token: &str) -> Result<Option<google::World>, Failure> {
    let places = project
        .manifest
        .targets
        .iter()
        .filter_map(|target| match &target.place {
            Place::CloudRun { project, region } | Place::CloudFunctions { project, region } => {
                Some((project.clone(), region.clone()))
            }
            _ => None,
        });
    let Some((id, region)) = only_one(places, "Google project and region")? else {
        return Ok(None);
    };
    let mut world = google::World::new(&id, &region, token);
    for module in modules(&project.manifest, |place| {
        matches!(place, Place::CloudRun { .. } | Place::CloudFunctions { .. })
    }) {
        let settings = module.settings();
        if let Some(account) = settings["service_account"].as_str() {
            world = world.service_account(module.id.as_str(), account);
        }
    }
    for module in modules(&project.manifest, |it| matches!(it, Place::CloudRun { .. })) {
        world = world.service(module.platform_name());
    }
    Ok(Some(readers(&project.manifest, triggers(project, world))))
}

fn apps(project: &Project) -> Vec<azure::App> {
    let modules = modules(&project.manifest, |it| {
        matches!(it, Place::AzureFunctions { .. })
    });
    let apps = modules.map(|module| {
        let settings = module.settings();
        let slot = settings["slot"].as_str().unwrap_or("staging");
        let former = project.former.lock.modules.get(&module.id.value);
        let artifact = former.and_then(|it| it.targets.values().next());
        let version = former.map(|it| ("SEGUE_VERSION".to_owned(), it.version.to_string()));
        azure::App {
            name: module.platform_name().to_owned(),
            module: module.id.to_string(),
            slots: vec![slot.to_owned()],
            functions: vec![module.id.to_string()],
            image: artifact.and_then(|it| it.to_value()["image"].as_str().map(str::to_owned)),
            settings: version.into_iter().collect(),
        }
    });
    apps.collect()
}

fn event_subscriptions(project: &Project) -> Vec<azure::EventSubscription> {
    let triggers = project.manifest.triggers.iter();
    let subscriptions = triggers.filter_map(|trigger| {
        let TriggerKind::EventGrid(grid) = &trigger.kind else {
            return None;
        };
        let module = started(&project.manifest, trigger)?;
        let paused = project.world.paused.contains(&trigger.id.to_string());
        Some(azure::EventSubscription {
            topic: grid.topic.clone(),
            name: grid.subscription.clone(),
            app: module.platform_name().to_owned(),
            function: module.id.to_string(),
            held: paused.then(|| azure::HoldQueue {
                storage_account: grid.hold.storage_account.clone(),
                queue: grid.hold.queue.clone(),
            }),
        })
    });
    subscriptions.collect()
}

fn components(manifest: &Manifest) -> Vec<String> {
    let proofs = manifest.modules.iter().flat_map(|module| &module.verify);
    let names = proofs.filter_map(|proof| match proof {
        Verify::ApplicationInsights { component, .. } => Some(component.clone()),
        Verify::PubsubPush { .. } => None,
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

fn triggers(project: &Project, mut world: google::World) -> google::World {
    for trigger in &project.manifest.triggers {
        let Some(module) = started(&project.manifest, trigger) else {
            continue;
        };
        let paused = project.world.paused.contains(&trigger.id.to_string());
        let target = module.platform_name();
        let account = caller(module);
        match &trigger.kind {
            TriggerKind::Pubsub(it) => {
                let topic = topic(&it.subscription);
                world = world.topic(&topic);
                world = if paused {
                    pulled(world, &it.subscription, &topic)
                } else {
                    world.push_subscription(&it.subscription, &topic, target, &account)
                };
            }
            TriggerKind::CloudScheduler(it) => {
                world = world.job(&it.job, "0 6 * * *", target, &account);
                if paused {
                    world = world.paused(&it.job);
                }
            }
            TriggerKind::EventGrid(_) | TriggerKind::CronJob(_) => {}
        }
    }
    world
}

/// A subscription that somebody paused before: messages wait to be pulled.
fn pulled(mut world: google::World, id: &str, topic: &str) -> google::World {
    world.subscriptions.push(google::Subscription {
        id: id.to_owned(),
        topic: topic.to_owned(),
        push: None,
    });
    world
}

/// The account that calls a module: its first invoker.
fn caller(module: &Module) -> String {
    let settings = module.settings();
    let invoker = settings["invokers"][0].as_str().unwrap_or_default();
    invoker
        .strip_prefix("serviceAccount:")
        .unwrap_or(invoker)
        .to_owned()
}

fn readers(manifest: &Manifest, mut world: google::World) -> google::World {
    let mut readers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for check in manifest.modules.iter().flat_map(|module| &module.checks) {
        if let Check::ArtifactRegistry { repository, reader } = check {
            let readers = readers.entry(repository).or_default();
            if !readers.contains(reader) {
                readers.push(reader.clone());
            }
        }
    }
    for (path, readers) in readers {
        world.repositories.push(google::Repository {
            path: path.to_owned(),
            readers,
        });
    }
    world
}

/// The first module that a trigger starts.
fn started<'a>(manifest: &'a Manifest, trigger: &segue_manifest::Trigger) -> Option<&'a Module> {
    manifest.module(trigger.starts.first()?)
}

fn modules<'a>(
    manifest: &'a Manifest,
    on: impl Fn(&Place) -> bool + 'a,
) -> impl Iterator<Item = &'a Module> {
    manifest.modules.iter().filter(move |module| {
        let target = module.on.first().and_then(|id| manifest.target(id));
        target.is_some_and(|target: &Target| on(&target.place))
    })
}

fn only_one<T: Ord>(places: impl Iterator<Item = T>, what: &str) -> Result<Option<T>, Failure> {
    let mut places: BTreeSet<T> = places.collect();
    let one = places.pop_first();
    if places.is_empty() {
        return Ok(one);
    }
    Err(Failure::step(
        "SEG6104",
        format!("the sandbox has one {what}, and the manifest names several"),
    )
    .hint("rehearse them one after the other, each in a manifest of its own"))
}
