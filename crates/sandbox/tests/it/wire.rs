//! The network as it is: a TCP proxy between an adapter and a twin that breaks
//! whenever it is told to.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Clear,
    /// Every connection is reset, once.
    Cut,
    /// Nothing passes and nothing is closed: connections are half open. Those that
    /// stand never come back, new ones do when the weather clears.
    Stall,
    /// The next request is delivered, and its connection is reset before the answer.
    Deaf,
    /// The next answer ends in its middle.
    Truncate,
    /// Answers come byte by byte, too slowly to end.
    Slow,
    /// Connections are closed, new ones are reset.
    Refuse,
}

impl Weather {
    /// All that is bad.
    pub const BAD: [Self; 6] = [
        Self::Cut,
        Self::Stall,
        Self::Deaf,
        Self::Truncate,
        Self::Slow,
        Self::Refuse,
    ];
}

/// Between two bytes of a slow answer.
const DRIP: Duration = Duration::from_millis(20);

/// A TCP proxy in front of one twin. Dropping it ends everything that it holds.
pub struct Wire {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
    server: JoinHandle<()>,
}

struct Inner {
    upstream: SocketAddr,
    now: watch::Sender<Now>,
    /// Pieces that clients have sent: nearly one for each request.
    sent: AtomicUsize,
    /// At which pieces the weather turns, in order, and to what.
    forecast: Mutex<(VecDeque<usize>, Weather)>,
    /// How often it has turned.
    strikes: AtomicUsize,
}

#[derive(Debug, Clone, Copy)]
struct Now {
    weather: Weather,
    /// How often every connection was cut.
    cuts: u64,
}

impl Wire {
    /// A wire to whoever listens at `upstream`.
    pub async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            upstream,
            now: watch::Sender::new(Now {
                weather: Weather::Clear,
                cuts: 0,
            }),
            sent: AtomicUsize::new(0),
            forecast: Mutex::new((VecDeque::new(), Weather::Clear)),
            strikes: AtomicUsize::new(0),
        });
        let server = tokio::spawn(accept(listener, inner.clone()));
        Self {
            address,
            inner,
            server,
        }
    }

    /// The weather turns to `weather` when the pieces with these numbers (from 0,
    /// ascending) come from clients.
    pub fn forecast(&self, at: impl IntoIterator<Item = usize>, weather: Weather) {
        *self.inner.forecast.lock().unwrap() = (at.into_iter().collect(), weather);
    }

    /// Everything passes again.
    pub fn clear(&self) {
        self.inner
            .now
            .send_modify(|now| now.weather = Weather::Clear);
    }

    /// How many pieces clients have sent.
    pub fn sent(&self) -> usize {
        self.inner.sent.load(SeqCst)
    }

    /// How often the weather turned as it was forecast.
    pub fn strikes(&self) -> usize {
        self.inner.strikes.load(SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Inner {
    /// Counts a piece. What strikes the connection that it came over, if the
    /// weather turns with it.
    fn count(&self) -> Option<Weather> {
        let number = self.sent.fetch_add(1, SeqCst);
        let mut forecast = self.forecast.lock().unwrap();
        let (at, weather) = &mut *forecast;
        if at.front().is_none_or(|at| *at > number) {
            return None;
        }
        at.pop_front();
        self.strikes.fetch_add(1, SeqCst);
        self.now.send_modify(|now| match weather {
            Weather::Cut => now.cuts += 1,
            Weather::Stall | Weather::Slow | Weather::Refuse => now.weather = *weather,
            Weather::Clear | Weather::Deaf | Weather::Truncate => {}
        });
        Some(*weather)
    }

    fn is(&self, weather: Weather) -> bool {
        self.now.borrow().weather == weather
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    // The connections live in this set, so that they end with the wire.
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(carry(client, inner.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn carry(mut client: TcpStream, inner: Arc<Inner>) {
    let mut weather = inner.now.subscribe();
    let now = *weather.borrow_and_update();
    match now.weather {
        Weather::Refuse => return reset(&client),
        // Accepted, and that is all that ever happens on it.
        Weather::Stall => return std::future::pending().await,
        _ => {}
    }
    let Ok(mut server) = TcpStream::connect(inner.upstream).await else {
        return reset(&client);
    };
    let (mut asked, mut said) = (vec![0; 1 << 14], vec![0; 1 << 14]);
    let mut struck = None;
    loop {
        tokio::select! {
            biased;
            changed = weather.changed() => {
                let is = *weather.borrow_and_update();
                match is.weather {
                    _ if changed.is_err() => return,
                    _ if is.cuts > now.cuts => return reset(&client),
                    Weather::Refuse => return,
                    Weather::Stall => return std::future::pending().await,
                    _ => {}
                }
            }
            piece = client.read(&mut asked) => {
                let Ok(length @ 1..) = piece else { return };
                struck = inner.count().or(struck);
                match struck {
                    Some(Weather::Cut) => return reset(&client),
                    Some(Weather::Stall) => return std::future::pending().await,
                    Some(Weather::Refuse) => return,
                    _ => {}
                }
                if server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
            }
            piece = server.read(&mut said) => {
                let Ok(length @ 1..) = piece else { return };
                let said = &said[..length];
                match struck {
                    Some(Weather::Deaf) => return reset(&client),
                    Some(Weather::Truncate) => {
                        let _ = client.write_all(&said[..length / 2]).await;
                        return;
                    }
                    _ => {}
                }
                if tell(&mut client, said, &inner).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Passes an answer on, byte by byte while the weather is slow.
async fn tell(client: &mut TcpStream, mut said: &[u8], inner: &Inner) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    while let [first, rest @ ..] = said
        && inner.is(Weather::Slow)
    {
        client.write_all(&[*first]).await?;
        said = rest;
        tokio::time::sleep(DRIP).await;
    }
    client.write_all(said).await
}

/// The next that happens to the connection is that it is dropped, and reset.
fn reset(client: &TcpStream) {
    let _ = client.set_zero_linger();
}
