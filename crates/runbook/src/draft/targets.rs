//! `targets:`.

use super::{
    Draft, GAP,
    yaml::{Yaml, at, scalar},
};
use crate::{Platform, What, read::Target};

impl Draft<'_> {
    pub(super) fn targets(&self, yaml: &mut Yaml) {
        yaml.blank();
        let used = |at: &usize| {
            self.reading.modules.is_empty()
                || self
                    .reading
                    .modules
                    .iter()
                    .any(|module| module.targets.contains(at))
        };
        let targets: Vec<_> = (0..self.reading.targets.len())
            .filter(used)
            .map(|at| &self.reading.targets[at])
            .collect();
        if targets.is_empty() {
            return yaml.gap(0, "targets: {}", "where modules run; no platform is named");
        }
        yaml.line(0, "targets:", "");
        for target in targets {
            self.target(target, yaml);
        }
    }

    fn target(&self, target: &Target, yaml: &mut Yaml) {
        let unknown = target.platform == Platform::Unknown;
        let comment = if unknown {
            format!(
                "TODO(owner): no platform that Segue knows; {}",
                at(target.line, &target.quote)
            )
        } else {
            at(target.line, &target.quote)
        };
        yaml.line(1, &format!("{}:", scalar(&target.id)), &comment);
        let (platform, keys): (_, &[(&'static str, &str)]) = match target.platform {
            Platform::Kubernetes | Platform::Unknown => (
                "kubernetes",
                &[
                    (
                        "context",
                        "the context of the kubeconfig that leads to the cluster",
                    ),
                    ("namespace", "the namespace"),
                ],
            ),
            Platform::AzureFunctions => (
                "azure-functions",
                &[
                    ("subscription", "the id of the Azure subscription"),
                    ("resource-group", "the resource group of the function apps"),
                ],
            ),
            Platform::CloudRun => ("cloud-run", &GOOGLE),
            Platform::CloudFunctions => ("cloud-functions", &GOOGLE),
        };
        yaml.line(2, &format!("{platform}:"), "");
        for (key, gap) in keys {
            let said = self.release().find_map(|fact| match &fact.what {
                What::Place {
                    target: id,
                    key: said,
                    value,
                } if *id == target.id && said == key => Some((fact, value)),
                _ => None,
            });
            match said {
                Some((fact, value)) => yaml.said(3, &format!("{key}: {}", scalar(value)), fact),
                None => yaml.gap(3, &format!("{key}: {GAP}"), gap),
            }
        }
    }
}

const GOOGLE: [(&str, &str); 2] = [
    ("project", "the id of the Google Cloud project"),
    ("region", "the region, for example `europe-west1`"),
];
