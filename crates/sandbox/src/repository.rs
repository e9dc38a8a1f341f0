//! The Git repository that the sandbox's releases tag: one commit with the
//! manifest and the lock.

use git2::{Repository, Signature};
use segue_model::Failure;
use std::{fs, path::Path};

/// Makes the repository in `place` from the project in `directory`.
pub(crate) fn make(place: &Path, directory: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::internal("SEG6102", "the sandbox's repository could not be made")
            .words(error.to_string())
    };
    fs::create_dir_all(place).map_err(|error| failed(&error))?;
    for name in ["segue.yaml", "segue.lock"] {
        // A project without one of them was refused before.
        if let Ok(text) = fs::read(directory.join(name)) {
            fs::write(place.join(name), text).map_err(|error| failed(&error))?;
        }
    }
    commit(place).map_err(|error| failed(&error))
}

fn commit(place: &Path) -> Result<(), git2::Error> {
    let repository = Repository::init(place)?;
    let mut index = repository.index()?;
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let who = Signature::now("Segue sandbox", "sandbox@localhost")?;
    repository.commit(Some("HEAD"), &who, &who, "What is released", &tree, &[])?;
    Ok(())
}
