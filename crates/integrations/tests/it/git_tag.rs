//! Tags in a real repository.

use crate::call;
use git2::{Repository, Signature};
use segue_integrations::GitTag;
use segue_platform::Performer;
use serde_json::json;
use std::path::Path;

fn commit(directory: &Path) -> Repository {
    let repository = Repository::init(directory).unwrap();
    {
        let who = Signature::now("t", "t@localhost").unwrap();
        let tree = repository.index().unwrap().write_tree().unwrap();
        let tree = repository.find_tree(tree).unwrap();
        let parent = repository
            .head()
            .ok()
            .and_then(|it| it.peel_to_commit().ok());
        let parents: Vec<_> = parent.iter().collect();
        repository
            .commit(Some("HEAD"), &who, &who, "c", &tree, &parents)
            .unwrap();
    }
    repository
}

#[tokio::test]
async fn tags_once_and_sees_its_own_tag() {
    let directory = tempfile::tempdir().unwrap();
    let repository = commit(directory.path());
    let performer = GitTag::new(directory.path().to_owned());
    let input = json!({ "name": "release/20261123-0534-gabd" });
    performer.perform(&call(), &input).await.unwrap();
    performer.perform(&call(), &input).await.unwrap();
    let tag = repository
        .find_reference("refs/tags/release/20261123-0534-gabd")
        .unwrap();
    assert!(
        tag.peel_to_tag()
            .unwrap()
            .message()
            .unwrap()
            .unwrap()
            .contains("Segue")
    );
}

#[tokio::test]
async fn a_tag_elsewhere_is_not_moved() {
    let directory = tempfile::tempdir().unwrap();
    commit(directory.path());
    let performer = GitTag::new(directory.path().to_owned());
    let input = json!({ "name": "release/r1" });
    performer.perform(&call(), &input).await.unwrap();
    commit(directory.path());
    let failure = performer.perform(&call(), &input).await.unwrap_err();
    assert_eq!(failure.code, "SEG7007");
}

#[tokio::test]
async fn no_repository_and_no_commit_are_failures() {
    let directory = tempfile::tempdir().unwrap();
    let performer = GitTag::new(directory.path().to_owned());
    let input = json!({ "name": "release/r1" });
    Repository::init(directory.path()).unwrap();
    let failure = performer.perform(&call(), &input).await.unwrap_err();
    assert_eq!(failure.code, "SEG7006");
}
