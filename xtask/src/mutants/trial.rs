//! One run of the tests.

use super::{list::Mutant, scratch::Scratch};
use std::process::{Command, Output};

pub(super) enum Verdict {
    /// By this test.
    Caught(String),
    /// All tests passed.
    Survived,
    /// It could not be built or run: that catches nothing.
    NoProgram,
}

/// The tests of a program without mutants pass, and there are some.
pub(super) fn passes(scratch: &Scratch, package: &str, test: &str) -> Result<(), String> {
    let output = run(scratch, package, test)?;
    let text = text(&output);
    let ran = text
        .lines()
        .any(|line| line.starts_with("test ") && line.ends_with("... ok"));
    match output.status.success() && ran {
        true => Ok(()),
        false => Err(format!(
            "{test} of {package} does not pass without a mutant:\n{text}"
        )),
    }
}

pub(super) fn trial(scratch: &Scratch, mutant: &Mutant) -> Result<Verdict, String> {
    let output = run(scratch, mutant.package, mutant.test)?;
    Ok(verdict(
        &text(&output),
        mutant.test,
        output.status.success(),
    ))
}

fn verdict(text: &str, test: &str, passed: bool) -> Verdict {
    let failed = text.lines().find_map(|line| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        name.starts_with(test).then(|| name.to_owned())
    });
    // By an assertion: a program that breaks off by itself has not been caught
    // by what the test is about.
    let asserted = |name: &str| {
        let panicked = format!("'{name}'");
        text.lines()
            .any(|line| line.contains(&panicked) && line.contains("/tests/"))
    };
    match failed {
        Some(name) if asserted(&name) => Verdict::Caught(name),
        _ if passed => Verdict::Survived,
        _ => Verdict::NoProgram,
    }
}

fn run(scratch: &Scratch, package: &str, test: &str) -> Result<Output, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "test",
            "--offline",
            "--tests",
            "--package",
            package,
            "--",
            test,
        ])
        .current_dir(&scratch.root)
        .env("CARGO_TARGET_DIR", scratch.root.join("target"))
        .env("RUST_BACKTRACE", "0")
        .env("SEGUE_MODEL", "small");
    command.output().map_err(|error| format!("cargo: {error}"))
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Verdict, verdict};

    const FAILED: &str = "test model::law_1_order ... FAILED\n";

    #[test]
    fn only_an_assertion_of_the_named_test_catches() {
        let asserted =
            "thread 'model::law_1_order' (7) panicked at crates/release/tests/it/a.rs:1:1:";
        let broke = "thread 'model::law_1_order' (7) panicked at crates/release/src/a.rs:1:1:";
        let caught = |text: String, test| matches!(verdict(&text, test, false), Verdict::Caught(_));
        assert!(caught(format!("{FAILED}{asserted}"), "model::law_1_"));
        assert!(!caught(format!("{FAILED}{asserted}"), "model::law_3_"));
        assert!(!caught(format!("{FAILED}{broke}"), "model::law_1_"));
        assert!(!caught("error: could not compile".into(), "model::law_1_"));
        assert!(matches!(verdict("", "model::", true), Verdict::Survived));
    }
}
