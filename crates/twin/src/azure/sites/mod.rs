//! Microsoft.Web: function apps, their slots and swaps.
//!
//! `defaultHostName` is `127.0.0.1:PORT` of a front end that serves TLS with
//! the sandbox's authority, so that `https://{defaultHostName}/` works as in
//! the cloud. When a container does not start, the configuration is accepted
//! all the same; the instance's `state` becomes `STOPPED` and `containerlogs`
//! says why. A `deploymentStatus` resource is deliberately absent: the cloud
//! writes it for pushed packages, not for a changed image.
//!
//! Source: the specification of Microsoft.Web, api-version 2025-05-01.

mod app_settings;
mod config_web;
mod container_logs;
mod front_end;
mod functions;
mod host_keys;
mod instance;
mod instances;
mod operation;
mod resource;
mod restart;
mod site;
mod site_config;
mod slot_config_names;
mod swap;

use super::{
    call::{Api, Call},
    error::{Answer, ArmError},
};
use axum::http::Method;
use front_end::FrontEnd;
use site::PRODUCTION;
pub(super) use site::Site;
use std::sync::Arc;

const WEB: Api = Api {
    namespace: "Microsoft.Web",
    versions: &[
        "2022-03-01",
        "2022-09-01",
        "2023-01-01",
        "2023-12-01",
        "2024-04-01",
        "2024-11-01",
        "2025-03-01",
        "2025-05-01",
    ],
};

/// The slot that a request is about.
struct Target<'a> {
    site: &'a Arc<Site>,
    slot: &'a str,
    front: &'a FrontEnd,
    /// The slot's ARM id.
    id: String,
}

impl Target<'_> {
    /// The resource's `name`: `app` or `app/slot`.
    fn name(&self) -> String {
        if self.slot == PRODUCTION {
            self.site.app.name.clone()
        } else {
            format!("{}/{}", self.site.app.name, self.slot)
        }
    }

    /// The resource's `type`, without the namespace, and what is below it.
    fn kind(&self, below: &str) -> String {
        let slots = if self.slot == PRODUCTION {
            ""
        } else {
            "/slots"
        };
        format!("Microsoft.Web/sites{slots}{below}")
    }
}

/// Answers what is below `Microsoft.Web`.
pub(super) async fn answer(sites: &[Arc<Site>], group: &str, call: &Call, tail: &[&str]) -> Answer {
    let ["sites", name, rest @ ..] = tail else {
        let kind = tail.first().copied().unwrap_or_default();
        return Err(ArmError::no_such_type(WEB.namespace, kind));
    };
    call.check_version(&WEB, "sites")?;
    let Some(site) = sites
        .iter()
        .find(|site| site.app.name.eq_ignore_ascii_case(name))
    else {
        return Err(ArmError::not_found(
            &format!("Microsoft.Web/sites/{name}"),
            group,
        ));
    };
    refuse_by_fault(call, site)?;
    let (slot, rest) = match rest {
        ["slots", slot, rest @ ..] => (*slot, rest),
        rest => (PRODUCTION, rest),
    };
    let Some((slot, front)) = site.slot(slot) else {
        let name = format!("Microsoft.Web/sites/{}/slots/{slot}", site.app.name);
        return Err(ArmError::not_found(&name, group));
    };
    let id = site.slot_id(slot);
    route(
        call,
        &Target {
            site,
            slot,
            front,
            id,
        },
        rest,
    )
    .await
}

/// Answers for an asynchronous operation of any site.
pub(super) async fn operation_status(sites: &[Arc<Site>], call: &Call) -> Answer {
    call.check_version(&WEB, "locations/operations")?;
    for site in sites {
        if let Some(answer) = operation::status(call, site).await {
            refuse_by_fault(call, site)?;
            return answer;
        }
    }
    Err(operation::unknown(call.last()))
}

async fn route(call: &Call, target: &Target<'_>, rest: &[&str]) -> Answer {
    let (verb, site) = (&call.method, target.site);
    match (rest, verb) {
        ([], &Method::GET) => resource::get(target).await,
        ([], &Method::PUT | &Method::PATCH) => resource::put(call, target).await,
        ([], _) => Err(call.wrong_verb("GET, PUT, PATCH")),
        (["config", "web"], &Method::GET) => config_web::get(target).await,
        (["config", "web"], &Method::PUT | &Method::PATCH) => config_web::put(call, target).await,
        (["config", "web"], _) => Err(call.wrong_verb("GET, PUT, PATCH")),
        (["config", "appsettings"], &Method::PUT) => app_settings::put(call, target).await,
        (["config", "appsettings"], _) => Err(call.wrong_verb("PUT")),
        (["config", "appsettings", "list"], &Method::POST) => app_settings::list(target).await,
        (["config", "appsettings", "list"], _) => Err(call.wrong_verb("POST")),
        (["config", "slotconfignames"], &Method::GET) => slot_config_names::get(target).await,
        (["config", "slotconfignames"], &Method::PUT) => slot_config_names::put(call, target).await,
        (["config", "slotconfignames"], _) => Err(call.wrong_verb("GET, PUT")),
        (["slotsswap"], &Method::POST) => swap::begin(call, target).await,
        (["slotsswap"], _) => Err(call.wrong_verb("POST")),
        (["operationresults", _], &Method::GET) => operation::result(call, site).await,
        (["operationresults", _], _) => Err(call.wrong_verb("GET")),
        (["restart"], &Method::POST) => restart::post(call, target).await,
        (["restart"], _) => Err(call.wrong_verb("POST")),
        (["instances"], &Method::GET) => instances::list(target).await,
        (["instances", id], &Method::GET) => instances::get(target, id).await,
        (["instances"] | ["instances", _], _) => Err(call.wrong_verb("GET")),
        (["containerlogs"], &Method::POST) => container_logs::post(target).await,
        (["containerlogs"], _) => Err(call.wrong_verb("POST")),
        (["functions"], &Method::GET) => functions::list(target),
        (["functions", name], &Method::GET) => functions::get(target, name),
        (["functions"] | ["functions", _], _) => Err(call.wrong_verb("GET")),
        (["host", "default", "listkeys"], &Method::POST) => host_keys::list(target).await,
        (["host", "default", "listkeys"], _) => Err(call.wrong_verb("POST")),
        (["host", "default", kind, _], &Method::PUT) => host_keys::put(call, target, kind).await,
        (["host", "default", _, _], _) => Err(call.wrong_verb("PUT")),
        _ => Err(ArmError::no_such_type(
            WEB.namespace,
            &format!("sites/{}", rest.join("/")),
        )),
    }
}

fn refuse_by_fault(call: &Call, site: &Site) -> Result<(), ArmError> {
    let (faults, module) = (&site.shared.faults, &site.app.module);
    if faults.unavailable(module) {
        return Err(ArmError::unavailable());
    }
    if call.mutates() && faults.denied(module) {
        let action = if call.method == Method::POST {
            format!("Microsoft.Web/sites/{}/action", call.last())
        } else {
            "Microsoft.Web/sites/write".to_owned()
        };
        return Err(ArmError::denied(&action, &site.id));
    }
    Ok(())
}
