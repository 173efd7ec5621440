//! What changed, told to every listener as server-sent events. Only names are sent: listeners read again.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::header,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::{broadcast, watch};

use crate::app::App;

/// How long a page waits before it connects again.
const RETRY: Duration = Duration::from_secs(2);
/// How often a quiet stream shows that it lives.
const PING: Duration = Duration::from_secs(15);

/// One committed change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The board it happened on.
    pub board: String,
    /// The card it happened to, if not to the board itself.
    pub card: Option<String>,
    /// What was written.
    pub kind: Kind,
    /// Whether it is gone now.
    pub deleted: bool,
}

/// What a change wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A board's own fields.
    Board,
    /// A card.
    Card,
    /// A comment on a card.
    Comment,
    /// A file on a card.
    Attachment,
}

impl Change {
    /// A change to a board.
    pub fn of_board(board: &str, kind: Kind) -> Self {
        Self { board: board.to_owned(), card: None, kind, deleted: false }
    }

    /// A change to a card or to what hangs on it.
    pub fn of_card(board: &str, card: &str, kind: Kind) -> Self {
        Self { card: Some(card.to_owned()), ..Self::of_board(board, kind) }
    }

    /// The same change, of a thing that is gone.
    pub fn deleted(self) -> Self {
        Self { deleted: true, ..self }
    }
}

/// `GET /api/events`: an event per change from now on, until the client leaves or the server stops.
pub async fn stream(State(app): State<App>) -> impl IntoResponse {
    let listener = Listener { changes: app.store.subscribe(), stopped: app.stopped, greeted: false };
    let events = stream::unfold(listener, Listener::next);
    let alive = KeepAlive::new().interval(PING).text("ping");
    ([(header::CACHE_CONTROL, "no-cache")], Sse::new(events).keep_alive(alive))
}

/// One client of the stream.
struct Listener {
    /// Where changes come from.
    changes: broadcast::Receiver<Change>,
    /// Turns true when the server stops.
    stopped: watch::Receiver<bool>,
    /// Whether the opening lines were sent.
    greeted: bool,
}

impl Listener {
    /// The next event. A client that lagged too far behind is disconnected: it reads everything again when it returns.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(Event::default().retry(RETRY).comment("open")), self));
        }
        let change = tokio::select! {
            change = self.changes.recv() => change.ok()?,
            _ = self.stopped.wait_for(|stopped| *stopped) => return None,
        };
        let data = serde_json::to_string(&change).ok()?;
        Some((Ok(Event::default().event("change").data(data)), self))
    }
}
