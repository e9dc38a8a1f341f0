//! Settings that only one platform has.

use super::Lowering;
use crate::{
    Code, Diagnostic, Span, Spanned,
    document::ModuleText,
    manifest::{Place, Settings},
};

const KUBERNETES: &str = "kubernetes";
const AZURE_FUNCTIONS: &str = "azure-functions";
const CLOUD_RUN: &str = "cloud-run";
const CLOUD_FUNCTIONS: &str = "cloud-functions";

impl Lowering<'_> {
    pub(super) fn settings(&mut self, text: ModuleText, place: &Place) -> Settings {
        self.foreign(&text, place.platform());
        match place {
            Place::Kubernetes { .. } => Settings::Kubernetes {
                sidecars: value(text.sidecars),
                secrets: value(text.secrets),
            },
            Place::AzureFunctions { .. } => Settings::AzureFunctions {
                app: text.app.map(|it| it.value),
                slot: text.slot.map(|it| it.value),
                settings: value(text.settings),
            },
            Place::CloudRun { .. } => Settings::CloudRun {
                service: text.service.map(|it| it.value),
                concurrency: text.concurrency.map(|it| it.value),
                service_account: text.service_account.map(|it| it.value),
                invokers: value(text.invokers),
            },
            Place::CloudFunctions { .. } => Settings::CloudFunctions {
                function: text.function.map(|it| it.value),
                runtime: text.runtime.map(|it| it.value),
                entry_point: text.entry_point.map(|it| it.value),
                service_account: text.service_account.map(|it| it.value),
                invokers: value(text.invokers),
            },
        }
    }

    fn foreign(&mut self, text: &ModuleText, platform: &str) {
        for (key, span, platforms) in written(text) {
            if !platforms.contains(&platform) {
                let message = format!("`{key}` is not a setting of a {platform} module");
                let help = format!("only {} modules have it", platforms.join(" and "));
                self.report(Diagnostic::error(Code::ForeignSetting, span, message).help(help));
            }
        }
    }
}

/// The platform settings that are written, and the platforms that have them.
fn written(text: &ModuleText) -> Vec<(&'static str, Span, &'static [&'static str])> {
    let google: &[_] = &[CLOUD_RUN, CLOUD_FUNCTIONS];
    [
        ("sidecars", at(&text.sidecars), &[KUBERNETES] as &[_]),
        ("secrets", at(&text.secrets), &[KUBERNETES]),
        ("app", at(&text.app), &[AZURE_FUNCTIONS]),
        ("slot", at(&text.slot), &[AZURE_FUNCTIONS]),
        ("settings", at(&text.settings), &[AZURE_FUNCTIONS]),
        ("service", at(&text.service), &[CLOUD_RUN]),
        ("concurrency", at(&text.concurrency), &[CLOUD_RUN]),
        ("shift", at(&text.shift), &[CLOUD_RUN]),
        ("function", at(&text.function), &[CLOUD_FUNCTIONS]),
        ("runtime", at(&text.runtime), &[CLOUD_FUNCTIONS]),
        ("entry-point", at(&text.entry_point), &[CLOUD_FUNCTIONS]),
        ("service-account", at(&text.service_account), google),
        ("invokers", at(&text.invokers), google),
    ]
    .into_iter()
    .filter_map(|(key, span, platforms)| Some((key, span?, platforms)))
    .collect()
}

fn at<T>(setting: &Option<Spanned<T>>) -> Option<Span> {
    setting.as_ref().map(|it| it.span)
}

fn value<T: Default>(setting: Option<Spanned<T>>) -> T {
    setting.map(|it| it.value).unwrap_or_default()
}
