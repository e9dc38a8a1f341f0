//! Any bytes become a manifest that is accepted. Pages to begin with:
//! `cargo +nightly fuzz run import corpus ../crates/runbook/tests/it/corpus`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use segue_manifest::{Source, parse};

fuzz_target!(|bytes: &[u8]| {
    let imported = segue_runbook::import(bytes, "page.md");
    // A page that Segue wrote brings its own manifest, whose variables are the owner's.
    let vars = |name: &str| Some(format!("${{{name}}}"));
    let parsed = parse(&Source::new("segue.yaml", &imported.manifest), &vars);
    assert!(parsed.manifest.is_some(), "{}", imported.manifest);
});
