//! A steady load through the front door: what users would feel.

use segue_twin::{Shared, mesh::Answer};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{task::JoinHandle, time::MissedTickBehavior};

/// How many failed requests are kept with their words.
const SAMPLES: usize = 20;

/// How long `stop` waits for requests that are on their way.
const LAST_ANSWERS: Duration = Duration::from_secs(6);

/// What the load saw.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadReport {
    /// The module through which it came.
    pub through: String,
    /// Requests sent and answered.
    pub sent: u64,
    /// Requests that were answered otherwise than with 200, or not at all.
    pub failed: u64,
    /// How many requests each version of the front door answered.
    pub versions: BTreeMap<String, u64>,
    /// The first failed ones.
    pub samples: Vec<Sample>,
    /// The median and the 99th percentile of the answers' times, in milliseconds.
    pub latency_ms: (f64, f64),
}

/// A failed request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When, in milliseconds since the load began.
    pub after_ms: u64,
    /// The status.
    pub status: u16,
    /// What was said.
    pub words: String,
}

/// A load that can be begun and ended.
pub(crate) struct Load {
    shared: Shared,
    through: String,
    per_second: u32,
    running: Mutex<Option<Sending>>,
}

/// A load that goes on.
struct Sending {
    task: JoinHandle<()>,
    tally: Arc<Mutex<Tally>>,
}

#[derive(Default)]
struct Tally {
    report: LoadReport,
    latencies: Vec<f32>,
    under_way: u64,
}

impl Load {
    pub(crate) fn new(shared: Shared, through: String, per_second: u32) -> Self {
        Self {
            shared,
            through,
            per_second: per_second.max(1),
            running: Mutex::default(),
        }
    }

    /// Begins, unless it has begun: a release that is resumed goes on with the
    /// load that its beginning started.
    pub(crate) fn start(&self) {
        let mut running = lock(&self.running);
        if running.is_none() {
            let tally = Arc::new(Mutex::new(Tally::default()));
            lock(&tally).report.through = self.through.clone();
            let sending = send(
                self.shared.clone(),
                self.through.clone(),
                self.per_second,
                tally.clone(),
            );
            let task = tokio::spawn(sending);
            *running = Some(Sending { task, tally });
        }
    }

    /// Ends when at least `least` requests were sent, waits for the last
    /// answers, and says what was seen.
    pub(crate) async fn stop(&self, least: u64) -> LoadReport {
        let Some(Sending { task, tally }) = lock(&self.running).take() else {
            return LoadReport::default();
        };
        while lock(&tally).report.sent < least {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        task.abort();
        let deadline = Instant::now() + LAST_ANSWERS;
        while lock(&tally).under_way > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut tally = lock(&tally);
        tally.latencies.sort_by(f32::total_cmp);
        tally.report.latency_ms = (
            percentile(&tally.latencies, 50),
            percentile(&tally.latencies, 99),
        );
        tally.report.clone()
    }

    /// What was seen so far.
    pub(crate) fn so_far(&self) -> LoadReport {
        let running = lock(&self.running);
        running
            .as_ref()
            .map(|sending| lock(&sending.tally).report.clone())
            .unwrap_or_default()
    }
}

async fn send(shared: Shared, through: String, per_second: u32, tally: Arc<Mutex<Tally>>) {
    let mut tick = tokio::time::interval(Duration::from_secs(1) / per_second);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let began = Instant::now();
    loop {
        tick.tick().await;
        let (shared, through, tally) = (shared.clone(), through.clone(), tally.clone());
        lock(&tally).under_way += 1;
        tokio::spawn(async move {
            let sent = Instant::now();
            let answer = shared.mesh.call("internet", &through, "/").await;
            let took = sent.elapsed();
            lock(&tally).answered(answer, sent.duration_since(began), took);
        });
    }
}

impl Tally {
    fn answered(&mut self, answer: Answer, after: Duration, took: Duration) {
        self.under_way -= 1;
        self.latencies.push(took.as_secs_f32() * 1000.0);
        let report = &mut self.report;
        report.sent += 1;
        if let Some(version) = answer.version.filter(|_| answer.status == 200) {
            *report.versions.entry(version).or_default() += 1;
        }
        if answer.status != 200 {
            report.failed += 1;
            if report.samples.len() < SAMPLES {
                report.samples.push(Sample {
                    after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
                    status: answer.status,
                    words: answer.body,
                });
            }
        }
    }
}

/// The value below which `percent` of the sorted values lie; 0 when there is none.
fn percentile(sorted: &[f32], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().map_or(0.0, f64::from)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_few_and_of_none() {
        assert_eq!(percentile(&[], 50), 0.0);
        assert_eq!(percentile(&[1.0], 99), 1.0);
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 50), 3.0);
    }

    #[test]
    fn a_bad_answer_is_counted_and_kept() {
        let mut tally = Tally {
            under_way: 2,
            ..Tally::default()
        };
        let good = Answer {
            status: 200,
            version: Some("2.0.0".into()),
            body: String::new(),
        };
        let bad = Answer::nothing(502, "nobody".into());
        tally.answered(good, Duration::ZERO, Duration::ZERO);
        tally.answered(bad, Duration::from_millis(7), Duration::ZERO);
        assert_eq!((tally.report.sent, tally.report.failed), (2, 1));
        assert_eq!(tally.report.samples[0].words, "nobody");
        assert_eq!(tally.report.versions["2.0.0"], 1);
    }
}
