//! Sessions on the server: made within bounds, and replaced when they broke.

use super::{Waits, address::Address, said, tls, unavailable};
use segue_model::{Failure, FailureKind};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{Client, Connection, Socket};

/// The first wait before a new session; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(50);
/// The longest one.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What carries a session's bytes; it has to be driven.
pub(super) type Wire = Connection<Socket, tls::Stream<Socket>>;

/// A server, and the session on it that reads and writes.
pub(super) struct Server {
    pub address: Address,
    pub waits: Waits,
    session: Mutex<Option<Arc<Client>>>,
}

impl Server {
    pub fn new(address: Address, waits: Waits) -> Self {
        Self {
            address,
            waits,
            session: Mutex::default(),
        }
    }

    /// A new session that the caller drives.
    pub async fn connect(&self) -> Result<(Client, Wire), Failure> {
        let connecting = self.address.config.connect(self.address.tls.clone());
        within(self.waits.answer, connecting)
            .await?
            .map_err(said("open"))
    }

    /// A new session, driven by the runtime.
    pub async fn session(&self) -> Result<Client, Failure> {
        let (client, wire) = self.connect().await?;
        // Its end is told by the client, to whoever asks something of it.
        tokio::spawn(async { drop(wire.await) });
        within(
            self.waits.answer,
            client.batch_execute(&settings(self.waits)),
        )
        .await?
        .map_err(said("open"))?;
        Ok(client)
    }

    /// Does `work` on a session. Where that breaks it is done again on a new one,
    /// until the waits are over: `work` must be such that doing it twice is the
    /// same as once.
    pub async fn work<T, F>(&self, work: impl Fn(Arc<Client>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.patiently(|| self.try_once(&work)).await
    }

    /// Tries again while the server is out of reach, until the waits are over.
    pub async fn patiently<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let ends = Instant::now() + self.waits.patience;
        let mut wait = FIRST_WAIT;
        loop {
            let failure = match attempt().await {
                Err(failure) if failure.kind == FailureKind::Unavailable => failure,
                outcome => return outcome,
            };
            if Instant::now() + wait >= ends {
                return Err(failure);
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    async fn try_once<T, F>(&self, work: &impl Fn(Arc<Client>) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let client = self.current().await?;
        // The server gives up by itself after `answer`; a server that is cut off
        // cannot say so.
        let outcome = within(self.waits.answer * 2, work(client.clone()));
        let outcome = outcome.await.and_then(|it| it);
        if matches!(&outcome, Err(failure) if failure.kind == FailureKind::Unavailable) {
            self.forget(&client).await;
        }
        outcome
    }

    async fn current(&self) -> Result<Arc<Client>, Failure> {
        let mut session = self.session.lock().await;
        if let Some(client) = session.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        let client = Arc::new(self.session().await?);
        *session = Some(client.clone());
        Ok(client)
    }

    async fn forget(&self, broken: &Arc<Client>) {
        let mut session = self.session.lock().await;
        if session.as_ref().is_some_and(|it| Arc::ptr_eq(it, broken)) {
            *session = None;
        }
    }
}

/// An answer within `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = T>,
) -> Result<T, Failure> {
    let answer = timeout(limit, answer).await;
    answer.map_err(|_| unavailable(format!("no answer within {limit:?}")))
}

/// What a session is set to, whatever the server's defaults are. An append is on
/// the disk when it has returned: a default that is stronger (`remote_apply`) stays.
fn settings(waits: Waits) -> String {
    let limit = waits.answer.as_millis();
    format!(
        "SELECT set_config(name, wanted.value, false)
         FROM pg_settings JOIN (VALUES
             ('synchronous_commit', 'on'),
             ('statement_timeout', '{limit}'),
             ('lock_timeout', '{limit}'),
             ('idle_in_transaction_session_timeout', '{limit}'),
             ('idle_session_timeout', '0'),
             ('default_transaction_isolation', 'read committed')
         ) AS wanted (name, value) USING (name)
         WHERE setting <> 'remote_apply'"
    )
}
