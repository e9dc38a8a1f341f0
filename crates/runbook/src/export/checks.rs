//! What is asked of modules, before and after they are deployed.

use super::{
    Page, duration,
    inline::{code, codes},
};
use segue_manifest::{Check, Module, Verify};

pub(super) fn checks(page: &Page<'_>, text: &mut String) {
    if page.manifest.modules.is_empty() {
        return;
    }
    text.push_str("\n## What is checked\n\n");
    text.push_str("Of every module: that all of it runs and answers.\n\n| Module | Asked first | Asked when it is deployed |\n|---|---|---|\n");
    for module in &page.manifest.modules {
        let first: Vec<_> = module.checks.iter().map(check).collect();
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            module.id.as_str(),
            or_none(&first),
            or_none(&then(module))
        ));
    }
}

fn or_none(all: &[String]) -> String {
    if all.is_empty() {
        "–".to_owned()
    } else {
        all.join("<br>")
    }
}

fn check(check: &Check) -> String {
    match check {
        Check::KeyVault { vault, secrets } => {
            let secrets = secrets.iter().map(String::as_str);
            format!("Key Vault {} gives {}", code(vault), codes(secrets))
        }
        Check::ArtifactRegistry { repository, reader } => {
            format!(
                "{} may pull its images from {}",
                code(reader),
                code(repository)
            )
        }
    }
}

fn then(module: &Module) -> Vec<String> {
    let settings = module.settings();
    let mut all = vec![format!(
        "{} answers for {}",
        code(&module.health),
        duration::said(module.stable)
    )];
    let sidecars: Vec<_> = settings["sidecars"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it.as_str())
        .collect();
    if !sidecars.is_empty() {
        all.push(format!("{} beside it is ready", codes(sidecars)));
    }
    all.extend(module.verify.iter().map(verify));
    all
}

fn verify(verify: &Verify) -> String {
    match verify {
        Verify::ApplicationInsights {
            component,
            failed_requests,
        } => {
            format!(
                "Application Insights {} counts at most {failed_requests} failed requests",
                code(component)
            )
        }
        Verify::PubsubPush { subscription } => {
            format!("the subscription {} may call it", code(subscription))
        }
    }
}
