//! What an append costs, beside the same bytes appended and synced by hand in the
//! same directory; and what it costs to read and check a long journal.
//!
//!     cargo run --release -p segue-journal --example cost -- DIRECTORY [postgres://…]

use segue_journal::{Claim, Entry, Lock, Place, open};
use segue_model::{Digest, Direction, EventKind, Evidence, Failure, PLAN_FORMAT, Plan, ReleaseId};
use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

const APPENDS: u32 = 1000;
const LONG: usize = 10_000;

fn kind(number: usize) -> EventKind {
    EventKind::Succeeded {
        operation: format!("billing-service@europe/stage-{number}")
            .as_str()
            .into(),
        direction: Direction::Do,
        evidence: Evidence::seen("3 of 3 replicas are ready, revision 17"),
    }
}

fn plan() -> Plan {
    Plan {
        format: PLAN_FORMAT,
        environment: "production".into(),
        manifest: Digest::of(b"manifest"),
        lock: Digest::of(b"lock"),
        changes: vec![],
        operations: vec![],
        parallel: 1,
        hold: false,
        rolls_back: None,
    }
}

fn say(what: &str, took: Duration) {
    println!("{what}: {:.1} ms", took.as_secs_f64() * 1000.0);
}

/// The floor: as many bytes as an event is stored in, each on the disk before the next.
fn by_hand(directory: &Path) -> std::io::Result<()> {
    let path = directory.join("by-hand");
    let mut file = File::create(&path)?;
    let record = vec![b'x'; 320];
    let began = Instant::now();
    for _ in 0..APPENDS {
        file.write_all(&record)?;
        file.sync_data()?;
    }
    say(&format!("{APPENDS} × write and fdatasync"), began.elapsed());
    std::fs::remove_file(path)
}

async fn journal(place: &Place, name: &str) -> Result<(), Failure> {
    let journal = open(place).await?;
    let claim = Claim {
        holder: "cost".into(),
        doing: "measuring".into(),
    };
    let Lock::Ours(locked) = journal.lock("cost", &claim, 0).await? else {
        return Err(Failure::internal("SEG6007", "somebody measures already"));
    };
    let release = ReleaseId::new(format!("cost-{:?}", std::time::SystemTime::now()));
    let entry = Entry {
        id: release.clone(),
        environment: "cost".into(),
        sandbox: true,
        began_ms: 0,
    };
    journal.create(&locked, &entry, &plan()).await?;
    let began = Instant::now();
    for number in 0..APPENDS {
        let kinds = [kind(number as usize)];
        journal.append(&locked, &release, &kinds, 1).await?;
    }
    say(&format!("{APPENDS} appends to {name}"), began.elapsed());
    let began = Instant::now();
    let many: Vec<_> = (0..LONG - APPENDS as usize).map(kind).collect();
    journal.append(&locked, &release, &many, 1).await?;
    say(
        &format!("one append of {} events to {name}", many.len()),
        began.elapsed(),
    );
    for _ in 0..3 {
        let began = Instant::now();
        let events = journal.events(&release, 0).await?;
        let what = format!("{} events read from {name} and checked", events.len());
        say(&what, began.elapsed());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("which directory?")?;
    let directory = Path::new(&directory);
    let file = Place::File(directory.join("cost.db"));
    by_hand(directory)?;
    let words = |failure: Failure| failure.to_string();
    journal(&file, "SQLite").await.map_err(words)?;
    by_hand(directory)?;
    if let Some(url) = arguments.next() {
        let place = Place::from(url.as_str());
        journal(&place, "PostgreSQL").await.map_err(words)?;
    }
    Ok(())
}
