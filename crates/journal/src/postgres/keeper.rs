//! What keeps a lock: a thread of its own with a session of its own, which renews
//! it whatever the rest of the process is busy with.

use super::{
    clock,
    guard::{Lease, LeaseGuard},
    lease::{self, Standing},
    session::{Server, within},
};
use crate::{Claim, Lock, Locked};
use segue_model::Failure;
use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};
use tokio_postgres::Client;

/// How soon the end of the session is seen, and a new one made.
const LOOK: Duration = Duration::from_millis(500);

/// How long whoever gives a lock back waits for the server.
const GIVING_BACK: Duration = Duration::from_secs(2);

/// Asks for the lock of `environment`.
pub(super) async fn lock(
    server: &Arc<Server>,
    environment: &str,
    claim: &Claim,
    at_ms: i64,
) -> Result<Lock, Failure> {
    let (answer, answered) = oneshot::channel();
    let (server, environment, claim) = (server.clone(), environment.to_owned(), claim.clone());
    let cannot = |error: std::io::Error| {
        Failure::internal("SEG6004", "could not start what keeps the lock").words(error.to_string())
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot)?;
    std::thread::Builder::new()
        .name("lock".into())
        .spawn(move || {
            runtime.block_on(async {
                let acquire = || acquire(&server, &environment, &claim, at_ms);
                match server.patiently(acquire).await {
                    Ok(Ok(keeper)) => keeper.keep(answer).await,
                    // Nobody waits any longer: nothing is held.
                    Ok(Err(standing)) => drop(answer.send(Ok(Lock::Theirs(standing.held)))),
                    Err(failure) => drop(answer.send(Err(failure))),
                }
            });
        })
        .map_err(cannot)?;
    answered.await.unwrap_or_else(|_| {
        Err(Failure::internal(
            "SEG6004",
            "what keeps the lock has ended",
        ))
    })
}

/// The lock, or how it stands with somebody else.
async fn acquire(
    server: &Arc<Server>,
    environment: &str,
    claim: &Claim,
    at_ms: i64,
) -> Result<Result<Keeper, Standing>, Failure> {
    let client = server.session().await?;
    let answer = server.waits.answer;
    let term = server.waits.term;
    let mut waits_for = None;
    loop {
        let standing = within(answer, lease::standing(&client, environment)).await??;
        let gone = standing.as_ref().filter(|it| it.gone).map(|it| it.token);
        if let Some(theirs) = standing.filter(|it| !it.gone)
            && let Some(remains) = theirs.remains
        {
            let (token, since) = *waits_for.get_or_insert((theirs.token, Instant::now()));
            // Taken by another, or renewed meanwhile: somebody lives.
            if theirs.lives || token != theirs.token || since.elapsed() > term * 2 {
                return Ok(Err(theirs));
            }
            sleep(remains.min(term / 20)).await;
            continue;
        }
        let asked = clock::now();
        let taken = lease::take(&client, environment, claim, at_ms, term, gone);
        if let Some(token) = within(answer, taken).await?? {
            let lease = Arc::new(Lease::new(environment, token, term));
            lease.renewed(asked);
            return Ok(Ok(Keeper {
                server: server.clone(),
                lease,
                session: Some((client, true)),
            }));
        }
    }
}

/// Renews a lock until it is given back or lost.
struct Keeper {
    server: Arc<Server>,
    lease: Arc<Lease>,
    /// Whether others can see that it is there.
    session: Option<(Client, bool)>,
}

impl Keeper {
    async fn keep(mut self, answer: oneshot::Sender<Result<Lock, Failure>>) {
        let (give_back, mut given_back) = oneshot::channel();
        let (done, is_done) = mpsc::channel();
        let guard = LeaseGuard {
            lease: self.lease.clone(),
            end: Mutex::new(Some((give_back, is_done))),
            patience: GIVING_BACK,
        };
        let locked = Locked::new(&self.lease.environment, self.lease.token, Arc::new(guard));
        if let Err(unheard) = answer.send(Ok(Lock::Ours(locked))) {
            // Dropped on a thread of its own: this one is to give it back.
            std::thread::spawn(move || drop(unheard));
        }
        let third = self.server.waits.term / 3;
        let mut next = Instant::now() + third;
        let lease = self.lease.clone();
        loop {
            tokio::select! {
                _ = &mut given_back => break,
                () = lease.until_lost() => return,
                () = sleep(third.min(LOOK)) => {}
            }
            if Instant::now() < next && self.is_seen() {
                continue;
            }
            // A renewal that hangs is given up in time for another.
            let renewed = tokio::select! {
                renewed = within(third, self.renew()) => renewed.and_then(|it| it),
                _ = &mut given_back => break,
            };
            next = Instant::now() + third;
            if renewed.is_err() {
                self.session = None;
            }
        }
        let _ = within(GIVING_BACK, self.give_back()).await;
        drop(done);
    }

    /// Whether others can see that the holder lives.
    fn is_seen(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|(client, is_seen)| *is_seen && !client.is_closed())
    }

    async fn renew(&mut self) -> Result<(), Failure> {
        let (client, is_seen) = match &mut self.session {
            Some((client, is_seen)) if !client.is_closed() => (client, is_seen),
            _ => {
                let client = self.server.session().await?;
                let (client, is_seen) = self.session.insert((client, false));
                (client, is_seen)
            }
        };
        let asked = clock::now();
        let Lease {
            environment, token, ..
        } = &*self.lease;
        let term = self.server.waits.term;
        match lease::renew(client, environment, *token, term, !*is_seen).await? {
            Some(seen) => {
                *is_seen = seen;
                self.lease.renewed(asked);
            }
            None => self.lease.lose(),
        }
        Ok(())
    }

    async fn give_back(&mut self) -> Result<(), Failure> {
        let Lease {
            environment, token, ..
        } = &*self.lease;
        match &self.session {
            Some((client, _)) if !client.is_closed() => {
                lease::release(client, environment, *token).await
            }
            _ => {
                let client = self.server.session().await?;
                lease::release(&client, environment, *token).await
            }
        }
    }
}
