//! Codes and their pages.

use segue_manifest::Code;
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn each_code_has_a_page_and_each_page_a_code() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let pages: BTreeSet<String> = fs::read_dir(&directory)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name.starts_with("SEG10"))
        .collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(Code::to_string).collect();
    let own = codes.iter().filter(|code| code.starts_with("SEG10"));
    assert_eq!(pages, own.cloned().collect());
    for code in codes {
        let page = fs::read_to_string(directory.join(format!("{code}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
    }
}
