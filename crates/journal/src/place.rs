//! Where a journal lies, as a manifest or an environment variable says it.

use crate::{Journal, Sqlite};
use segue_model::Failure;
use std::{path::PathBuf, sync::Arc};

/// Where a journal lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    File(PathBuf),
}

impl From<&str> for Place {
    fn from(text: &str) -> Self {
        Self::File(text.into())
    }
}

/// Opens the journal at `place`, and makes it when it is not there.
///
/// # Errors
/// When it cannot be opened, or was written by a newer Segue.
pub async fn open(place: &Place) -> Result<Arc<dyn Journal>, Failure> {
    Ok(match place {
        Place::File(path) => Arc::new(Sqlite::open(path)?),
    })
}
