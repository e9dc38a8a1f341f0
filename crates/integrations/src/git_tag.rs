//! `git.tag`: an annotated tag on the commit that was released.

use crate::read;
use async_trait::async_trait;
use git2::{ErrorCode, ObjectType, Repository, Signature};
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::Value;
use std::path::PathBuf;

/// Tags the repository that a directory belongs to.
pub struct GitTag {
    directory: PathBuf,
}

#[derive(Deserialize)]
struct Input {
    name: String,
}

impl GitTag {
    /// Tags the repository that `directory` belongs to.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }
}

#[async_trait]
impl Performer for GitTag {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = read(input)?;
        call.before_effect()?;
        let directory = self.directory.clone();
        let joined = tokio::task::spawn_blocking(move || tag(&directory, &input.name)).await;
        joined.unwrap_or_else(|error| {
            Err(
                Failure::internal("SEG7006", "tagging ended without an outcome")
                    .words(error.to_string()),
            )
        })
    }
}

fn tag(directory: &std::path::Path, name: &str) -> Result<Evidence, Failure> {
    let cannot = |error: git2::Error| {
        Failure::step("SEG7006", format!("could not tag {name}"))
            .by(Fault::User)
            .words(error.message())
            .hint("mend the repository, then `segue resume`")
    };
    let repository = Repository::discover(directory).map_err(cannot)?;
    let head = repository
        .head()
        .and_then(|head| head.peel(ObjectType::Commit))
        .map_err(cannot)?;
    let short = head.id().to_string()[..12].to_owned();
    // By reference: as a revision, `…-gabd` would be taken for an abbreviated commit.
    let existing = repository.find_reference(&format!("refs/tags/{name}"));
    match existing.and_then(|tag| tag.peel(ObjectType::Commit)) {
        // A release's name is its own: the tag is from before a crash.
        Ok(found) if found.id() == head.id() => {
            return Ok(Evidence::seen(format!("{name} is at {short}")));
        }
        Ok(found) => {
            return Err(Failure::step(
                "SEG7007",
                format!("the tag {name} is already at {}", found.id()),
            )
            .by(Fault::User));
        }
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => return Err(cannot(error)),
    }
    let tagger = repository
        .signature()
        .or_else(|_| Signature::now("Segue", "segue@localhost"))
        .map_err(cannot)?;
    let message = format!("Released by Segue as {name}\n");
    repository
        .tag(name, &head, &tagger, &message, false)
        .map_err(cannot)?;
    Ok(Evidence::seen(format!("{name} at {short}")))
}
