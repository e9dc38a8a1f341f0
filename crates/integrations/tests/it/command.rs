//! Programs of the user's own, real ones.

use crate::call;
use segue_integrations::{Command, Rehearsed, Variables};
use segue_model::{Evidence, Failure, FailureKind, Fault, OperationId, OperationKey, ReleaseId};
use segue_platform::{Call, Fence, Performer, Progress};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

fn variables() -> Variables {
    let known = [("DB_PASSWORD", "hunter2!"), ("REGION", "eu")];
    let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Variables::over_environment(BTreeMap::from(known))
}

fn input(command: &[&str]) -> Value {
    json!({ "command": command, "environment": ["DB_PASSWORD"], "release": "r1" })
}

async fn run(directory: &Path, command: &[&str]) -> Result<Evidence, Failure> {
    let performer = Command::new(directory.to_owned(), variables());
    performer.perform(&call(), &input(command)).await
}

async fn sh(script: &str) -> Result<Evidence, Failure> {
    let directory = tempfile::tempdir().unwrap();
    run(directory.path(), &["sh", "-c", script]).await
}

#[tokio::test]
async fn the_last_line_is_the_evidence() {
    let evidence = sh("echo 3 migrations applied").await.unwrap();
    assert_eq!(evidence.summary, "sh: 3 migrations applied");
    assert_eq!(sh("true").await.unwrap().summary, "sh ended well");
}

#[tokio::test]
async fn it_runs_in_the_manifests_directory_and_sees_little() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("mine"), "").unwrap();
    let seen = run(
        directory.path(),
        &["sh", "-c", "ls; env | cut -d= -f1 | sort | tr '\\n' ' '"],
    )
    .await;
    let seen = seen.unwrap().summary;
    for name in ["DB_PASSWORD", "PATH", "SEGUE_OPERATION", "SEGUE_RELEASE"] {
        assert!(seen.contains(name), "{seen}");
    }
    assert!(
        !seen.contains("CARGO") && !seen.contains("REGION"),
        "{seen}"
    );
    let key = sh("echo $SEGUE_RELEASE $SEGUE_OPERATION")
        .await
        .unwrap()
        .summary;
    assert_eq!(key, format!("sh: r1 {}", call().key));
    let listed = run(directory.path(), &["ls"]).await.unwrap();
    assert_eq!(listed.summary, "ls: mine");
}

#[tokio::test]
async fn no_shell_reads_its_arguments_and_variables_are_filled_in() {
    let directory = tempfile::tempdir().unwrap();
    let said = run(directory.path(), &["echo", "$(id); ${REGION} $$HOME *"])
        .await
        .unwrap();
    assert_eq!(said.summary, "echo: $(id); eu $HOME *");
    let unset = run(directory.path(), &["echo", "${SEGUE_UNSET_HERE}"])
        .await
        .unwrap_err();
    assert_eq!(unset.code, "SEG7002");
}

#[cfg(unix)]
#[tokio::test]
async fn a_relative_path_leads_from_the_manifest() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("backfill");
    std::fs::write(&script, "#!/bin/sh\necho filled\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let evidence = run(directory.path(), &["./backfill"]).await.unwrap();
    assert_eq!(evidence.summary, "./backfill: filled");
}

#[tokio::test]
async fn a_program_that_fails_is_quoted_by_its_last_lines() {
    let failure = sh("seq 1 100; echo relation exists >&2; exit 3")
        .await
        .unwrap_err();
    assert_eq!(
        (failure.kind, failure.code.as_str()),
        (FailureKind::Step, "SEG7012")
    );
    assert_eq!(failure.what, "sh ended with exit code 3");
    let lines: Vec<_> = failure.words.lines().collect();
    assert_eq!(lines.len(), 20);
    assert!(
        lines.contains(&"relation exists") && !lines.contains(&"1"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_the_users_to_install() {
    for program in ["segue-no-such-program", "./nowhere", "/nowhere/flyway"] {
        let directory = tempfile::tempdir().unwrap();
        let failure = run(directory.path(), &[program]).await.unwrap_err();
        assert_eq!(
            (failure.code.as_str(), failure.fault),
            ("SEG7011", Fault::User)
        );
        assert!(failure.what.contains(program) && !failure.hint.is_empty());
    }
}

/// Keeps what a call is told, and says for how long it may act.
#[derive(Default)]
struct Witness {
    lines: Mutex<Vec<String>>,
    lost: AtomicBool,
}

impl Fence for Witness {
    fn check(&self) -> Result<(), Failure> {
        match self.lost.load(Ordering::SeqCst) {
            false => Ok(()),
            true => Err(Failure::new(
                FailureKind::LostLock,
                Fault::Platform,
                "SEG6005",
                "lost",
            )),
        }
    }
}

impl Progress for Witness {
    fn report(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
        self.lost.store(line == "begun", Ordering::SeqCst);
    }
}

fn watched(witness: &Arc<Witness>) -> Call {
    let key = OperationKey::new(&ReleaseId::new("r1"), &OperationId::new("op"), false);
    Call::new(key, witness.clone(), witness.clone())
}

#[tokio::test]
async fn law_8_who_loses_the_lock_ends_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let performer = Command::new(directory.path().to_owned(), variables());
    let witness = Arc::new(Witness::default());
    let script = "echo begun; sleep 1000; touch done";
    let failure = performer
        .perform(&watched(&witness), &input(&["sh", "-c", script]))
        .await;
    assert_eq!(failure.unwrap_err().kind, FailureKind::LostLock);
    let before = performer
        .perform(&watched(&witness), &input(&["touch", "begun"]))
        .await;
    assert_eq!(before.unwrap_err().kind, FailureKind::LostLock);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn law_9_no_value_of_a_variable_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let performer = Command::new(directory.path().to_owned(), variables());
    let witness = Arc::new(Witness::default());
    let script = "echo trying $DB_PASSWORD; echo \"$1\"; exit 1";
    let told = input(&["sh", "-c", script, "-", "-password=${DB_PASSWORD}"]);
    let failure = performer
        .perform(&watched(&witness), &told)
        .await
        .unwrap_err();
    assert_eq!(failure.words, "trying …\n-password=…");
    let lines = witness.lines.lock().unwrap().join("\n");
    assert_eq!(lines, "trying …\n-password=…");
}

#[tokio::test]
async fn in_a_world_that_is_none_a_program_is_named_and_not_run() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("made");
    let told = input(&["touch", file.to_str().unwrap(), "${DB_PASSWORD}"]);
    let evidence = Rehearsed.perform(&call(), &told).await.unwrap();
    assert!(evidence.summary.starts_with("rehearsed, not run: touch "));
    assert!(evidence.summary.ends_with("${DB_PASSWORD}") && !file.exists());
}
