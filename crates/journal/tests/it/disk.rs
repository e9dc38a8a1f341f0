//! A journal file on disks as they are: full, read-only, cut off, corrupted.

use crate::{
    conformance::{entry, plan, r1, resumed, started, written},
    store::{Store, lock, on_sqlite, runtime},
};
use segue_journal::{Journal, Sqlite, verify};
use segue_model::{Event, Failure, Plan};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const DIRECTORY: &str = "SEGUE_TEST_DIRECTORY";

/// The events of r1 in the journal of `directory`.
fn read(directory: &Path) -> Result<(Vec<Event>, Option<Plan>), Failure> {
    runtime().block_on(async {
        let journal = Sqlite::open(&directory.join("journal.db"))?;
        Ok((journal.events(&r1(), 0).await?, journal.plan(&r1()).await?))
    })
}

/// A copy of a journal, as a crash would leave it: without what SQLite keeps in
/// memory.
fn crashed(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir_all(to).unwrap();
    for name in ["journal.db", "journal.db-wal"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
    to.join("journal.db-wal")
}

#[test]
fn what_was_acknowledged_is_there_wherever_the_last_record_is_cut() {
    on_sqlite(|store| async move {
        let (journal, locked) = written(&store).await;
        let here = store.directory.path();
        let copies = tempfile::tempdir().unwrap();
        let length = |path: &Path| fs::metadata(path).unwrap().len();
        let mut before = length(&here.join("journal.db-wal"));
        // From a record that fits a page to one that takes many.
        for (round, size) in [10, 3000, 30_000].into_iter().enumerate() {
            let acknowledged = journal.events(&r1(), 0).await.unwrap();
            let kinds = [resumed(&"x".repeat(size)), resumed("y")];
            journal.append(&locked, &r1(), &kinds, 20).await.unwrap();
            let whole = copies.path().join(format!("{round}"));
            let after = length(&crashed(here, &whole));
            assert!(after > before);
            let all = journal.events(&r1(), 0).await.unwrap();
            let cuts = (before..after).step_by(64).chain(after - 9..=after);
            for cut in cuts {
                let copy = copies.path().join("cut");
                let wal = crashed(&whole, &copy);
                let file = fs::OpenOptions::new().write(true).open(wal).unwrap();
                file.set_len(cut).unwrap();
                let (events, _) = tokio::task::block_in_place(|| {
                    std::thread::scope(|it| it.spawn(|| read(&copy)).join().unwrap())
                })
                .unwrap();
                let wanted = if cut == after { &all } else { &acknowledged };
                assert!(events == *wanted, "cut at {cut} of {before}..{after}");
                fs::remove_dir_all(&copy).unwrap();
            }
            before = after;
        }
    });
}

#[test]
fn a_corrupted_byte_is_an_error_or_changes_nothing() {
    let original = tempfile::tempdir().unwrap();
    let path = original.path().join("journal.db");
    runtime().block_on(async {
        let journal = Sqlite::open(&path).unwrap();
        let locked = lock(&journal).await;
        let created = journal.create(&locked, &entry("r1", 1), &plan()).await;
        created.unwrap();
        journal
            .append(&locked, &r1(), &[started()], 1)
            .await
            .unwrap();
        for number in 0..60 {
            let kinds = [resumed(&format!("number {number} {}", "x".repeat(200)))];
            journal.append(&locked, &r1(), &kinds, 2).await.unwrap();
        }
    });
    let good = read(original.path()).unwrap();
    // Closed by the last one: everything is in the one file.
    let bytes = fs::read(&path).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let mut seen = 0;
    // All of the file's header, and some of every page.
    for place in (0..100).chain((100..bytes.len()).step_by(97)) {
        for flip in [0x01, 0x80] {
            for old in fs::read_dir(copy.path()).unwrap() {
                fs::remove_file(old.unwrap().path()).unwrap();
            }
            let mut bytes = bytes.clone();
            bytes[place] ^= flip;
            fs::write(copy.path().join("journal.db"), bytes).unwrap();
            match read(copy.path()) {
                Ok(read) => assert!(
                    read == good || good.0.starts_with(&read.0) && is_found_out(copy.path()),
                    "byte {place}: altered, and nobody says so"
                ),
                Err(failure) => {
                    seen += 1;
                    let codes = ["SEG6001", "SEG6002", "SEG6003"];
                    assert!(codes.contains(&failure.code.as_str()), "{place}: {failure}");
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// Whether a journal whose last events are missing fails its verification.
fn is_found_out(directory: &Path) -> bool {
    runtime().block_on(async {
        let journal = Sqlite::open(&directory.join("journal.db")).unwrap();
        verify(&journal, &r1(), None).await.is_err()
    })
}

/// Runs the test `name` of this program in `directory`, by a shell that did
/// `first`; none, said loudly, where this machine does not allow that.
fn elsewhere(name: &str, wrapper: &[&str], first: &str, directory: &Path) -> Option<Output> {
    let program = std::env::current_exe().unwrap();
    let script = format!("{first} && exec \"$0\" --exact \"$1\" --nocapture");
    let mut command = match wrapper {
        [] => Command::new("sh"),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg("sh");
            command
        }
    };
    let output = command
        .args(["-c", &script])
        .arg(program)
        .arg(name)
        .env(DIRECTORY, directory)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.contains("running 1 test") {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        eprintln!("NOT TESTED: {name} with `{first}`: this machine does not allow it: {why}");
        return None;
    }
    assert!(output.status.success(), "{text}{output:?}");
    Some(output)
}

/// A mount that nobody else sees.
const APART: [&str; 4] = ["unshare", "--user", "--map-root-user", "--mount"];

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    for (wrapper, first) in [
        // A limit on the size of files; without the signal that comes with it.
        (&[][..], "trap '' XFSZ && ulimit -f 300"),
        (
            &APART[..],
            "mount -t tmpfs -o size=1m none \"$SEGUE_TEST_DIRECTORY\"",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        elsewhere("disk::fills_the_disk", wrapper, first, directory.path());
    }
}

/// What another test starts where the disk is small; for itself it does nothing.
#[test]
fn fills_the_disk() {
    let Ok(directory) = std::env::var(DIRECTORY) else {
        return;
    };
    let directory = Path::new(&directory);
    let acknowledged = runtime().block_on(async {
        let journal = Sqlite::open(&directory.join("journal.db")).unwrap();
        let locked = lock(&journal).await;
        let created = journal.create(&locked, &entry("r1", 1), &plan()).await;
        created.unwrap();
        let mut events = journal
            .append(&locked, &r1(), &[started()], 1)
            .await
            .unwrap();
        loop {
            let kinds = [resumed(&"x".repeat(900)), resumed("y")];
            match journal.append(&locked, &r1(), &kinds, 2).await {
                Ok(more) => events.extend(more),
                Err(failure) => {
                    assert_eq!(failure.code, "SEG6001", "{failure}");
                    break;
                }
            }
            assert!(events.len() < 20_000, "the disk is not small");
        }
        // What is there can still be read, by this process and by the next.
        assert_eq!(journal.events(&r1(), 0).await.unwrap(), events);
        events
    });
    assert!(acknowledged.len() > 10);
    assert_eq!(read(directory).unwrap().0, acknowledged);
}

#[test]
fn a_read_only_disk_is_said_to_be() {
    let directory = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let journal = Sqlite::open(&directory.path().join("journal.db")).unwrap();
        lock(&journal).await;
    });
    let first = "d=$SEGUE_TEST_DIRECTORY; mount --bind \"$d\" \"$d\" && \
                 mount -o remount,ro,bind \"$d\" \"$d\"";
    elsewhere("disk::is_refused", &APART, first, directory.path());
}

/// What another test starts where the disk is read-only; for itself it does nothing.
#[test]
fn is_refused() {
    let Ok(directory) = std::env::var(DIRECTORY) else {
        return;
    };
    let path = Path::new(&directory).join("journal.db");
    let failure = Sqlite::open(&path).err().unwrap();
    assert_eq!(failure.code, "SEG6001", "{failure}");
    let new = Sqlite::open(&Path::new(&directory).join("new.db"));
    assert_eq!(new.err().unwrap().code, "SEG6001");
}

#[test]
fn what_is_no_journal_is_refused() {
    on_sqlite(|store: Store| async move {
        let path = store.directory.path().join("journal.db");
        fs::write(&path, "this is no database, whatever its name says").unwrap();
        assert_eq!(Sqlite::open(&path).err().unwrap().code, "SEG6002");
    });
}
