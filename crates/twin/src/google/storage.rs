//! Cloud Storage JSON API v1: the metadata of the objects that functions are
//! built from.
//! Source: <https://cloud.google.com/storage/docs/json_api/v1/objects/get>.

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    server::Api,
    site::Site,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The buckets of one project.
pub(super) struct Storage {
    site: Arc<Site>,
}

impl Storage {
    /// The sources among the site's programs.
    pub fn new(site: Arc<Site>) -> Self {
        Self { site }
    }
}

impl Api for Storage {
    fn document(&self) -> &'static Document {
        &discovery::STORAGE
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn module(&self, _: &Call<'_>) -> Option<String> {
        None
    }

    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let (bucket, object) = (call.segment("bucket"), call.segment("object"));
        let asked = call.query("generation").map(str::parse).transpose();
        let asked = asked.map_err(|_| Error::invalid("Invalid value for field generation"))?;
        let generation = self
            .site
            .source(bucket, object, asked)
            .ok_or_else(|| Error::not_found(format!("No such object: {bucket}/{object}")))?;
        Ok(view(bucket, object, generation))
    }
}

fn view(bucket: &str, object: &str, generation: u64) -> Value {
    let id = format!("{bucket}/{object}/{generation}");
    // There are no bytes to sum; the sums tell one generation from another.
    let sum = Sha256::digest(&id);
    json!({
        "kind": "storage#object",
        "id": id,
        "name": object,
        "bucket": bucket,
        "generation": generation.to_string(),
        "metageneration": "1",
        "contentType": "application/zip",
        "storageClass": "STANDARD",
        "size": "1024",
        "md5Hash": STANDARD.encode(&sum[..16]),
        "crc32c": STANDARD.encode(&sum[16..20]),
    })
}
