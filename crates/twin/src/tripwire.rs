//! Stops the world at one point, so that a test can end a process right there:
//! before a request that changes something is carried out, after it was and
//! before anybody hears of it, or when something that it began comes to its end.
//!
//! Every point that is passed is noted, so that a test can try all of them.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::Method;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// On which side of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// It has not happened.
    Before,
    /// It has happened, and nobody was told.
    After,
}

/// One point in the history of a world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// On which side.
    pub side: Side,
    /// Of what: `arm PUT /subscriptions/…`.
    pub what: String,
    /// The how manieth of its kind it is, from 1.
    pub nth: usize,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            Side::Before => "before",
            Side::After => "after",
        };
        write!(f, "{side} {}", self.what)?;
        match self.nth {
            1 => Ok(()),
            nth => write!(f, " ({nth})"),
        }
    }
}

/// Where the world is to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// At this point.
    At(Point),
    /// At the n-th point that is passed from now on, from 1.
    Next(usize),
}

/// Stops the world at one point.
#[derive(Debug, Default)]
pub struct Tripwire {
    state: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    passed: Vec<Point>,
    times: BTreeMap<(Side, String), usize>,
    armed: Option<(Stop, oneshot::Sender<Point>)>,
}

impl Tripwire {
    /// The world stops there, once. The receiver is told when it does.
    pub fn arm(&self, stop: Stop) -> oneshot::Receiver<Point> {
        let (sender, receiver) = oneshot::channel();
        self.lock().armed = Some((stop, sender));
        receiver
    }

    /// The world does not stop any more.
    pub fn disarm(&self) {
        self.lock().armed = None;
    }

    /// Every point that was passed, in order.
    pub fn passed(&self) -> Vec<Point> {
        self.lock().passed.clone()
    }

    /// Forgets what was passed.
    pub fn reset(&self) {
        *self.lock() = Inside::default();
    }

    /// Passes a point; does not return when the world stops there.
    pub async fn pass(&self, side: Side, what: &str) {
        if self.note(side, what) {
            std::future::pending().await
        }
    }

    /// Notes a point; whether the world stops there.
    pub(crate) fn note(&self, side: Side, what: &str) -> bool {
        let mut inside = self.lock();
        let nth = inside.times.entry((side, what.to_owned())).or_default();
        *nth += 1;
        let point = Point {
            side,
            what: what.to_owned(),
            nth: *nth,
        };
        inside.passed.push(point.clone());
        let stops = match &mut inside.armed {
            None => false,
            Some((Stop::At(at), _)) => *at == point,
            Some((Stop::Next(left), _)) => {
                *left = left.saturating_sub(1);
                *left == 0
            }
        };
        if stops && let Some((_, told)) = inside.armed.take() {
            // Whoever armed it may have lost interest; the world stops anyway.
            let _ = told.send(point);
        }
        stops
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

tokio::task_local! {
    /// Set while a request is carried out that is guarded.
    static GUARDED: ();
}

/// Whether this happens within a request that is guarded.
pub(crate) fn is_guarded() -> bool {
    GUARDED.try_with(|()| ()).is_ok()
}

#[derive(Clone)]
struct Guard {
    api: String,
    tripwire: Arc<Tripwire>,
}

/// Puts the tripwire before `router`, which serves `api`: every request that may
/// change something passes two points, before it and after it.
pub fn guard(router: Router, api: &str, tripwire: &Arc<Tripwire>) -> Router {
    let guard = Guard {
        api: api.to_owned(),
        tripwire: tripwire.clone(),
    };
    router.layer(from_fn_with_state(guard, pass))
}

async fn pass(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if is_reading(&request) {
        return next.run(request).await;
    }
    let what = format!(
        "{} {} {}",
        guard.api,
        request.method(),
        request.uri().path()
    );
    guard.tripwire.pass(Side::Before, &what).await;
    let response = GUARDED.scope((), next.run(request)).await;
    guard.tripwire.pass(Side::After, &what).await;
    response
}

/// The last segments of POST requests that read.
const READING: [&str; 4] = ["list", "listkeys", "containerlogs", "getfullurl"];

fn is_reading(request: &Request) -> bool {
    match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => true,
        Method::POST => {
            let last = request.uri().path().rsplit('/').next().unwrap_or_default();
            READING.iter().any(|it| last.eq_ignore_ascii_case(it))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_stops_once_and_where_it_was_told_to() {
        let tripwire = Tripwire::default();
        let second = Point {
            side: Side::After,
            what: "x".into(),
            nth: 2,
        };
        let mut told = tripwire.arm(Stop::At(second.clone()));
        assert!(!tripwire.note(Side::After, "x") && !tripwire.note(Side::Before, "x"));
        assert!(told.try_recv().is_err());
        assert!(tripwire.note(Side::After, "x"));
        assert_eq!(told.try_recv().unwrap(), second);
        assert!(!tripwire.note(Side::After, "x"));
        assert_eq!(tripwire.passed().len(), 4);
        assert_eq!(second.to_string(), "after x (2)");
    }

    #[test]
    fn the_next_points_are_counted_from_when_it_is_armed() {
        let tripwire = Tripwire::default();
        tripwire.note(Side::Before, "a");
        let _told = tripwire.arm(Stop::Next(2));
        assert!(!tripwire.note(Side::After, "a"));
        assert!(tripwire.note(Side::Before, "b"));
    }
}
