//! What only the clouds know: digests, generations, versions of secrets. All
//! that modules name is asked for once, several at a time.

use crate::{Tools, registry::Tagged};
use futures::{StreamExt, stream};
use segue_model::{Digest, Failure};
use std::collections::{BTreeMap, BTreeSet};

/// How many are asked for at once.
pub const WIDTH: usize = 8;

/// What is to be asked.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Images.
    pub images: BTreeSet<Tagged>,
    /// Source archives: bucket and object.
    pub sources: BTreeSet<(String, String)>,
    /// Secrets: vault and name.
    pub secrets: BTreeSet<(String, String)>,
}

/// What was answered.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Digests of images.
    pub images: BTreeMap<Tagged, Digest>,
    /// Generations of source archives.
    pub sources: BTreeMap<(String, String), String>,
    /// Versions of secrets.
    pub secrets: BTreeMap<(String, String), String>,
}

/// Asks for everything. One failure does not keep the others from being asked.
pub async fn resolve(wanted: Wanted, tools: &Tools) -> (Resolved, Vec<Failure>) {
    let images = ask(wanted.images, async |image| {
        tools.registry.digest(&image.repository, &image.tag).await
    });
    let sources = ask(wanted.sources, async |(bucket, object)| {
        tools.sources.generation(bucket, object).await
    });
    let secrets = ask(wanted.secrets, async |(vault, secret)| {
        tools.secrets.current(vault, secret).await
    });
    let (images, sources, secrets) = tokio::join!(images, sources, secrets);
    let failures = [images.1, sources.1, secrets.1].concat();
    let resolved = Resolved {
        images: images.0,
        sources: sources.0,
        secrets: secrets.0,
    };
    (resolved, failures)
}

async fn ask<K: Ord, V>(
    keys: BTreeSet<K>,
    ask: impl AsyncFn(&K) -> Result<V, Failure>,
) -> (BTreeMap<K, V>, Vec<Failure>) {
    let ask = &ask;
    let answers: BTreeMap<K, Result<V, Failure>> = stream::iter(keys)
        .map(|key| async move {
            let answer = ask(&key).await;
            (key, answer)
        })
        .buffer_unordered(WIDTH)
        .collect()
        .await;
    let (mut known, mut failures) = (BTreeMap::new(), Vec::new());
    for (key, answer) in answers {
        match answer {
            Ok(value) => {
                known.insert(key, value);
            }
            Err(failure) => failures.push(failure),
        }
    }
    (known, failures)
}
