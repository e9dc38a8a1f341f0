//! A network that can be cut: a TCP proxy on loopback.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
};

/// Passes bytes on to a server, until it is told otherwise.
pub struct Proxy {
    pub port: u16,
    wire: Arc<Wire>,
}

struct Wire {
    /// What is on the way stays on the way, both ways; for those connections that
    /// were made while it was so, or before.
    stalled: watch::Sender<bool>,
    /// Connections made from now on are passed on, whatever else is stalled.
    renewed: AtomicBool,
    /// Connections are closed as soon as they are made.
    closed: AtomicBool,
    /// The next bytes on their way to the server are lost, with their connection.
    lose_request: AtomicBool,
    /// The next bytes on their way back are.
    lose_answer: AtomicBool,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Wire {
            stalled: watch::Sender::new(false),
            renewed: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            lose_request: AtomicBool::new(false),
            lose_answer: AtomicBool::new(false),
        });
        let passed = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !passed.closed.load(SeqCst) {
                    pass(client, server, &passed).await;
                }
            }
        });
        Self { port, wire }
    }

    pub fn stall(&self) {
        self.wire.renewed.store(false, SeqCst);
        self.wire.stalled.send_replace(true);
    }

    /// New connections are passed on; the old ones stay as they are.
    pub fn pass_new_ones(&self) {
        self.wire.renewed.store(true, SeqCst);
    }

    pub fn go_on(&self) {
        self.wire.stalled.send_replace(false);
    }

    pub fn close(&self, closed: bool) {
        self.wire.closed.store(closed, SeqCst);
    }

    pub fn lose_next_request(&self) {
        self.wire.lose_request.store(true, SeqCst);
    }

    pub fn lose_next_answer(&self) {
        self.wire.lose_answer.store(true, SeqCst);
    }
}

async fn pass(client: TcpStream, server: u16, wire: &Arc<Wire>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let minds = !wire.renewed.load(SeqCst);
    let (there, back) = (wire.clone(), wire.clone());
    let there = carry(from_client, to_server, minds, there, |it| &it.lose_request);
    let back = carry(from_server, to_client, minds, back, |it| &it.lose_answer);
    // When one way ends, so does the other: both halves are dropped.
    tokio::spawn(async {
        tokio::select! { () = there => {}, () = back => {} }
    });
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    minds: bool,
    wire: Arc<Wire>,
    lost: impl Fn(&Wire) -> &AtomicBool,
) {
    let mut stalled = wire.stalled.subscribe();
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut bytes).await.unwrap_or(0);
        if minds {
            stalled.wait_for(|stalled| !stalled).await.unwrap();
        }
        if read == 0 || lost(&wire).swap(false, SeqCst) {
            return;
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
