//! Whether a release's journal is the one that was written.

use crate::{Head, Journal, chain, damaged};
use segue_model::{Digest, EventKind, Failure, ReleaseId};

/// A release whose journal is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The digest of the plan that it was started with; none before that.
    pub plan: Option<Digest>,
    /// Its last event. Written down elsewhere, it shows later whether the journal
    /// was cut off or written anew: nothing in the journal itself can.
    pub head: Head,
}

/// Checks that no event of a release was altered, removed, moved or put in
/// between, and that its plan is the one that it was started with; with the
/// `recorded` last event of an earlier day, also that nothing was cut off since.
///
/// # Errors
/// `SEG6002` says which event is the first that is not as it was written, or what
/// else; others when the journal cannot be read.
pub async fn verify(
    journal: &dyn Journal,
    release: &ReleaseId,
    recorded: Option<&Head>,
) -> Result<Verified, Failure> {
    journal.check().await?;
    let records = journal.records(release, 0).await?;
    let hash_of = |seq: u64| records.iter().find(|it| it.seq == seq).map(|it| &it.hash);
    if let Some(recorded) = recorded.filter(|it| it.seq > 0)
        && hash_of(recorded.seq) != Some(&recorded.hash)
    {
        return Err(damaged(format!(
            "event {} of release {release} is not the one that was recorded: the events up \
             to it were cut off or written anew",
            recorded.seq
        )));
    }
    let head = records.last().map_or_else(Head::default, |last| Head {
        seq: last.seq,
        hash: last.hash.clone(),
    });
    let events = chain::events(release, 0, records)?;
    let plan = match events.into_iter().next().map(|event| event.kind) {
        None => None,
        Some(EventKind::Started { plan, .. }) => Some(plan),
        Some(_) => {
            return Err(damaged(format!(
                "the first event of release {release} is not its beginning"
            )));
        }
    };
    if journal.plan(release).await?.is_none() {
        return Err(damaged(format!("there is no release {release}")));
    }
    Ok(Verified { plan, head })
}
