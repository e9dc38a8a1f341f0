//! What is live: read from the revisions that take traffic, not from the
//! service's template. A revision never changes, and the template may already
//! be (or still be, after a revert) that of a revision nobody calls.

use crate::{
    errors,
    run::{
        api::Api,
        service::{VERSION, digest},
        traffic::{self, Share},
    },
};
use google_cloud_run_v2::model::{Revision, Service};
use segue_model::{Failure, Observation, Version};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a revert needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Former {
    /// Who took the traffic, by name.
    pub traffic: Vec<Share>,
    /// What a function was described as; none for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<crate::functions::Description>,
}

impl Former {
    /// What `former` says; none when the module was not there.
    pub(crate) fn of(former: &Observation) -> Result<Option<Self>, Failure> {
        if former.detail.is_null() {
            return Ok(None);
        }
        Self::deserialize(&former.detail)
            .map(Some)
            .map_err(|error| {
                Failure::internal(errors::INPUT, "the former state cannot be read")
                    .words(error.to_string())
            })
    }

    /// The revision that took most of the traffic.
    pub(crate) fn leading(&self) -> Option<&str> {
        traffic::leading(&self.traffic).map(|share| share.revision.as_str())
    }
}

/// What takes traffic on a service, and what it is.
pub(crate) struct Live {
    pub shares: Vec<Share>,
    /// The revision with the largest share, when it can be read.
    pub leading: Option<Revision>,
    fingerprint: String,
}

impl Live {
    /// Reads the revisions that take traffic on `service`.
    pub(crate) async fn read(api: &Api, service: &Service) -> Result<Self, Failure> {
        let shares = traffic::shares(service);
        let mut seen = Vec::new();
        let mut leading = None;
        let first = traffic::leading(&shares).map(|share| share.revision.clone());
        for share in &shares {
            let revision = api.revision(&service.name, &share.revision).await?;
            seen.push(json!([share, revision.as_ref().map(content)]));
            if first.as_ref() == Some(&share.revision) {
                leading = revision;
            }
        }
        Ok(Self {
            fingerprint: digest(&seen).to_string(),
            shares,
            leading,
        })
    }

    /// The observation, with `version` as what the leading revision is.
    pub(crate) fn observation(
        self,
        version: Option<&str>,
        function: Option<crate::functions::Description>,
    ) -> Observation {
        let revision = traffic::leading(&self.shares).map(|share| share.revision.clone());
        let former = Former {
            traffic: self.shares,
            function,
        };
        Observation {
            version: version.and_then(|text| text.parse::<Version>().ok()),
            revision: revision.unwrap_or_else(|| "none".into()),
            fingerprint: self.fingerprint,
            detail: json!(former),
        }
    }
}

/// The part of a revision that decides how it behaves.
fn content(revision: &Revision) -> serde_json::Value {
    json!({
        "uid": revision.uid,
        "containers": revision.containers,
        "concurrency": revision.max_instance_request_concurrency,
        "service_account": revision.service_account,
    })
}

/// The version that the revision's annotation names.
pub(crate) fn version(revision: &Revision) -> Option<&str> {
    revision.annotations.get(VERSION).map(String::as_str)
}
