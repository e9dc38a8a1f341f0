//! How long large pages take, and how much memory: `cargo run --release -p
//! segue-runbook --example measure`. Each page has 10 MB; one argument runs one of them
//! alone, so that its memory is its own.

#![allow(clippy::print_stdout)]

use segue_runbook::import;
use std::{fs, time::Instant};

const BYTES: usize = 10_000_000;

/// A page of that size made of one part again and again; `{}` is a number.
fn page(head: &str, part: &str) -> String {
    let mut page = String::from(head);
    let mut number = 0_u32;
    while page.len() < BYTES {
        page.push_str(&part.replace("{}", &number.to_string()));
        number += 1;
    }
    page
}

fn main() {
    let only = std::env::args().nth(1);
    let table = "| Step | Module | Platform | Notes |\n|--|--|--|--|\n";
    let pages = [
        (
            "rows",
            page(
                table,
                "| {} | module-{} | AKS | Depends on module-1; used by all services |\n",
            ),
        ),
        (
            "prose",
            page(
                &format!("{table}| 1 | auth | AKS | - |\n\n"),
                "After {} weeks auth requires a rest. Pause it, and use Key Vault.\n\n",
            ),
        ),
        (
            "bullets",
            page("", "- deploy thing-{} to GKE after thing-1\n"),
        ),
        (
            "one-line",
            page("", "auth depends on web, Ã¼ber ‚Äì &amp; <b>"),
        ),
        (
            "html",
            page(
                "<html><table>",
                "<tr><td>{}</td><td>module-{}</td><td>GKE</td></tr>",
            ),
        ),
        ("nesting", page("", "> - * [ ( | ` ")),
    ];
    for (name, text) in pages {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let start = Instant::now();
        let imported = import(text.as_bytes(), "page.md");
        let took = start.elapsed();
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap_or(" ?")
            .trim()
            .to_owned();
        println!(
            "{name:<9} {took:>9.2?}, peak {peak}, {} facts, {} problems",
            imported.facts.len(),
            imported.problems.len()
        );
    }
}
