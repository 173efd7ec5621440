//! Which path goes to which handler. Holds no behaviour of its own.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post},
};
use tokio::sync::watch;

use crate::{
    attachments, batch, boards, cards, comments, events,
    faults::{self, Faults},
    log::{self, Log},
    options::Options,
    probes,
    problem::Problem,
    static_files::StaticFiles,
    store::Store,
    submission,
};

/// What every handler can reach.
#[derive(Debug, Clone)]
pub struct App {
    /// The database and the feed of its changes.
    pub store: Store,
    /// Turns true when the server stops; endless answers end then.
    pub stopped: watch::Receiver<bool>,
}

/// The site as people use it.
pub fn router(app: App, options: &Options) -> Router {
    let files = StaticFiles::new(options);
    with_batches(api().with_state(app)).fallback(move |request| files.clone().answer(request))
}

/// The site with test resources, watched by the log and disturbed by the faults.
pub fn router_with_faults(app: App, options: &Options, faults: Faults, log: Log) -> Router {
    let files = StaticFiles::new(options);
    let routes = api().merge(probe_api()).with_state(app);
    // The last layer is the outermost: the log sees every arrival, also those that a fault answers, and each of a batch by itself.
    let watched = |routes: Router| {
        routes
            .layer(middleware::from_fn_with_state(log.clone(), log::count_replays))
            .layer(middleware::from_fn_with_state(faults.clone(), faults::disturb))
            .layer(middleware::from_fn_with_state(log.clone(), log::record))
    };
    let batches = batches(watched(routes.clone()));
    watched(routes.merge(batches).fallback(move |request| files.clone().answer(request)))
}

/// These routes, and batches of requests to them.
fn with_batches(routes: Router) -> Router {
    let batches = batches(routes.clone());
    routes.merge(batches)
}

fn batches(routes: Router) -> Router {
    let limit = DefaultBodyLimit::max(submission::MAX_BYTES);
    Router::new().route("/api/batch", post(move |asked| batch::answer(routes.clone(), asked))).layer(limit)
}

fn api() -> Router<App> {
    let attachment_limit = DefaultBodyLimit::max(attachments::MAX_BYTES + submission::MAX_BYTES);
    Router::new()
        .route("/api/boards", get(boards::list).post(boards::create))
        .route("/api/boards/{board}", get(boards::read).patch(boards::change).delete(boards::delete))
        .route("/api/boards/{board}/cards", get(cards::list).post(cards::create))
        .route("/api/boards/{board}/cards/{card}", get(cards::read).patch(cards::change).delete(cards::delete))
        .route("/api/boards/{board}/cards/{card}/comments", get(comments::list).post(comments::create))
        .route("/api/boards/{board}/cards/{card}/attachments", post(attachments::create).layer(attachment_limit))
        .route("/api/boards/{board}/cards/{card}/attachments/{attachment}", get(attachments::read))
        .route("/api/events", get(events::stream))
        .route("/api/{*unknown}", any(unknown))
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(submission::MAX_BYTES))
}

fn probe_api() -> Router<App> {
    let echo = post(probes::echo).put(probes::echo).patch(probes::echo).delete(probes::echo);
    Router::new()
        .route("/api/echo/{lane}/{n}", echo)
        .route("/api/slow", get(probes::slow))
        .route("/api/moved", get(probes::moved))
        .route("/api/ask", post(probes::ask))
        .route("/api/value/{name}", get(probes::read_value).put(probes::write_value))
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(submission::MAX_BYTES))
}

async fn unknown() -> Problem {
    Problem::not_found("this path")
}

async fn not_allowed() -> Problem {
    Problem::new(405, "this path does not take this method")
}
