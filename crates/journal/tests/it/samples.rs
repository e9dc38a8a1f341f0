//! Journals of every format that a Segue ever wrote are read by this one.

use crate::{
    conformance::resumed,
    store::{Store, lock_of, on_sqlite},
};
use segue_journal::{Head, Journal, verify};
use segue_model::{Ending, EventKind, ReleaseId, Wish};
use std::sync::Arc;

const OVER: &str = "20261123-0534-gabd";
const INTERRUPTED: &str = "20261123-0613-kcqx";

async fn sample(store: &Store, dump: &str) -> Arc<dyn Journal> {
    store.sql(dump).await;
    store.open().await
}

/// What both samples hold; the events of the interrupted release.
async fn is_whole(journal: &dyn Journal, over: &str, interrupted: &str) -> Vec<EventKind> {
    let entries = journal.releases().await.unwrap();
    let ids: Vec<_> = entries.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, [INTERRUPTED, OVER]);
    let mut last = Vec::new();
    for (id, seq, hash) in [(OVER, 18, over), (INTERRUPTED, 9, interrupted)] {
        let release = ReleaseId::new(id);
        let hash = hash.to_owned();
        let recorded = Head { seq, hash };
        let verified = verify(journal, &release, Some(&recorded)).await.unwrap();
        assert_eq!(verified.head, recorded);
        let plan = journal.plan(&release).await.unwrap().unwrap();
        assert_eq!(verified.plan, Some(plan.digest()));
        assert_eq!(plan.operations.len(), 17);
        let events = journal.events(&release, 0).await.unwrap();
        last.push(events.into_iter().map(|it| it.kind).collect::<Vec<_>>());
    }
    let ended = last[0].last();
    let incomplete = Ending::Incomplete;
    assert_eq!(ended, Some(&EventKind::Finished { ending: incomplete }));
    last.remove(1)
}

/// The journal is gone on with.
async fn goes_on(journal: &dyn Journal) {
    let locked = lock_of(journal, "production (sandbox)").await.unwrap();
    assert_eq!(locked.token(), 68);
    let release = ReleaseId::new(INTERRUPTED);
    let kinds = [resumed("ana@host")];
    let events = journal.append(&locked, &release, &kinds, 1).await.unwrap();
    assert_eq!(events[0].seq, 10);
    let asked = journal.ask(&release, &Wish::Stop, "ana", "", 1).await;
    assert_eq!(asked.unwrap().at_ms, 1);
    assert_eq!(journal.events(&release, 0).await.unwrap().len(), 10);
}

#[test]
fn a_journal_of_format_1_is_read_and_gone_on_with() {
    on_sqlite(|store| async move {
        let journal = sample(&store, include_str!("samples/v1.sql")).await;
        let kinds = is_whole(
            &*journal,
            "dd18780d7d784c105432b3818aa8436180225ef404133ebceb604227f36b40cd",
            "c27d0ee58137995e523954b488c85e35dbf57eb71b73144a5fda6e6135e872bc",
        )
        .await;
        assert_eq!(kinds[5], resumed(""));
        let EventKind::Asked { by, wish, .. } = &kinds[8] else {
            panic!("{:?}", kinds[8]);
        };
        assert_eq!((by.as_str(), wish), ("ana", &Wish::Undo));
        goes_on(&*journal).await;
    });
}

#[test]
fn a_journal_of_format_2_is_read_and_gone_on_with() {
    on_sqlite(|store| async move {
        let journal = sample(&store, include_str!("samples/v2.sql")).await;
        let kinds = is_whole(
            &*journal,
            "be94eaa5c53c6e8007e6e4e8aabdf39deab221e9be8cd326406ff0b8f8b4b00c",
            "b2fae567a9f407b6d01330c066f80c38b4bcdd6b2c25ae7f78b70479c7aeb79c",
        )
        .await;
        assert_eq!(kinds[5], resumed("bo@host"));
        let requests = journal.requests(&ReleaseId::new(INTERRUPTED), 1).await;
        let requests = requests.unwrap();
        let operation = "gate/qa".into();
        assert_eq!(requests[0].wish, Wish::Approve { operation });
        goes_on(&*journal).await;
    });
}
