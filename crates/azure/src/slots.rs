//! Putting a state into a slot: app settings first, then the image, each only
//! when it is not so already.

use crate::{
    arm::Arm,
    content::{Content, OPERATION_SETTING, Snapshot},
    request::Request,
    sites::{self, API_VERSION, Place},
};
use azure_core::http::Method;
use segue_model::Failure;
use segue_platform::Call;
use serde_json::json;
use std::collections::BTreeMap;

/// Brings a slot into `target`, which bears the call's key when `keyed`, and
/// says whether anything had to be done.
pub(crate) async fn put(
    arm: &Arm,
    call: &Call,
    slot: &Place,
    target: &Snapshot,
    keyed: bool,
) -> Result<bool, Failure> {
    let current = sites::content(arm, slot).await?;
    if target.holds(&current) {
        return Ok(false);
    }
    let settings = settings(target, &current, keyed.then(|| call.key.as_str()));
    if settings != current.settings {
        call.before_effect()?;
        let what = format!("cannot set the app settings of {}", slot.name);
        arm.finish(&what, &put_settings(slot, &settings)).await?;
    }
    if !target.same_image(&current) {
        call.before_effect()?;
        let what = format!("cannot deploy {} to {}", target.image, slot.name);
        arm.finish(&what, &patch_image(slot, &target.image)).await?;
    }
    Ok(true)
}

/// The settings that a slot gets: the current ones, brought into the target.
fn settings(target: &Snapshot, current: &Content, key: Option<&str>) -> BTreeMap<String, String> {
    let mut settings = target.merged(&current.settings);
    if let Some(key) = key {
        settings.insert(OPERATION_SETTING.into(), key.into());
    }
    settings
}

/// Replaces all app settings: the API knows no merging.
fn put_settings(slot: &Place, settings: &BTreeMap<String, String>) -> Request {
    let path = format!("{}/config/appsettings", slot.path);
    Request::new(Method::Put, path, API_VERSION).body(json!({ "properties": settings }))
}

fn patch_image(slot: &Place, image: &str) -> Request {
    let path = format!("{}/config/web", slot.path);
    Request::new(Method::Patch, path, API_VERSION)
        .body(json!({ "properties": { "linuxFxVersion": image } }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Group;

    #[test]
    fn settings_are_merged_and_bear_the_key() {
        let target = Snapshot {
            image: "DOCKER|b".into(),
            settings: [("SEGUE_VERSION".to_owned(), Some("2.0.0".to_owned()))].into(),
        };
        let current = Content {
            image: "DOCKER|a".into(),
            settings: [("FOREIGN".to_owned(), "1".to_owned())].into(),
        };
        let merged = settings(&target, &current, Some("abc"));
        let expected = [
            ("FOREIGN", "1"),
            ("SEGUE_OPERATION", "abc"),
            ("SEGUE_VERSION", "2.0.0"),
        ];
        let seen: Vec<_> = merged
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_image_goes_to_the_slots_configuration() {
        let slot = Place::production(&Group::new("s", "g"), "app").slot("staging");
        let request = patch_image(&slot, "DOCKER|b");
        assert!(
            request
                .path
                .ends_with("/sites/app/slots/staging/config/web")
        );
        assert_eq!(request.method, Method::Patch);
        assert_eq!(
            request.body,
            Some(json!({"properties": {"linuxFxVersion": "DOCKER|b"}}))
        );
    }
}
