//! Pages as people write them: what of them is found, and what is wrong.

use super::parsed;
use segue_manifest::check_files;
use segue_runbook::{Imported, Kind, import};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// One page with the facts that a person found in it.
struct Page {
    name: String,
    bytes: Vec<u8>,
    facts: BTreeSet<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/corpus")
}

fn pages() -> Vec<Page> {
    let mut paths: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    // The user's own page lies with the example that it became.
    paths.push(folder().join("../../../../../examples/storefront/deployment-sequence.md"));
    paths.sort();
    let is_page = |path: &&PathBuf| {
        path.extension()
            .is_some_and(|it| ["md", "html", "txt"].contains(&it.to_str().unwrap()))
    };
    paths
        .iter()
        .filter(is_page)
        .map(|path| {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let facts = fs::read_to_string(folder().join(format!("{stem}.facts"))).unwrap();
            Page {
                name: path.file_name().unwrap().to_str().unwrap().to_owned(),
                bytes: fs::read(path).unwrap(),
                facts: facts.lines().map(str::to_owned).collect(),
            }
        })
        .collect()
}

/// What was made of a page: found, missing, and wrong without a mark.
fn measure(page: &Page, imported: &Imported) -> (usize, Vec<String>, Vec<String>) {
    let of = |kinds: &[Kind]| -> BTreeSet<String> {
        let facts = imported
            .facts
            .iter()
            .filter(|fact| kinds.contains(&fact.kind));
        facts.map(|fact| fact.what.to_string()).collect()
    };
    let (sure, all) = (
        of(&[Kind::Understood]),
        of(&[Kind::Understood, Kind::Guessed]),
    );
    let missing: Vec<_> = page.facts.difference(&all).cloned().collect();
    let wrong = sure.difference(&page.facts).cloned().collect();
    (page.facts.len() - missing.len(), missing, wrong)
}

#[test]
fn nearly_all_facts_are_found_and_none_is_wrong_without_a_mark() {
    let (mut found, mut all) = (0, 0);
    let mut report = String::new();
    let mut wrong_ones = 0;
    for page in pages() {
        let imported = import(&page.bytes, &page.name);
        let (good, missing, wrong) = measure(&page, &imported);
        let guessed = imported.of(Kind::Guessed).count();
        let left = imported.of(Kind::LeftOver).count();
        found += good;
        all += page.facts.len();
        wrong_ones += wrong.len();
        report += &format!(
            "{:<24}{good:>4} of {:<4} found, {:>2} wrong, {guessed:>3} guessed, {left:>2} left over\n",
            page.name,
            page.facts.len(),
            wrong.len()
        );
        missing
            .iter()
            .for_each(|it| report += &format!("    missing: {it}\n"));
        wrong
            .iter()
            .for_each(|it| report += &format!("    wrong: {it}\n"));
    }
    report += &format!("all: {found} of {all} found, {wrong_ones} wrong without a mark\n");
    println!("{report}");
    assert!(found * 100 > all * 95, "{report}");
    assert_eq!(wrong_ones, 0, "{report}");
}

#[test]
fn every_page_becomes_a_manifest_that_is_accepted() {
    let pages = pages();
    assert!(pages.len() >= 15);
    for page in pages {
        let imported = import(&page.bytes, &page.name);
        let manifest = parsed(&imported.manifest);
        let modules = page
            .facts
            .iter()
            .filter(|it| it.starts_with("module "))
            .count();
        assert_eq!(manifest.modules.len(), modules, "{}", page.name);
    }
}

#[test]
fn with_its_starter_files_a_manifest_lacks_no_file() {
    for page in pages() {
        let imported = import(&page.bytes, &page.name);
        let folder = tempfile::tempdir().unwrap();
        let manifest = parsed(&imported.manifest);
        for file in &imported.files {
            let path = folder.path().join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &file.text).unwrap();
        }
        assert_eq!(check_files(&manifest, folder.path()), [], "{}", page.name);
    }
}

#[test]
fn manifests_and_facts_are_as_expected() {
    for page in pages() {
        let imported = import(&page.bytes, &page.name);
        let facts = imported.facts.iter().map(|it| {
            format!(
                "{:>3} {:?} {}{}\n",
                it.line,
                it.kind,
                it.what,
                if it.because.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", it.because)
                }
            )
        });
        let problems = imported.problems.iter().map(|it| format!("{it}\n"));
        let text = format!(
            "{}\n=== facts\n{}\n=== problems\n{}",
            imported.manifest,
            facts.collect::<String>(),
            problems.collect::<String>()
        );
        insta::assert_snapshot!(page.name, text);
    }
}
