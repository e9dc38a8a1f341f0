//! One round of Segue's figures, as one JSON object: `cargo xtask bench` runs some
//! rounds, with peers between them, and makes a table of the medians.
//!
//! ```text
//! cargo bench -p segue-engine                        one round
//! cargo bench -p segue-engine -- graphs DIRECTORY    write the graphs, for peers
//! cargo bench -p segue-engine -- memory DIRECTORY    the release there, and what it held
//! ```
//!
//! Journals lie below Cargo's target directory: on a disk, or these are no figures.

mod bare;
mod graph;
mod segue;

use graph::Graph;
use serde_json::{Map, Value, json};
use std::{
    error::Error,
    path::Path,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    // `cargo bench` says so to whom it runs; it is no argument of ours.
    let arguments: Vec<_> = std::env::args().filter(|it| it != "--bench").collect();
    let arguments: Vec<_> = arguments.iter().skip(1).map(String::as_str).collect();
    let done = match arguments[..] {
        [] => round().await,
        ["graphs", directory] => graphs(Path::new(directory)),
        ["memory", directory] => memory(Path::new(directory)).await,
        _ => Err("one round, `graphs DIRECTORY` or `memory DIRECTORY`".into()),
    };
    match done {
        Ok(figures) => {
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn round() -> Result<Value> {
    let mut figures = Map::new();
    for graph in [
        graph::chain_100(),
        graph::independent_1000(),
        graph::layered_1000(),
    ] {
        figures.insert(graph.name.into(), throughput(&graph).await?);
    }
    figures.insert("sleeping-200".into(), makespan().await?);
    figures.insert("begun".into(), begun().await?);
    figures.insert("resume-10000".into(), resume().await?);
    figures.insert("memory".into(), memories().await?);
    Ok(figures.into())
}

/// On the disk that the target directory lies on.
fn directory() -> Result<TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

/// Wall time, and that of the same bytes in as many syncs, and in one sync for
/// each operation.
async fn throughput(graph: &Graph) -> Result<Value> {
    let site = directory()?;
    segue::create(site.path(), graph, 0).await?;
    let run = segue::carry_out(site.path(), graph).await?;
    let bare = |syncs| bare::append_and_sync(site.path(), run.bytes, syncs).map(ms);
    Ok(json!({
        "segue_ms": ms(run.took),
        "operations": graph.nodes.len(),
        "appends": run.appends,
        "bytes": run.bytes,
        "bare_ms": bare(run.appends)?,
        "bare_each_ms": bare(graph.nodes.len())?,
    }))
}

async fn makespan() -> Result<Value> {
    let (site, graph) = (directory()?, graph::sleeping_200());
    segue::create(site.path(), &graph, 0).await?;
    let run = segue::carry_out(site.path(), &graph).await?;
    Ok(json!({ "segue_ms": ms(run.took), "critical_path_ms": graph.critical_path_ms() }))
}

/// With about 1,000 operations in flight: from the end of the last need's call to
/// the beginning of the next; the journal's append lies between them.
async fn begun() -> Result<Value> {
    let (site, graph) = (directory()?, graph::lanes_1000());
    segue::create(site.path(), &graph, 0).await?;
    let run = segue::carry_out(site.path(), &graph).await?;
    let waited = run.begun_after(&graph);
    let bare = bare::append_and_sync(site.path(), run.bytes, run.appends)?;
    let at = |percent: usize| waited.get((waited.len() * percent / 100).min(waited.len() - 1));
    let percentile = |percent| at(percent).copied().map(ms);
    Ok(json!({
        "samples": waited.len(),
        "p50_ms": percentile(50),
        "p99_ms": percentile(99),
        "appends": run.appends,
        "bare_append_ms": ms(bare) / run.appends as f64,
    }))
}

/// From opening a journal of 10,000 events to the first call of the platform.
async fn resume() -> Result<Value> {
    let (site, graph) = (directory()?, graph::chain_10_000());
    segue::create(site.path(), &graph, 0).await?;
    segue::carry_out_on_paper(site.path(), &graph).await?;
    let began = Instant::now();
    let run = segue::carry_out(site.path(), &graph).await?;
    let first = run
        .began(graph.nodes.len() - 1)
        .ok_or("nothing was called")?;
    let database = std::fs::metadata(site.path().join("journal.db"))?.len();
    let bytes = usize::try_from(database)?;
    Ok(json!({
        "segue_ms": ms(first - began),
        "bytes": bytes,
        "bare_ms": ms(bare::read_and_hash(site.path(), bytes)?),
    }))
}

/// The most memory that processes of their own held: with nothing to do, with
/// 1,000 operations, and with 1,000 operations that bear 4 KiB each.
async fn memories() -> Result<Value> {
    let idle = peak_of_another(&directory()?)?;
    let mut peaks = vec![idle];
    for artifact in [0, 4096] {
        let site = directory()?;
        segue::create(site.path(), &graph::layered_1000(), artifact).await?;
        peaks.push(peak_of_another(&site)?);
    }
    Ok(json!({ "idle_kib": peaks[0], "plan_kib": peaks[1], "artifacts_kib": peaks[2] }))
}

fn peak_of_another(site: &TempDir) -> Result<u64> {
    let own = std::env::current_exe()?;
    let output = Command::new(own).arg("memory").arg(site.path()).output()?;
    let figure = String::from_utf8(output.stdout)?;
    let wrong = String::from_utf8_lossy(&output.stderr);
    figure.trim().parse().map_err(|_| wrong.into())
}

/// Carries out what stands in the journal, if anything; the most memory that this
/// process ever held, in KiB.
async fn memory(directory: &Path) -> Result<Value> {
    if directory.join("journal.db").exists() {
        segue::carry_out(directory, &graph::layered_1000()).await?;
    } else {
        drop(segue::open(directory).await?);
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.split_whitespace().next());
    Ok(kib
        .ok_or("no VmHWM in /proc/self/status")?
        .parse::<u64>()?
        .into())
}

fn graphs(directory: &Path) -> Result<Value> {
    for graph in graph::all() {
        let path = directory.join(format!("{}.json", graph.name));
        std::fs::write(path, graph.json().to_string())?;
    }
    Ok(graph::all().map(|graph| graph.name).to_vec().into())
}
