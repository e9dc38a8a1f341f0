//! What the server said, or what became of the way to it, as a failure.

use segue_model::{Failure, Fault};
use std::{error::Error as _, io};
use tokio_postgres::{Error, error::SqlState};

/// The failure of what was being done (`read`, `write`, …) when the server, or
/// nobody, answered with an error.
pub(super) fn said(doing: &str) -> impl Fn(Error) -> Failure + '_ {
    move |error| {
        let words = words(&error);
        match meaning(&error) {
            Meaning::Away => unavailable(words),
            Meaning::Refused => refused("the journal's database refuses").words(words),
            Meaning::Other => {
                let what = format!("could not {doing} the journal in the database");
                Failure::internal("SEG6001", what)
                    .words(words)
                    .hint("look at the server's log and its disk, then `segue resume`")
            }
        }
    }
}

/// Out of reach: it may pass.
pub(super) fn unavailable(words: impl Into<String>) -> Failure {
    Failure::unavailable("SEG6015", "the journal's database is out of reach")
        .words(words)
        .hint("look at the server and the way to it, then `segue resume`")
}

/// It will not get better by waiting. It is no failed step, and undoes nothing.
pub(super) fn refused(what: impl Into<String>) -> Failure {
    Failure::internal("SEG6017", what)
        .by(Fault::User)
        .hint("compare the address and the role's permissions with docs/journal.md")
}

/// An error and its causes, in their own words. No password stands in them.
pub(super) fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map(|it| format!(" ({it})"));
        return format!(
            "{}: {}{}",
            said.severity(),
            said.message(),
            detail.unwrap_or_default()
        );
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

pub(super) fn is_unique_violation(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNIQUE_VIOLATION)
}

enum Meaning {
    Away,
    Refused,
    Other,
}

fn meaning(error: &Error) -> Meaning {
    let Some(code) = error.code() else {
        return without_answer(error);
    };
    // Classes of codes: PostgreSQL documentation, appendix A.
    match code.code() {
        // Connections; too many of them; shutting down or starting up; statements
        // that took too long; conflicts; a server that is only a replica now.
        "53300" | "57014" | "55P03" | "40001" | "40P01" | "25006" => Meaning::Away,
        code if code.starts_with("08") || code.starts_with("57P") => Meaning::Away,
        // Credentials, databases, schemas, permissions.
        "42501" | "3D000" | "3F000" => Meaning::Refused,
        code if code.starts_with("28") => Meaning::Refused,
        _ => Meaning::Other,
    }
}

/// The client library says by words alone which of these it is.
fn without_answer(error: &Error) -> Meaning {
    let text = error.to_string();
    let refused = ["invalid con", "authentication error"];
    if refused.iter().any(|it| text.starts_with(it)) {
        return Meaning::Refused;
    }
    if !text.contains("TLS") {
        return Meaning::Away;
    }
    // A certificate that is not trusted, a server without TLS; and not a
    // connection that broke meanwhile.
    match error.source().and_then(|it| it.downcast_ref::<io::Error>()) {
        Some(broken) if broken.kind() != io::ErrorKind::InvalidData => Meaning::Away,
        _ => Meaning::Refused,
    }
}
