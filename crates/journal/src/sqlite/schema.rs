//! The tables, and their version.

/// The version of the tables that this program writes and reads.
pub const VERSION: usize = 2;

/// What makes each version of the one before it; the first of nothing.
pub const STEPS: [&str; VERSION] = [
    "
CREATE TABLE release (
    id          TEXT PRIMARY KEY,
    environment TEXT NOT NULL,
    sandbox     INTEGER NOT NULL,
    began_ms    INTEGER NOT NULL,
    plan        TEXT NOT NULL
) STRICT;

CREATE TABLE event (
    release TEXT NOT NULL REFERENCES release (id),
    seq     INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    body    TEXT NOT NULL,
    hash    TEXT NOT NULL,
    PRIMARY KEY (release, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE lock (
    environment TEXT PRIMARY KEY,
    token       INTEGER NOT NULL,
    holder      TEXT NOT NULL,
    doing       TEXT NOT NULL,
    since_ms    INTEGER NOT NULL
) STRICT;
",
    // Version 2: what people ask of a release.
    "
CREATE TABLE request (
    release TEXT NOT NULL REFERENCES release (id),
    id      INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    by      TEXT NOT NULL,
    because TEXT NOT NULL,
    wish    TEXT NOT NULL,
    PRIMARY KEY (release, id)
) STRICT, WITHOUT ROWID;
",
];
