//! What only a database has: passwords, certificates, permissions.

use crate::{
    child::QUICK,
    conformance::{entry, plan, r1, resumed, started, written},
    server::{PASSWORD, Server, server},
    store::{Store, lock, on_postgres},
};
use segue_journal::{Journal, Place, Postgres};
use segue_model::{FailureKind, Wish};

fn database(store: &Store) -> String {
    let address = store.address();
    let (_, database) = address.rsplit_once('/').unwrap();
    database.to_owned()
}

/// A role that shows its password only to itself.
async fn role(server: &Server, database: &str, name: &str, may: &str) -> String {
    let make = format!(
        "DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'; {may}"
    );
    server.sql(database, &make).await;
    format!(
        "postgres://{name}:{PASSWORD}@127.0.0.1:{}/{database}",
        server.port
    )
}

#[test]
fn the_password_is_never_shown() {
    on_postgres(|store| async move {
        let Place::Postgres(url) = &store.place else {
            panic!("it is for the database");
        };
        let mut shown = vec![format!("{:?} {}", store.place, store.place)];
        shown.push(store.open().await.place());
        for (from, to) in [
            (":open-sesame", ":wrong-open-sesame"),
            ("/journal", "/nowhere"),
            ("127.0.0.1:", "127.0.0.1:1"),
            ("segue:", "somebody:"),
            ("@127.0.0.1", "@no.such.host.invalid"),
            ("open-sesame", "op/en@sesame"),
        ] {
            let url = url.replace(from, to);
            let failure = Postgres::open_with(&url, QUICK).await.err().unwrap();
            assert!(
                ["SEG6015", "SEG6017"].contains(&failure.code.as_str()),
                "{failure}"
            );
            shown.push(format!("{failure} {failure:?} {}", Place::Postgres(url)));
        }
        for text in shown {
            assert!(!text.contains("sesame"), "{text}");
        }
    });
}

#[test]
fn certificates_are_checked_as_psql_checks_them() {
    on_postgres(|store| async move {
        let server = server().unwrap();
        let database = database(&store);
        let may = "GRANT pg_read_all_data TO careful";
        let careful = role(server, &database, "careful", may).await;
        store.open().await;
        let root = format!("sslrootcert={}", server.authority.display());
        for (host, options, good) in [
            ("127.0.0.1", "sslmode=disable".to_owned(), true),
            ("127.0.0.1", "sslmode=require".to_owned(), true),
            ("localhost", format!("sslmode=verify-full&{root}"), true),
            ("127.0.0.1", format!("sslmode=verify-full&{root}"), false),
            ("127.0.0.1", format!("sslmode=verify-ca&{root}"), true),
            // An authority that this machine does not trust.
            ("localhost", "sslmode=verify-full".to_owned(), false),
            ("127.0.0.1", "sslmode=verify-ca".to_owned(), false),
        ] {
            let url = format!("{careful}?{options}").replace("127.0.0.1", host);
            let opened = Postgres::open_with(&url, QUICK).await;
            let code = opened.as_ref().err().map(|failure| failure.code.as_str());
            assert_eq!(code, (!good).then_some("SEG6017"), "{host} {options}");
            if let Ok(journal) = opened {
                assert_eq!(journal.releases().await, Ok(vec![]));
            }
        }
    });
}

/// What docs/journal.md says that a role needs.
const RELEASING: &str = "
GRANT USAGE ON SCHEMA segue TO releasing;
GRANT SELECT ON ALL TABLES IN SCHEMA segue TO releasing;
GRANT INSERT ON segue.release, segue.event, segue.request, segue.lock TO releasing;
GRANT UPDATE ON segue.lock TO releasing;
";

#[test]
fn few_permissions_are_enough() {
    on_postgres(|store| async move {
        let (_, locked) = written(&store).await;
        drop(locked);
        let server = server().unwrap();
        let database = database(&store);
        let url = role(server, &database, "releasing", RELEASING).await;
        let journal = Postgres::open(&url).await.unwrap();
        let locked = lock(&journal).await;
        let created = journal.create(&locked, &entry("r2", 20), &plan()).await;
        created.unwrap();
        let r2 = segue_model::ReleaseId::new("r2");
        journal.append(&locked, &r2, &[started()], 1).await.unwrap();
        journal.ask(&r2, &Wish::Stop, "ana", "", 1).await.unwrap();
        journal.watch().await.unwrap();
        assert_eq!(journal.events(&r1(), 0).await.unwrap().len(), 3);

        let may = "GRANT USAGE ON SCHEMA segue TO looking;
                   GRANT SELECT ON ALL TABLES IN SCHEMA segue TO looking;";
        let url = role(server, &database, "looking", may).await;
        let looking = Postgres::open(&url).await.unwrap();
        assert_eq!(looking.events(&r1(), 0).await.unwrap().len(), 3);
        assert!(looking.held("production").await.unwrap().is_some());
        let failure = looking.append(&locked, &r2, &[resumed("x")], 1).await;
        let failure = failure.unwrap_err();
        assert_eq!(
            (failure.kind, failure.code.as_str()),
            (FailureKind::Internal, "SEG6017")
        );
    });
}

#[test]
fn an_append_is_on_the_disk_whatever_the_servers_default_is() {
    on_postgres(|store| async move {
        let server = server().unwrap();
        let database = database(&store);
        store.open().await;
        let spy = format!(
            "ALTER DATABASE {database} SET synchronous_commit = off;
             CREATE TABLE spied (setting text);
             CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO spied VALUES (current_setting('synchronous_commit'));
                 RETURN NEW;
             END $$;
             CREATE TRIGGER spy BEFORE INSERT ON segue.event
             FOR EACH ROW EXECUTE FUNCTION spy();"
        );
        server.sql(&database, &spy).await;
        written(&store).await;
        let settings = server
            .sql(&database, "SELECT DISTINCT setting FROM spied")
            .await;
        assert_eq!(settings, ["on"]);
    });
}
