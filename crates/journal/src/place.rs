//! Where a journal lies, as a manifest or an environment variable says it.

use crate::{Journal, Postgres, Sqlite, postgres::shown};
use segue_model::Failure;
use std::{fmt, path::PathBuf, sync::Arc};

/// Where a journal lies. Shown and debugged without a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL database: `postgres://user@host/database?sslmode=verify-full`.
    Postgres(String),
}

impl From<&str> for Place {
    fn from(text: &str) -> Self {
        let is_url = |scheme| text.starts_with(scheme);
        if is_url("postgres://") || is_url("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            Self::File(text.into())
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&shown(url)),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Opens the journal at `place`, and makes it when it is not there.
///
/// # Errors
/// When it cannot be opened, or was written by a newer Segue.
pub async fn open(place: &Place) -> Result<Arc<dyn Journal>, Failure> {
    Ok(match place {
        Place::File(path) => Arc::new(Sqlite::open(path)?),
        Place::Postgres(url) => Arc::new(Postgres::open(url).await?),
    })
}
