//! `cargo xtask bench`: Segue's figures beside those of peers and of the bare disk,
//! in one run on one machine. Rounds alternate between all of them, so that what
//! else the machine does hits all alike; the table shows medians.

mod machine;
mod make;
mod restate;
mod rounds;
mod segue;
mod table;

use make::Make;
use restate::Restate;
use rounds::Rounds;
use segue::Segue;
use std::{fs, path::PathBuf};

/// How often each is measured unless `--rounds` says otherwise.
const ROUNDS: usize = 7;

/// What peers carry out.
const GRAPHS: [&str; 4] = [
    "chain-100",
    "independent-1000",
    "layered-1000",
    "sleeping-200",
];

/// The table, or with `--output json` all figures.
///
/// # Errors
/// What could not be built, started or read.
pub(crate) fn run(arguments: &[String]) -> Result<String, String> {
    let (json, rounds) = wanted(arguments)?;
    let directory = directory()?;
    let segue = Segue::build()?;
    let graphs = directory.join("graphs");
    fs::create_dir_all(&graphs).map_err(cannot("write the graphs"))?;
    segue.graphs(&graphs)?;
    let make = Make::new(&directory, &graphs);
    let mut restate = Restate::new(&directory, &graphs);
    for why in make
        .as_ref()
        .err()
        .into_iter()
        .chain(restate.as_ref().err())
    {
        eprintln!("NOT MEASURED: {why}");
    }
    let mut found = Rounds::default();
    let before = machine::load();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        found.add("segue", &segue.round()?);
        for graph in GRAPHS {
            if let Ok(make) = &make {
                found.push(&["make", graph], make.carry_out(graph)?);
            }
            if let Ok(restate) = &mut restate {
                found.push(&["restate", graph], restate.carry_out(graph)?);
            }
        }
    }
    if let Ok(restate) = restate {
        found.add("restate memory", &restate.end()?);
    }
    let machine = machine::describe(&directory, &before);
    Ok(if json {
        table::json(&machine, rounds, &found)
    } else {
        table::text(&machine, rounds, &found)
    })
}

fn wanted(arguments: &[String]) -> Result<(bool, usize), String> {
    let (mut json, mut rounds) = (false, ROUNDS);
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match (argument, arguments.next()) {
            ("--output", Some("json")) => json = true,
            ("--rounds", Some(count)) => {
                rounds = count.parse().map_err(|_| format!("no count: {count}"))?;
            }
            _ => return Err(format!("{argument}: --output json, --rounds COUNT")),
        }
    }
    Ok((json, rounds.max(1)))
}

/// Where peers are installed and journals lie: beside what Cargo builds.
fn directory() -> Result<PathBuf, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let target = target.unwrap_or_else(|| PathBuf::from(root).join("target"));
    let directory = target.join("bench");
    fs::create_dir_all(&directory)
        .and_then(|()| directory.canonicalize())
        .map_err(cannot("make a directory for the benchmark"))
}

fn cannot<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> String {
    move |error| format!("cannot {what}: {error}")
}

#[cfg(test)]
mod tests {
    use super::{ROUNDS, wanted};

    fn wants(text: &str) -> Result<(bool, usize), String> {
        let words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
        wanted(&words)
    }

    #[test]
    fn what_is_wanted_is_understood_and_nothing_else() {
        assert_eq!(wants(""), Ok((false, ROUNDS)));
        assert_eq!(wants("--rounds 3 --output json"), Ok((true, 3)));
        assert!(wants("--output xml").is_err() && wants("--rounds").is_err());
    }
}
