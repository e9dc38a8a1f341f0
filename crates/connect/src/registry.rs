//! Adapters for every target, performers for everything else.

use crate::Endpoints;
use segue_google::{CloudFunctions, CloudRun, GoogleTriggers};
use segue_integrations::{Command, GitTag, HttpGate, Outside, Rehearsed, Webhook, Window};
use segue_kubernetes::Kubernetes;
use segue_manifest::{Manifest, Place, Target};
use segue_model::{Failure, TargetId};
use segue_platform::{Performer, Platform, Registry, Secrets, Triggers};
use std::{path::Path, sync::Arc};

/// Who carries out what in the environment of `manifest`, which lies in `directory`.
///
/// # Errors
/// When a target cannot be reached as the endpoints or the surroundings say.
pub async fn registry(
    manifest: &Manifest,
    directory: &Path,
    endpoints: &Endpoints,
) -> Result<Registry, Failure> {
    let mut registry = Registry::default();
    if manifest.targets.iter().any(is_google) {
        google(endpoints).usable().await?;
    }
    for target in &manifest.targets {
        let id = target.id.value.clone();
        let (platform, triggers) = place(target, endpoints).await?;
        registry.platforms.insert(id.clone(), platform);
        registry.triggers.insert(id, triggers);
    }
    performers(manifest, directory, endpoints, &mut registry).await?;
    Ok(registry)
}

fn is_google(target: &Target) -> bool {
    matches!(
        target.place,
        Place::CloudRun { .. } | Place::CloudFunctions { .. }
    )
}

type Adapter = (Arc<dyn Platform>, Arc<dyn Triggers>);

fn both<T: Platform + Triggers + 'static>(adapter: T) -> Adapter {
    let adapter = Arc::new(adapter);
    (adapter.clone(), adapter)
}

async fn place(target: &Target, endpoints: &Endpoints) -> Result<Adapter, Failure> {
    Ok(match &target.place {
        Place::Kubernetes { context, namespace } => {
            let access = cluster(&target.id, context, endpoints);
            let secrets = vault(endpoints)?;
            both(Kubernetes::connect(access, namespace, secrets, endpoints.timeouts).await?)
        }
        Place::AzureFunctions {
            subscription,
            resource_group,
        } => both(segue_azure::AzureFunctions::connect(
            &azure(endpoints),
            subscription,
            resource_group,
        )?),
        Place::CloudRun { project, region } => {
            let access = google(endpoints);
            let run = CloudRun::connect(&access, project, region).await?;
            let triggers = GoogleTriggers::connect(&access, project, region).await?;
            (Arc::new(run), Arc::new(triggers))
        }
        Place::CloudFunctions { project, region } => {
            let access = google(endpoints);
            let functions = CloudFunctions::connect(&access, project, region).await?;
            let triggers = GoogleTriggers::connect(&access, project, region).await?;
            (Arc::new(functions), Arc::new(triggers))
        }
    })
}

fn cluster(target: &TargetId, context: &str, endpoints: &Endpoints) -> segue_kubernetes::Access {
    match endpoints.kubernetes.get(target) {
        Some(cluster) => segue_kubernetes::Access::Direct {
            url: cluster.url.clone(),
            token: endpoints.token.clone(),
        },
        None => segue_kubernetes::Access::Kubeconfig {
            context: context.to_owned(),
        },
    }
}

fn azure(endpoints: &Endpoints) -> segue_azure::Access {
    let access = match &endpoints.azure {
        Some(azure) => segue_azure::Access::sandbox(azure.clone(), &endpoints.token),
        None => segue_azure::Access::production(),
    };
    access.timeouts(endpoints.timeouts)
}

pub(crate) fn google(endpoints: &Endpoints) -> segue_google::Access {
    let access = match &endpoints.google {
        Some(google) => segue_google::Access::sandbox(google.clone(), &endpoints.token),
        None => segue_google::Access::production(),
    };
    access.timeouts(endpoints.timeouts)
}

pub(crate) fn vault(endpoints: &Endpoints) -> Result<Arc<dyn Secrets>, Failure> {
    Ok(Arc::new(segue_azure::KeyVault::connect(&azure(endpoints))?))
}

async fn performers(
    manifest: &Manifest,
    directory: &Path,
    endpoints: &Endpoints,
    registry: &mut Registry,
) -> Result<(), Failure> {
    let http = reqwest::Client::builder()
        .connect_timeout(endpoints.timeouts.connect)
        .timeout(endpoints.timeouts.outside);
    let http = if endpoints.outside.is_some() {
        http.no_proxy()
    } else {
        http
    };
    let http = http.build().map_err(|error| {
        Failure::internal("SEG6014", "no HTTP client can be made").words(error.to_string())
    })?;
    let outside = Outside::new(endpoints.variables(), endpoints.outside.clone());
    let tagged = endpoints.repository.clone();
    let tagged = tagged.unwrap_or_else(|| directory.to_owned());
    let mut add = |name: &str, performer: Arc<dyn Performer>| {
        registry.performers.insert(name.to_owned(), performer);
    };
    add(
        "http.gate",
        Arc::new(HttpGate::new(http.clone(), outside.clone())),
    );
    add("webhook.notify", Arc::new(Webhook::new(http, outside)));
    add("git.tag", Arc::new(GitTag::new(tagged)));
    add("window", Arc::new(Window::default()));
    // A program changes what is real, whatever a sandbox holds.
    match endpoints.outside {
        Some(_) => add("command", Arc::new(Rehearsed)),
        None => {
            let command = Command::new(directory.to_owned(), endpoints.variables());
            add("command", Arc::new(command));
        }
    }
    // Clouds that the manifest does not name are not asked for credentials.
    let (wants_azure, wants_google) = wanted(manifest);
    if wants_azure {
        registry
            .performers
            .extend(segue_azure::performers(&azure(endpoints))?);
    }
    if wants_google {
        let google = google(endpoints);
        let images = segue_google::ArtifactRegistryCheck::connect(&google).await?;
        let push = segue_google::PubsubPushCheck::connect(&google).await?;
        registry
            .performers
            .insert("artifact-registry.check".into(), Arc::new(images));
        registry
            .performers
            .insert("pubsub-push.check".into(), Arc::new(push));
    }
    Ok(())
}

/// Whether any operation can be Azure's or Google's.
fn wanted(manifest: &Manifest) -> (bool, bool) {
    let mut names: Vec<&str> = manifest
        .after
        .rotate
        .iter()
        .map(|it| it.performer(manifest).0)
        .collect();
    for module in &manifest.modules {
        names.extend(module.checks.iter().map(|it| it.performer().0));
        let target = module.on.first().and_then(|id| manifest.target(id));
        if let Some(target) = target {
            names.extend(
                module
                    .verify
                    .iter()
                    .map(|it| it.performer(module, target).0),
            );
        }
    }
    let any = |wanted: &[&str]| names.iter().any(|name| wanted.contains(name));
    (
        any(&[
            "key-vault.check",
            "key-vault.rotate",
            "function-key.rotate",
            "application-insights.check",
        ]),
        any(&["artifact-registry.check", "pubsub-push.check"]),
    )
}
