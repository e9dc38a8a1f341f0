//! Locks that nobody wrote: none makes the reader panic, none is half believed.

use crate::storefront::{dir, storefront};
use proptest::prelude::*;
use segue_artifact::{Lock, MAX_BYTES};
use std::{fs, time::Instant};

fn text() -> String {
    fs::read_to_string(dir().join("segue.lock")).unwrap()
}

/// Wherever it was cut, its end is missing.
#[test]
fn a_lock_that_was_cut_short_is_refused() {
    let text = text();
    let lines: Vec<_> = text.lines().collect();
    for kept in (0..lines.len()).step_by(23) {
        let failure = Lock::parse(&lines[..kept].join("\n")).unwrap_err();
        assert_eq!(failure.code, "SEG2002", "{kept} lines: {failure}");
    }
}

#[test]
fn what_no_lock_needs_is_refused_quickly() {
    let began = Instant::now();
    let deep = format!("format: 1\nmodules: {}", "[".repeat(100_000));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let mut bomb = "format: 1\na: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for pair in names.windows(2) {
        let (of, name) = (pair[0], pair[1]);
        bomb += &format!(
            "{name}: &{name} [{}]\n",
            vec![format!("*{of}"); 9].join(", ")
        );
    }
    for hostile in [
        deep,
        bomb,
        "\0".repeat(MAX_BYTES + 1),
        "x: ".repeat(300_000),
    ] {
        let failure = Lock::parse(&hostile).unwrap_err();
        assert!(["SEG2002", "SEG2021"].contains(&failure.code.as_str()));
        assert!(failure.words.len() < 20_000);
    }
    // Seconds where a machine is slow; hours where nothing bounds the work.
    assert!(began.elapsed().as_secs() < 60);
}

proptest! {
    // Each case reads the whole lock.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutation_of_the_storefront_panics(
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0_usize..40, "[-:{}&*!|>'\"#\n a-z0-9\u{e4}]{0,12}"),
            1..4,
        )
    ) {
        let mut bytes = text().into_bytes();
        for (at, length, put) in edits {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, put.into_bytes());
        }
        if let Ok(lock) = Lock::parse(&String::from_utf8_lossy(&bytes)) {
            let manifest = storefront();
            for mismatch in lock.check(&manifest, &dir()) {
                mismatch.diagnostic(&manifest);
            }
        }
    }
}
