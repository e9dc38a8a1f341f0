//! Files that a manifest from a page needs beside it, so that it can be checked at
//! once: for each module of a cluster, objects with a marked gap for the image.

use crate::{
    Kind, Platform, What,
    fact::Setting,
    read::{Module, Reading},
};

/// A file to write beside the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// Its path, relative to the manifest's directory, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The files that the manifest of this page names.
pub(crate) fn files(reading: &Reading) -> Vec<Starter> {
    let cluster = |module: &&Module| {
        let target = module
            .targets
            .first()
            .and_then(|at| reading.targets.get(*at));
        target.is_none_or(|it| matches!(it.platform, Platform::Kubernetes | Platform::Unknown))
    };
    reading
        .modules
        .iter()
        .filter(cluster)
        .flat_map(|module| of(reading, module))
        .collect()
}

fn of(reading: &Reading, module: &Module) -> Vec<Starter> {
    let id = &module.id;
    let mut settings = settings(reading, id);
    // What lies there already needs no start.
    if settings.any(|it| matches!(it, Setting::Chart(_) | Setting::Manifests(_))) {
        return Vec::new();
    }
    let is_chart = self::settings(reading, id).any(|it| *it == Setting::Helm);
    let objects = if module.shared || id.ends_with("config") {
        config(id)
    } else {
        workload(id, &image(reading, module))
    };
    if !is_chart {
        return vec![Starter {
            path: format!("{id}/objects.yaml"),
            text: objects,
        }];
    }
    let chart = format!(
        "apiVersion: v2\nname: {id}\nversion: 0.1.0\n# TODO(owner): put the chart of {id} here.\n"
    );
    vec![
        Starter {
            path: format!("charts/{id}/Chart.yaml"),
            text: chart,
        },
        Starter {
            path: format!("charts/{id}/templates/objects.yaml"),
            text: objects,
        },
    ]
}

fn settings<'a>(reading: &'a Reading, id: &'a str) -> impl Iterator<Item = &'a Setting> {
    reading
        .facts
        .iter()
        .filter_map(move |fact| match &fact.what {
            What::Setting { module, setting } if module == id && fact.kind != Kind::LeftOver => {
                Some(setting)
            }
            _ => None,
        })
}

/// Its image with its tag, as far as they are known.
fn image(reading: &Reading, module: &Module) -> String {
    let id = &module.id;
    let all = || settings(reading, id);
    let Some(image) = all().find_map(|it| match it {
        Setting::Image(image) => Some(image),
        _ => None,
    }) else {
        return format!("registry.invalid/{id}:0.1.0");
    };
    let tag = all().find_map(|it| match it {
        Setting::Tag(tag) => Some(tag),
        _ => None,
    });
    let version = all().find_map(|it| match it {
        Setting::Version(version) => Some(version),
        _ => None,
    });
    let tag = tag.or(version).map_or("latest", String::as_str);
    format!("{image}:{tag}")
}

fn config(id: &str) -> String {
    format!(
        "# TODO(owner): the configuration that others share.\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {id}\ndata: {{}}\n"
    )
}

fn workload(id: &str, image: &str) -> String {
    format!(
        "# TODO(owner): put the objects of {id} here, or its image into these.\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {id}\nspec:\n  replicas: 2\n  \
         selector:\n    matchLabels: {{ app: {id} }}\n  template:\n    metadata:\n      labels: {{ app: {id} }}\n    \
         spec:\n      containers:\n        - name: {id}\n          image: {image}\n          \
         ports: [{{ containerPort: 8080 }}]\n          readinessProbe:\n            httpGet: {{ path: /healthz, port: 8080 }}\n\
         ---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {id}\nspec:\n  selector: {{ app: {id} }}\n  ports: [{{ port: 80, targetPort: 8080 }}]\n"
    )
}
