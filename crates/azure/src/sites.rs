//! Function apps and their slots: `Microsoft.Web/sites`, read.
//!
//! Source: Azure REST API reference, App Service, Web Apps (2024-04-01).

use crate::{
    arm::{Answer, Arm},
    content::Content,
    errors,
    polling::Pace,
    request::{Group, Request, segment},
};
use azure_core::http::Method;
use segue_model::Failure;
use segue_platform::Call;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) const API_VERSION: &str = "2024-04-01";

/// One place of an app: production, or a slot.
#[derive(Clone)]
pub(crate) struct Place {
    /// The ARM path.
    pub(crate) path: String,
    /// What people call it.
    pub(crate) name: String,
}

impl Place {
    pub(crate) fn production(group: &Group, app: &str) -> Self {
        Self {
            path: group.resource("Microsoft.Web", "sites", app),
            name: app.to_owned(),
        }
    }

    pub(crate) fn slot(&self, slot: &str) -> Self {
        Self {
            path: format!("{}/slots/{}", self.path, segment(slot)),
            name: format!("{}/{slot}", self.name),
        }
    }

    fn request(&self, method: Method, rest: &str) -> Request {
        Request::new(method, format!("{}{rest}", self.path), API_VERSION)
    }

    pub(crate) fn get(&self) -> Request {
        self.request(Method::Get, "")
    }

    pub(crate) fn get_web(&self) -> Request {
        self.request(Method::Get, "/config/web")
    }

    pub(crate) fn list_settings(&self) -> Request {
        self.request(Method::Post, "/config/appsettings/list")
    }

    pub(crate) fn get_sticky(&self) -> Request {
        self.request(Method::Get, "/config/slotConfigNames")
    }

    pub(crate) fn container_logs(&self) -> Request {
        self.request(Method::Post, "/containerlogs")
    }
}

/// What ARM says of a place itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// Where it answers.
    pub(crate) host: String,
    /// The plan's tier, as far as ARM says it.
    pub(crate) sku: String,
    /// The operation that is changing it now (a swap, say).
    pub(crate) in_progress: Option<String>,
}

impl Site {
    pub(crate) fn of(body: &Value) -> Option<Self> {
        let properties = body.get("properties")?;
        let text = |name: &str| properties.get(name).and_then(Value::as_str);
        Some(Self {
            host: text("defaultHostName")?.to_owned(),
            sku: text("sku").unwrap_or_default().to_owned(),
            in_progress: text("inProgressOperationId")
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
        })
    }
}

/// Reads a place; none when it is not there.
pub(crate) async fn find(arm: &Arm, place: &Place) -> Result<Option<Site>, Failure> {
    let what = format!("cannot read function app {}", place.name);
    let Some(answer) = arm.find(&what, &place.get()).await? else {
        return Ok(None);
    };
    let site = Site::of(&answer.json(&what)?).ok_or_else(|| errors::nonsense(&what))?;
    Ok(Some(site))
}

/// Waits until nothing is changing the place.
pub(crate) async fn idle(arm: &Arm, call: &Call, place: &Place) -> Result<Option<Site>, Failure> {
    let mut pace = Pace::new();
    loop {
        match find(arm, place).await? {
            Some(site) if site.in_progress.is_some() => {
                call.progress(format!(
                    "{}: waiting for an operation in progress",
                    place.name
                ));
                pace.wait(None).await;
            }
            other => return Ok(other),
        }
    }
}

/// Reads what a place holds.
pub(crate) async fn content(arm: &Arm, place: &Place) -> Result<Content, Failure> {
    let what = format!("cannot read the configuration of {}", place.name);
    let web = arm.send(&what, &place.get_web()).await?.json(&what)?;
    let settings = arm.send(&what, &place.list_settings()).await?;
    let image = web.pointer("/properties/linuxFxVersion");
    Ok(Content {
        image: image.and_then(Value::as_str).unwrap_or_default().to_owned(),
        settings: texts(&what, &settings)?,
    })
}

/// Which app settings stay with their slot when slots are swapped.
pub(crate) async fn sticky(arm: &Arm, production: &Place) -> Result<Vec<String>, Failure> {
    let what = format!("cannot read the sticky settings of {}", production.name);
    let body = arm
        .send(&what, &production.get_sticky())
        .await?
        .json(&what)?;
    let names = body.pointer("/properties/appSettingNames");
    let names = names.and_then(Value::as_array).into_iter().flatten();
    Ok(names.filter_map(Value::as_str).map(str::to_owned).collect())
}

fn texts(what: &str, answer: &Answer) -> Result<BTreeMap<String, String>, Failure> {
    let body = answer.json(what)?;
    let pairs = body.get("properties").and_then(Value::as_object);
    let pairs = pairs.ok_or_else(|| errors::nonsense(what))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(pairs
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn requests_are_those_of_the_reference() {
        let production = Place::production(&Group::new("s", "g"), "app");
        let slot = production.slot("staging");
        assert_eq!(
            slot.get_web().path,
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app/slots/staging/config/web"
        );
        assert!(
            slot.list_settings()
                .path
                .ends_with("/slots/staging/config/appsettings/list")
        );
        assert_eq!(slot.list_settings().method, Method::Post);
        assert_eq!(slot.name, "app/staging");
    }

    #[test]
    fn an_operation_in_progress_is_seen() {
        let body = json!({"properties": {"defaultHostName": "h", "inProgressOperationId": "op"}});
        assert_eq!(Site::of(&body).unwrap().in_progress.as_deref(), Some("op"));
        let body = json!({"properties": {"defaultHostName": "h", "inProgressOperationId": null}});
        assert_eq!(Site::of(&body).unwrap().in_progress, None);
        assert_eq!(Site::of(&json!({})), None);
    }
}
