//! A manifest becomes a page that people read. What prose can not carry stands at the
//! end, folded away, as the manifest's own text, so that the page can be imported again.

mod appendix;
mod around;
mod checks;
mod duration;
mod graph;
mod inline;
mod modules;
mod order;
mod undo;

pub(crate) use appendix::find as appendix;
pub(crate) use modules::{LOCKED, TOOK};

use segue_manifest::Manifest;
use std::{collections::BTreeMap, time::Duration};

/// What a page is written from. The same values give the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The text of `segue.yaml`, as it is.
    pub source: &'a str,
    /// What it says. Parse it with variables that stand for themselves, so that no
    /// value of this machine stands on the page: `|name| Some(format!("${{{name}}}"))`.
    pub manifest: &'a Manifest,
    /// What the lock holds of each module; empty where there is none.
    pub locked: &'a [Locked],
    /// How long modules took in the releases before, by module; empty where none are
    /// known.
    pub durations: &'a BTreeMap<String, Duration>,
}

/// What the lock holds of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The module.
    pub module: String,
    /// Its locked version.
    pub version: String,
    /// Its digest, as the lock writes it.
    pub digest: String,
}

/// Writes the page.
pub fn export(page: &Page<'_>) -> String {
    let mut text = String::new();
    around::head(page, &mut text);
    around::before(page, &mut text);
    modules::table(page, &mut text);
    graph::graph(page, &mut text);
    checks::checks(page, &mut text);
    around::paused(page, &mut text);
    undo::undo(page, &mut text);
    modules::locked(page, &mut text);
    around::checklist(page, &mut text);
    appendix::write(page.source, &mut text);
    text
}

/// Whether a page that was written before is what would be written now, byte for byte.
pub fn is_current(page: &Page<'_>, written: &[u8]) -> bool {
    export(page).as_bytes() == written
}
