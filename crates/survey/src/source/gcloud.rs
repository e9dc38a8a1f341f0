//! A configuration of `gcloud`: `config_NAME`, an INI file, and `active_config`.

use super::Around;
use crate::{
    Text,
    finding::{Findings, Origin, Said, Site, is_short},
};
use segue_runbook::Platform;

/// The most lines that are looked at.
const MOST_LINES: usize = 1_000;

/// The project and region become a site of Cloud Run and one of Cloud Functions.
pub(super) fn read(text: &Text, around: &Around<'_>, found: &mut Findings) {
    if text.path.ends_with("active_config") {
        return;
    }
    let Some(project) = value(text, &[("core", "project")]) else {
        return;
    };
    if !around.is_active(&text.path) {
        found.leave(
            project.at,
            "this configuration of gcloud is not the active one",
        );
        return;
    }
    let platforms = [
        (Platform::CloudRun, "run"),
        (Platform::CloudFunctions, "functions"),
    ];
    for (platform, family) in platforms {
        let region = value(text, &[(family, "region"), ("compute", "region")]);
        let mut places = vec![("project", project.clone())];
        places.extend(region.map(|it| ("region", it)));
        found.site(Site {
            platform,
            family,
            name: project.value.clone(),
            at: project.at.clone(),
            current: true,
            local: false,
            places,
        });
    }
}

/// The first of these keys that is written.
fn value(text: &Text, keys: &[(&str, &str)]) -> Option<Said<String>> {
    keys.iter().find_map(|(wanted, key)| {
        let mut section = "";
        for (at, line) in text.text.lines().take(MOST_LINES).enumerate() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']').trim();
            } else if section == *wanted
                && let Some((name, value)) = line.split_once('=')
                && name.trim() == *key
                && is_short(value.trim())
            {
                let value = value.trim().to_owned();
                let at = Origin::new(&text.path, at + 1, format!("{key} = {value}"));
                return Some(Said::sure(value, at));
            }
        }
        None
    })
}
