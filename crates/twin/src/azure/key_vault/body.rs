//! What requests to a vault may say, field by field.

use serde::Deserialize;
use std::collections::BTreeMap;

/// `SecretSetParameters`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetSecret {
    pub value: String,
    pub content_type: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
    pub attributes: Option<Attributes>,
}

/// `SecretUpdateParameters`; what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UpdateSecret {
    pub content_type: Option<String>,
    pub tags: Option<BTreeMap<String, String>>,
    pub attributes: Option<Attributes>,
}

/// `SecretAttributes`. What only the vault sets is accepted and ignored. Times
/// are seconds since 1970.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Attributes {
    pub enabled: Option<bool>,
    pub nbf: Option<i64>,
    pub exp: Option<i64>,
    #[serde(rename = "created")]
    _created: Option<i64>,
    #[serde(rename = "updated")]
    _updated: Option<i64>,
    #[serde(rename = "recoverableDays")]
    _recoverable_days: Option<i32>,
    #[serde(rename = "recoveryLevel")]
    _recovery_level: Option<String>,
}
