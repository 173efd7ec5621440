//! The BroadcastChannel: events out to every tab, and word from other workers of the scope.
//! Incoming messages never cause a broadcast.

use super::clock::{self, Timer};
use super::objects::{get, object, set, text};
use crate::tabs::{Event, News, Sequence};
use crate::time::Span;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// The version of the envelopes.
const VERSION: f64 = 1.0;
/// How long after the last event its number is repeated, so that a tab that missed the last one learns of it too.
const BEATS: [Span; 2] = [Span(300), Span(2_000)];

/// The scope's channel as this worker instance uses it.
pub struct Channel {
    origin: String,
    sequence: RefCell<Sequence>,
    /// Missing where the browser has none: tabs then hear nothing, and read again when shown.
    channel: Option<BroadcastChannel>,
    beats: RefCell<Vec<Timer>>,
    _listener: Option<Closure<dyn FnMut(MessageEvent)>>,
}

impl Channel {
    /// Joins the channel of a scope; `changed` is called when another worker has changed what is stored.
    pub fn join(scope_path: &str, origin: &str, changed: impl Fn() + 'static) -> Rc<Channel> {
        let channel = BroadcastChannel::new(&format!("longshore:{scope_path}")).ok();
        let own = origin.to_owned();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let data = message.data();
            let foreign = text(&data, "origin").is_some_and(|origin| origin != own);
            if foreign
                && get(&data, "v").as_f64() == Some(VERSION)
                && text(&data, "kind").is_some_and(|kind| kind != "beat")
            {
                changed();
            }
        });
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        }
        Rc::new(Channel {
            origin: origin.to_owned(),
            sequence: RefCell::default(),
            channel,
            beats: RefCell::default(),
            _listener: Some(listener),
        })
    }

    /// The number of the last event sent.
    pub fn last(&self) -> u64 {
        self.sequence.borrow().last()
    }

    /// Tells every tab.
    pub fn send(self: &Rc<Self>, event: Event) {
        let envelope = self.sequence.borrow_mut().stamp(event);
        let message = self.message(envelope.seq);
        describe(&message, envelope.event);
        self.post(&message);
        let beat = |span: Span| {
            let channel = Rc::downgrade(self);
            Timer::after(span, move || {
                if let Some(channel) = channel.upgrade() {
                    let message = channel.message(channel.last());
                    set(&message, "kind", &"beat".into());
                    channel.post(&message);
                }
            })
        };
        *self.beats.borrow_mut() = BEATS.into_iter().map(beat).collect();
    }

    fn message(&self, seq: u64) -> JsValue {
        let at = clock::now().0 as f64;
        object(&[
            ("v", VERSION.into()),
            ("origin", self.origin.as_str().into()),
            ("seq", (seq as f64).into()),
            ("at", at.into()),
        ])
    }

    fn post(&self, message: &JsValue) {
        if let Some(channel) = &self.channel {
            // It fails on a closed channel only, when there is nobody left to tell.
            let _ = channel.post_message(message);
        }
    }
}

fn describe(message: &JsValue, event: Event) {
    let put = |key: &str, value: JsValue| set(message, key, &value);
    put("kind", event.kind().into());
    match event {
        Event::Updated { url, tags, etag } => {
            put("url", or_null(url));
            put("tags", tags.into_iter().map(JsValue::from).collect::<js_sys::Array>().into());
            put("etag", or_null(etag));
        }
        Event::Write { about, news } => {
            put("id", about.id.0.into());
            put("lane", about.lane.into());
            put("method", about.method.as_str().into());
            put("url", about.url.into());
            match news {
                News::Queued { reason } => put("reason", reason.into()),
                News::Sending { attempt } => put("attempt", attempt.into()),
                News::Settled { status } | News::Conflict { status } => put("status", status.into()),
                News::Retry { at, status, reason } => {
                    put("at", (at.0 as f64).into());
                    put("status", or_null(status));
                    put("reason", reason.into());
                }
                News::Dead { status, reason } => {
                    put("status", or_null(status));
                    put("reason", reason.into());
                }
                News::Discarded => {}
            }
        }
        Event::Online | Event::Offline => {}
    }
}

/// A missing value as null: `undefined` would read as a field that this version does not have.
pub fn or_null<T: Into<JsValue>>(value: Option<T>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}
