//! Programs with one line changed, each of which breaks one law: the test that
//! holds the law must fail on it. A test that passes on all of them holds nothing.

mod list;
mod scratch;
mod trial;

use list::{MUTANTS, Mutant};
use scratch::Scratch;
use std::{collections::BTreeSet, fmt::Write as _};
use trial::{Verdict, passes, trial};

/// Tries every mutant; those whose law or file is named by `only`, if any are.
pub(crate) fn run(only: &[String]) -> Result<String, String> {
    let named = |mutant: &&Mutant| {
        let named = |it: &String| mutant.law == it || mutant.file.contains(it.as_str());
        only.is_empty() || only.iter().any(named)
    };
    let mutants: Vec<_> = MUTANTS.iter().filter(named).collect();
    let mut scratch = Scratch::of_project()?;
    // A mutant that does not apply any more is told before hours of work.
    for mutant in &mutants {
        scratch.with(mutant)?;
    }
    let tests: BTreeSet<_> = mutants.iter().map(|it| (it.package, it.test)).collect();
    for (package, test) in tests {
        passes(&scratch, package, test)?;
    }
    let (mut table, mut survivors) = (String::new(), 0);
    for mutant in mutants {
        let verdict = scratch.mutated(mutant, |it| trial(it, mutant))?;
        let told = match &verdict {
            Verdict::Caught(by) => by.as_str(),
            Verdict::Survived => "NOBODY",
            Verdict::NoProgram => "NOBODY: it is no program",
        };
        survivors += usize::from(!matches!(verdict, Verdict::Caught(_)));
        let row = format!("{:12} | {:45} | {told}", mutant.law, mutant.what);
        eprintln!("{row}");
        let _ = writeln!(table, "{row}");
    }
    match survivors {
        0 => Ok("every mutant is caught".into()),
        _ => Err(format!("{table}{survivors} mutants are not caught")),
    }
}
