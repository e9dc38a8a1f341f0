//! Azure's performers under the names that plans use.

use crate::{
    ApplicationInsightsCheck, FunctionKeyRotate, KeyVaultCheck, KeyVaultRotate, access::Access,
};
use segue_model::Failure;
use segue_platform::Performer;
use std::{collections::BTreeMap, sync::Arc};

/// Everything here that carries out an operation by name.
///
/// # Errors
/// When the endpoints, the certificates or the credential are unusable (SEG4006, SEG4007).
pub fn performers(access: &Access) -> Result<BTreeMap<String, Arc<dyn Performer>>, Failure> {
    let all: [(&str, Arc<dyn Performer>); 4] = [
        ("key-vault.check", Arc::new(KeyVaultCheck::connect(access)?)),
        (
            "key-vault.rotate",
            Arc::new(KeyVaultRotate::connect(access)?),
        ),
        (
            "function-key.rotate",
            Arc::new(FunctionKeyRotate::connect(access)?),
        ),
        (
            "application-insights.check",
            Arc::new(ApplicationInsightsCheck::connect(access)?),
        ),
    ];
    Ok(all
        .into_iter()
        .map(|(name, performer)| (name.to_owned(), performer))
        .collect())
}
