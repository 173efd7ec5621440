//! Outages on command. A layer around every route; what it decides is drawn from a seed, so that a run can be repeated.
//! Closing the listener is not done here: that is the listener's own command.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{Request, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use tokio::sync::watch;

use crate::{
    attachments,
    connection::{Cut, Cutter},
    orders::Orders,
    problem::Problem,
    submission,
};

/// What a captive portal says in place of the answer.
const PORTAL: &str = "<!doctype html><title>Harbour Wi-Fi</title><h1>Sign in to Harbour Wi-Fi</h1>\
                      <form action=\"/login\" method=\"post\"><button>Accept and connect</button></form>";

/// The orders in force; clones share them.
#[derive(Debug, Clone)]
pub struct Faults {
    /// The orders and the state of chance.
    desk: Arc<Mutex<Desk>>,
    /// Raised by every change of the orders, so that stalled requests end.
    changes: watch::Sender<u64>,
}

/// The orders in force and what was drawn from them.
#[derive(Debug, Default)]
struct Desk {
    /// The orders.
    orders: Orders,
    /// How many requests they have disturbed.
    disturbed: u64,
    /// The state of chance.
    chance: u64,
}

/// What happens to one request.
#[derive(Debug, Clone, PartialEq)]
struct Fate {
    /// The wait before it is handled.
    before: Duration,
    /// The wait between the effect and the answer.
    after: Duration,
    /// What then becomes of it.
    end: End,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
enum End {
    /// It is handled and answered.
    Answer,
    /// It is never answered.
    Stall,
    /// It is not handled; this goes out.
    Instead(StatusCode, Option<String>),
    /// It is not handled; a login page goes out.
    Portal,
    /// It is handled and the connection reset.
    DropAfterApply,
    /// It is handled and half of the answer's body goes out.
    DropMidBody,
    /// It is handled and half of the answer's body goes out; the rest when the orders change.
    StallMidBody,
    /// It is handled and answered, its length left open.
    Unsized,
}

impl Default for Faults {
    fn default() -> Self {
        Self { desk: Arc::default(), changes: watch::channel(0).0 }
    }
}

impl Faults {
    /// Replaces the orders as a whole.
    pub fn replace(&self, orders: Orders) {
        let chance = orders.seed;
        *self.desk() = Desk { orders, disturbed: 0, chance };
        self.changes.send_modify(|count| *count += 1);
    }

    /// The orders in force.
    pub fn orders(&self) -> Orders {
        self.desk().orders.clone()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Draws what happens to a request; `None` when the orders do not concern it.
    fn draw(&mut self, request: &Request<Body>) -> Option<Fate> {
        if !self.orders.concern(request) || self.orders.times.is_some_and(|times| self.disturbed >= times) {
            return None;
        }
        self.disturbed += 1;
        // Always three draws, so that one order more does not shift the chance of the others.
        let (length, split, dropped) = (self.roll(), self.roll(), self.roll());
        let (least, most) = self.orders.delay_ms.unwrap_or_default();
        let delay = Duration::from_millis(least).mul_f64(1.0 - length) + Duration::from_millis(most).mul_f64(length);
        let before = delay.mul_f64(split);
        Some(Fate { before, after: delay.saturating_sub(before), end: self.end(dropped) })
    }

    fn end(&self, dropped: f64) -> End {
        let orders = &self.orders;
        if orders.stall {
            return End::Stall;
        }
        if orders.portal {
            return End::Portal;
        }
        if let Some(status) = orders.status {
            let retry_after = orders.retry_after.as_ref();
            let retry_after = retry_after.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            return End::Instead(StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE), retry_after);
        }
        if dropped < orders.drop_after_apply {
            return End::DropAfterApply;
        }
        match orders {
            Orders { drop_mid_body: true, .. } => End::DropMidBody,
            Orders { stall_mid_body: true, .. } => End::StallMidBody,
            Orders { unsized_body: true, .. } => End::Unsized,
            _ => End::Answer,
        }
    }

