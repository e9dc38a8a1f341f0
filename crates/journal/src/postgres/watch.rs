//! What other processes write: the server tells, and is asked now and then in case
//! that it could not.

use super::{
    said,
    session::{Server, Wire, within},
};
use crate::Changes;
use async_trait::async_trait;
use segue_model::Failure;
use std::{future::poll_fn, sync::Arc, time::Duration};
use tokio::sync::watch::{self, Receiver, Sender};
use tokio_postgres::{AsyncMessage, Client};

/// Every so often there may have been something that was not told.
const ANYWAY: Duration = Duration::from_secs(5);

pub(super) struct Watch {
    server: Arc<Server>,
    ear: Option<Ear>,
}

/// A session that listens.
struct Ear {
    told: Receiver<()>,
    // The session ends with it.
    _client: Client,
}

impl Watch {
    pub async fn new(server: Arc<Server>) -> Result<Self, Failure> {
        let ear = Some(server.patiently(|| listen(&server)).await?);
        Ok(Self { server, ear })
    }
}

#[async_trait]
impl Changes for Watch {
    async fn next(&mut self) -> Result<(), Failure> {
        let Some(ear) = &mut self.ear else {
            self.ear = Some(self.server.patiently(|| listen(&self.server)).await?);
            return Ok(());
        };
        if let Ok(Err(_broken)) = tokio::time::timeout(ANYWAY, ear.told.changed()).await {
            self.ear = None;
            self.ear = Some(self.server.patiently(|| listen(&self.server)).await?);
        }
        Ok(())
    }
}

async fn listen(server: &Server) -> Result<Ear, Failure> {
    let (client, wire) = server.connect().await?;
    let (tell, told) = watch::channel(());
    tokio::spawn(hear(wire, tell));
    within(server.waits.answer, client.batch_execute("LISTEN segue"))
        .await?
        .map_err(said("watch"))?;
    Ok(Ear {
        told,
        _client: client,
    })
}

/// Until the session ends.
async fn hear(mut wire: Wire, tell: Sender<()>) {
    while let Some(Ok(message)) = poll_fn(|context| wire.poll_message(context)).await {
        if let AsyncMessage::Notification(_) = message
            && tell.send(()).is_err()
        {
            return;
        }
    }
}
