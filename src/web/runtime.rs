//! What the worker shell calls: boot, and one method for each kind of event.
//! A thin edge: every method hands over to the driver.

use super::bodies::Body;
use super::clock;
use super::driver::{Driver, Live, Place};
use super::heads;
use super::objects::{get, set, text};
use super::perform::number;
use super::tasks;
use super::value;
use crate::cache::EntryKey;
use crate::engine::config::Config;
use crate::engine::{Taken, WriteRequest};
use crate::ids::ExchangeId;
use crate::queue::BodyFacts;
use crate::time::Span;
use js_sys::{Object, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Request;

/// How long a write holds the worker after its page has been answered.
const HOLD: Span = Span::seconds(20);

/// A running engine, in the shell's hands.
#[wasm_bindgen]
pub struct Runtime {
    driver: Rc<Driver>,
}

/// [`boot`] as the shell sees it: a promise of the runtime.
#[wasm_bindgen(js_name = boot)]
pub fn boot_promise(config: JsValue, env: JsValue) -> Promise {
    tasks::promise(async move { boot(config, env).await.map(JsValue::from) })
}

#[wasm_bindgen]
impl Runtime {
    /// Serves a read: `{response, done}`, two promises. A negative route is a precached URL that no route matched; `keys` says in
    /// lines where an answer may lie.
    pub fn fetch(&self, request: Request, route: i32, keys: String) -> JsValue {
        let head = heads::of_request(&request, &self.driver.place.origin);
        let (id, response, done) = self.driver.open(Live { request: Some(request), ..Live::default() });
        let taken = taken(usize::try_from(route).ok(), &keys);
        self.driver.tell(|engine| engine.begin(id, head, taken, clock::now()));
        handling(&response, &done)
    }

    /// Takes a write: `{response, done}`. `ticket.queued` is set to the row's id once it is kept. `more` is `{client, keys, lane, body, identity,
    /// secret}`: the tab; in lines, where the answer may lie that it is based on, empty where that does not matter; where it must wait, whatever its route
    /// says; what is to be kept of its body, an ArrayBuffer or what stands for its chunks (`sw/works/uploads.js`); whose it is; and a field
    /// that is not to be kept.
    pub fn mutate(&self, request: Request, route: u32, ticket: JsValue, more: JsValue) -> JsValue {
        let head = heads::of_request(&request, &self.driver.place.origin);
        let live = Live { ticket, ..Live::default() };
        let (id, response, done) = self.driver.open(live);
        let driver = Rc::clone(&self.driver);
        let held = tasks::promise(async move {
            submit(&driver, id, head, route as usize, &more).await;
            JsFuture::from(done).await?;
            JsFuture::from(driver.quiet(HOLD)).await
        });
        handling(&response, &held)
    }

    /// Carries out a page's command.
    pub fn command(&self, message: JsValue) -> Promise {
        self.driver.command(&message)
    }

    /// Looks at what waits; `true` when nothing is left to send.
    pub fn wake(&self, reason: String) -> Promise {
        self.driver.wake(&reason)
    }
}

/// What the shell has found: the route, and the keys in lines.
pub fn taken(route: Option<usize>, lines: &str) -> Taken {
    let mut keys = Vec::new();
    for line in lines.split('\n') {
        keys.push(EntryKey(line.to_owned()));
    }
    Taken { route, keys }
}

fn handling(response: &Promise, done: &Promise) -> JsValue {
    let handling = Object::new();
    set(&handling, "response", response);
    set(&handling, "done", done);
    handling.into()
}

/// Starts the engine, with a config that was checked at install. A store that cannot be opened does not stop it: the network answers then.
pub async fn boot(config: JsValue, env: JsValue) -> Result<Runtime, JsValue> {
    #[cfg(not(panic = "immediate-abort"))]
    report_panics(get(&env, "trapped"));
    let scope = text(&env, "scope").unwrap_or_default();
    let url = Url::new(&scope).map_or(JsValue::UNDEFINED, JsValue::from);
    let place = Place {
        scope_path: text(&url, "pathname").unwrap_or_else(|| "/".to_owned()),
        origin: text(&url, "origin").unwrap_or_default(),
        table: text(&env, "table").unwrap_or_default(),
        version: text(&env, "version").unwrap_or_default(),
        forget: get(&env, "forget"),
        opaque: get(&env, "opaque"),
        observed: get(&env, "isObserved"),
        chunks: get(&env, "chunks"),
        reconcile: get(&env, "reconcile"),
        send: get(&env, "send"),
        ended: get(&env, "ended"),
        scope,
    };
    let mut config = Config::read(&value::Given(config));
    config.version.clone_from(&place.table);
    let driver = Driver::new(config, place);
    driver.learn().await;
    Ok(Runtime { driver })
}

async fn submit(driver: &Rc<Driver>, id: ExchangeId, mut head: crate::http::RequestHead, route: usize, more: &JsValue) {
    if let Some(secret) = text(more, "secret") {
        head.headers.remove(&secret);
    }
    let bytes = get(more, "body");
    let bytes = Some(bytes).filter(JsValue::is_object);
    let body = bytes.clone().map(|bytes| {
        let size = get(&bytes, "byteLength").as_f64().unwrap_or_default() as u64;
        let facts = BodyFacts { size, content_type: head.headers.get("content-type") };
        (driver.bodies.hold(Body::Bytes(bytes)), facts)
    });
    if let Some(live) = driver.live.get(id.0) {
        if live.ticket.is_object() {
            set(&live.ticket, "body", &number(body.as_ref().map(|(body, _)| *body)));
        }
        // There is none yet: a write is submitted once.
        let _ = live.write.set((head.clone(), bytes));
    }
    // It never fails. An earlier write must be known before this one takes its place behind it.
    let _ = JsFuture::from(driver.writes()).await;
    let keys = text(more, "keys").unwrap_or_default();
    let base = if keys.is_empty() { None } else { driver.base(&taken(None, &keys).keys).await };
    let write = WriteRequest {
        head,
        route,
        body,
        client: text(more, "client"),
        base,
        lane: text(more, "lane"),
        identity: text(more, "identity"),
    };
    driver.tell(|engine| engine.submit(id, write, clock::entropy(), clock::now()));
}

/// A panic ends this instance: the shell hears of it before the trap, answers what was under way, and boots another.
/// Where a panic is a bare trap there is no hook to call, and the shell hears of the trap alone.
#[cfg(not(panic = "immediate-abort"))]
fn report_panics(trapped: JsValue) {
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        if let Some(trapped) = trapped.dyn_ref::<js_sys::Function>() {
            super::driver::call(trapped, &info.to_string().into());
        }
    }));
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URL)]
    type Url;

    #[wasm_bindgen(constructor, catch, js_class = "URL")]
    fn new(url: &str) -> Result<Url, JsValue>;
}
