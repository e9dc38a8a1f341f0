//! The JSON Schema at the repository's root.

use segue_manifest::schema;
use std::path::PathBuf;

/// `UPDATE_SCHEMA=1 cargo test -p segue-manifest` writes the file anew.
#[test]
fn the_file_at_the_root_is_the_schema() {
    let path = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../segue.schema.json"
    ));
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == text, "segue.schema.json is not up to date");
}
