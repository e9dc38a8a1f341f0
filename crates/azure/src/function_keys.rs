//! `function-key.rotate`: a new value for a host key of a function app, once
//! per operation.
//!
//! Host keys have no tags, and a note written elsewhere (a tag, an app setting)
//! would leave a gap between the two writes in which a crash rotates twice; a
//! change of app settings would restart the app besides. So the value says
//! itself which operation made it: 32 random bytes in base64url, `-`, the
//! operation's key. The key of an operation is no secret and takes nothing away
//! from the 256 random bits. Whoever comes again reads the key, as any holder
//! of `host/listkeys` may, and sees that it is done.
//!
//! Source: Azure REST API reference, "Web Apps - List Host Keys" and "Create Or
//! Update Host Secret".

use crate::{
    access::Access,
    arm::Arm,
    errors, random,
    request::{Group, Request, segment},
    sites::{API_VERSION, Place},
    wanted::malformed,
};
use async_trait::async_trait;
use azure_core::http::Method;
use segue_model::{Evidence, Failure};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::{Value, json};

/// Performs `function-key.rotate`: `{"app", "key", "subscription",
/// "resource_group"}`. The host key of that name gets a new random value.
pub struct FunctionKeyRotate(Arm);

#[derive(Deserialize)]
struct Input {
    app: String,
    key: String,
    subscription: String,
    resource_group: String,
}

impl FunctionKeyRotate {
    /// Prepares to reach the Resource Manager; nothing is sent yet.
    ///
    /// # Errors
    /// When the endpoints, the certificates or the credential are unusable (SEG4006, SEG4007).
    pub fn connect(access: &Access) -> Result<Self, Failure> {
        Ok(Self(access.arm()?))
    }

    async fn value(&self, app: &Place, key: &str) -> Result<Option<String>, Failure> {
        let what = format!("cannot read the host keys of {}", app.name);
        let body = self.0.send(&what, &list(app)).await?.json(&what)?;
        let keys = body
            .get("functionKeys")
            .ok_or_else(|| errors::nonsense(&what))?;
        Ok(keys.get(key).and_then(Value::as_str).map(str::to_owned))
    }
}

#[async_trait]
impl Performer for FunctionKeyRotate {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let Input {
            app,
            key,
            subscription,
            resource_group,
        } = serde_json::from_value(input.clone()).map_err(|error| {
            malformed("function-key.rotate cannot read its input").words(error.to_string())
        })?;
        let app = Place::production(&Group::new(subscription, resource_group), &app);
        let done = Evidence::seen(format!("key {key} of {} is new", app.name));
        let mark = format!("-{}", call.key);
        if self
            .value(&app, &key)
            .await?
            .is_some_and(|value| value.ends_with(&mark))
        {
            return Ok(done);
        }
        let value = format!("{}{mark}", random::token()?.expose());
        call.before_effect()?;
        let what = format!("cannot rotate key {key} of {}", app.name);
        self.0.finish(&what, &put(&app, &key, &value)).await?;
        Ok(done)
    }
}

fn list(app: &Place) -> Request {
    let path = format!("{}/host/default/listkeys", app.path);
    Request::new(Method::Post, path, API_VERSION)
}

fn put(app: &Place, key: &str, value: &str) -> Request {
    let path = format!("{}/host/default/functionKeys/{}", app.path, segment(key));
    Request::new(Method::Put, path, API_VERSION)
        .body(json!({ "properties": { "name": key, "value": value } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_set_by_name() {
        let app = Place::production(&Group::new("s", "g"), "fn");
        let request = put(&app, "default", "v");
        assert!(
            request
                .path
                .ends_with("/sites/fn/host/default/functionKeys/default")
        );
        assert_eq!(
            request.body,
            Some(json!({"properties": {"name": "default", "value": "v"}}))
        );
    }
}
