//! Physical limits: what the disk and the processor take for the same bytes
//! without a release machine, a database or a platform.

use segue_model::Digest;
use std::{
    fs::File,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

/// Appends `bytes` in `syncs` equal parts to a new file, each with fdatasync.
pub fn append_and_sync(directory: &Path, bytes: usize, syncs: usize) -> std::io::Result<Duration> {
    let part = vec![b'x'; bytes.div_ceil(syncs)];
    let mut file = File::create(directory.join("bare"))?;
    let began = Instant::now();
    for _ in 0..syncs {
        file.write_all(&part)?;
        file.sync_data()?;
    }
    Ok(began.elapsed())
}

/// Reads `bytes` from a file and hashes them.
pub fn read_and_hash(directory: &Path, bytes: usize) -> std::io::Result<Duration> {
    let path = directory.join("bare");
    std::fs::write(&path, vec![b'x'; bytes])?;
    let began = Instant::now();
    std::hint::black_box(Digest::of(&std::fs::read(&path)?));
    Ok(began.elapsed())
}