    /// The next number of SplitMix64, between 0 and 1.
    fn roll(&mut self) -> f64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The layer: does to each request what the orders say.
pub async fn disturb(State(faults): State<Faults>, request: Request<Body>, next: Next) -> Response {
    let mut changes = faults.changes.subscribe();
    let Some(fate) = faults.desk().draw(&request) else {
        return next.run(request).await;
    };
    let Some(cutter) = request.extensions().get::<Cutter>().cloned() else {
        return next.run(request).await;
    };
    tokio::time::sleep(fate.before).await;
    let response = match fate.end {
        End::Stall => {
            // An error means that the server is gone; then there is nothing to wait for either.
            let _ = changes.changed().await;
            return cut(&cutter).await;
        }
        End::Instead(status, ref retry_after) => {
            read_to_end(request).await;
            let mut response = Problem::new(status.as_u16(), "a fault was ordered").into_response();
            if let Some(value) = retry_after.as_ref().and_then(|value| value.parse().ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
            response
        }
        End::Portal => {
            read_to_end(request).await;
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], PORTAL)
                .into_response()
        }
        End::Answer | End::DropAfterApply | End::DropMidBody | End::StallMidBody | End::Unsized => {
            next.run(request).await
        }
    };
    tokio::time::sleep(fate.after).await;
    match fate.end {
        End::DropAfterApply => cut(&cutter).await,
        End::DropMidBody => halve(response, cutter).await,
        End::StallMidBody => pause(response, changes).await,
        End::Unsized => {
            let (mut head, body) = response.into_parts();
            head.headers.remove(header::CONTENT_LENGTH);
            // A stream has no length for hyper to declare.
            Response::from_parts(head, Body::from_stream(body.into_data_stream()))
        }
        End::Stall | End::Instead(..) | End::Portal | End::Answer => response,
    }
}

/// Resets the connection. Never returns: the connection's task drops it.
async fn cut(cutter: &Cutter) -> Response {
    cutter.cut(Cut::Reset);
    std::future::pending().await
}

/// A client that is still sending would see a broken connection in place of the answer.
async fn read_to_end(request: Request<Body>) {
    let _ = to_bytes(request.into_body(), attachments::MAX_BYTES + submission::MAX_BYTES).await;
}

/// The same answer; the second half waits until the orders change, or the server is gone.
async fn pause(response: Response, mut changes: watch::Receiver<u64>) -> Response {
    let (mut head, body) = response.into_parts();
    let whole = body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default();
    head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let (first, second) = (whole.slice(..whole.len() / 2), whole.slice(whole.len() / 2..));
    let late = async move {
        let _ = changes.changed().await;
        Ok(second)
    };
    let pieces = stream::once(async { Ok::<_, std::convert::Infallible>(first) }).chain(stream::once(late));
    Response::from_parts(head, Body::from_stream(pieces))
}

/// The same answer, its length declared in full, ending in the middle. One without a body is left whole.
async fn halve(response: Response, cutter: Cutter) -> Response {
    let (mut head, mut body) = response.into_parts();
    let whole = match hyper::body::Body::size_hint(&body).exact() {
        Some(0) => return Response::from_parts(head, body),
        Some(_) => body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default(),
        // A stream without an end is cut after its first piece.
        None => match body.frame().await {
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            _ => Bytes::new(),
        },
    };
    let half = whole.slice(..whole.len() / 2);
    if !head.headers.contains_key(header::CONTENT_LENGTH) {
        head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    }
    let pieces = stream::unfold(Some(half), move |half| {
        let cutter = cutter.clone();
        async move {
            if let Some(half) = half {
                return Some((Ok::<_, std::convert::Infallible>(half), None));
            }
            // Waiting once lets hyper hand the half to the system before the connection ends.
            tokio::task::yield_now().await;
            cutter.cut(Cut::Close);
            std::future::pending().await
        }
    });
    Response::from_parts(head, Body::from_stream(pieces))
}
