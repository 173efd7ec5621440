//! The BroadcastChannel: events out to every tab, and word from other workers of the scope.
//! Incoming messages never cause a broadcast.

use super::clock::{self, Timer};
use super::json::{Json, object};
use super::objects::{get, text};
use crate::tabs::{Envelope, Event, News, Sequence};
use crate::time::Span;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// The version of the envelopes.
const VERSION: i64 = 1;
/// How long after the last event its number is repeated, so that a tab that missed the last one learns of it too.
const BEATS: [Span; 2] = [Span(300), Span(2_000)];

/// The scope's channel as this worker instance uses it.
pub struct Channel {
    origin: String,
    sequence: RefCell<Sequence>,
    /// Missing where the browser has none: tabs then hear nothing, and read again when shown.
    channel: Option<BroadcastChannel>,
    beats: RefCell<Option<[Timer; 2]>>,
    _listener: Option<Closure<dyn FnMut(MessageEvent)>>,
}

impl Channel {
    /// Joins the channel of a scope; `changed` is called with the message when another worker has changed what is stored.
    pub fn join(scope_path: &str, origin: &str, changed: impl Fn(&JsValue) + 'static) -> Rc<Channel> {
        let channel = BroadcastChannel::new(&format!("longshore:{scope_path}")).ok();
        let own = origin.to_owned();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let data = message.data();
            let foreign = text(&data, "origin").is_some_and(|origin| origin != own);
            if foreign
                && get(&data, "v").as_f64() == Some(VERSION as f64)
                && text(&data, "kind").is_some_and(|kind| kind != "beat")
            {
                changed(&data);
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
        let Envelope { seq, event } = self.sequence.borrow_mut().stamp(event);
        self.send_as(seq, &described(&event));
        let beat = |span: Span| {
            let channel = Rc::downgrade(self);
            Timer::after(span, move || {
                if let Some(channel) = channel.upgrade() {
                    channel.send_as(channel.last(), &[("kind", Json::Text("beat"))]);
                }
            })
        };
        *self.beats.borrow_mut() = Some(BEATS.map(beat));
    }

    fn send_as(&self, seq: u64, fields: &[(&str, Json)]) {
        let mut all = Vec::from([("origin", Json::Text(&self.origin)), ("seq", Json::Number(seq as i64))]);
        all.extend(fields);
        self.post(&all);
    }

    /// Tells every tab something that it need not miss: without a number; of no concern to other workers, unless it
    /// names its origin.
    pub fn post(&self, fields: &[(&str, Json)]) {
        let Some(channel) = &self.channel else { return };
        let mut all = Vec::from([("v", Json::Number(VERSION)), ("at", Json::Number(clock::now().0))]);
        all.extend(fields);
        // It fails on a closed channel only, when there is nobody left to tell.
        let _ = channel.post_message(&object(&all));
    }
}

fn described(event: &Event) -> Vec<(&'static str, Json<'_>)> {
    let mut fields = Vec::new();
    let mut put = |name: &'static str, value| fields.push((name, value));
    put("kind", Json::Text(event.kind()));
    match event {
        Event::Updated { url, tags, etag } => {
            put("url", Json::text(url.as_deref()));
            put("tags", Json::Texts(tags));
            put("etag", Json::text(etag.as_deref()));
        }
        Event::Write { about, news } => {
            put("id", Json::Text(&about.id.0));
            put("lane", Json::Text(&about.lane));
            put("method", Json::Text(about.method.as_str()));
            put("url", Json::Text(&about.url));
            match news {
                News::Queued { reason } => put("reason", Json::Text(reason)),
                News::Sending { attempt } => put("attempt", Json::Number((*attempt).into())),
                News::Settled { status } | News::Conflict { status } => put("status", Json::Number((*status).into())),
                News::Retry { at, status, reason } => {
                    put("at", Json::Number(at.0));
                    put("status", Json::status(*status));
                    put("reason", Json::Text(reason));
                }
                News::Dead { status, reason } => {
                    put("status", Json::status(*status));
                    put("reason", Json::Text(reason));
                }
                News::Merged { report } => put("report", Json::Raw(report)),
                News::Discarded => {}
            }
        }
        Event::Online | Event::Offline => {}
    }
    fields
}
