//! What a page can ask of the worker: the queue's list and wishes, invalidation, versions, wakes.
//! Answers promises only; the message port is the shell's.

use super::clock;
use super::driver::Driver;
use super::json::{Json, object};
use super::objects::{Fields, error, get, text, texts};
use super::tasks;
use crate::cache::EntryKey;
use crate::engine::Aim;
use crate::ids::MutationId;
use crate::queue::{Command, Only, Wake};
use crate::time::{Span, Timestamp};
use js_sys::{Array, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The longest that a wake holds the worker.
const HOLD: Span = Span::seconds(20);

impl Driver {
    /// Carries out a page's command, named by its `kind`.
    pub fn command(self: &Rc<Self>, message: &JsValue) -> Promise {
        let kind = text(message, "kind").unwrap_or_default();
        match kind.as_str() {
            "hello" => Promise::resolve(&object(&[
                ("origin", Json::Text(&self.owner)),
                ("seq", Json::Number(self.channel.last() as i64)),
                ("version", Json::Text(&self.place.version)),
                ("scope", Json::Text(&self.place.scope)),
            ])),
            "version" => Promise::resolve(&JsValue::from_str(&self.place.version)),
            "queue.retry" => self.wish_about(message, Command::Retry),
            // The shell's own word, which makes one request of several writes.
            "queue.join" => self.wish_about(message, Command::Join),
            "queue.discard" => self.wish_about(message, Command::Discard),
            "queue.resolve" => self.resolve(message),
            "queue.edit" => {
                let body = self.take_bytes(message, "body");
                self.wish_about(message, |id| Command::Edit { id, body })
            }
            "queue.flush" => self.wish(Command::Flush, Only::Any),
            // Stored by the shell before.
            "queue.paused" => {
                let (me, paused) = (Rc::clone(self), texts(message, "paused"));
                tasks::promise(async move {
                    JsFuture::from(me.writes()).await?;
                    me.tell(|engine| {
                        engine.pause(paused.clone());
                        engine.wake(Wake::Start, clock::now());
                    });
                    me.channel.post(&[
                        ("origin", Json::Text(&me.owner)),
                        ("kind", Json::Text("paused")),
                        ("paused", Json::Texts(&paused)),
                    ]);
                    Ok(JsValue::UNDEFINED)
                })
            }
            "cache.invalidate" => {
                let mut urls = texts(message, "urls");
                for url in &mut urls {
                    *url = crate::engine::absolute(&self.place.origin, url);
                }
                let ticket = self.next_id();
                let answer = self.answer_to(ticket);
                self.tell(|engine| engine.invalidate(ticket, &urls, &texts(message, "tags"), clock::now()));
                answer
            }
            "wake" => self.wake(&text(message, "reason").unwrap_or_default()),
            "warm" => {
                self.warm(&texts(message, "urls"), &Array::from(&get(message, "routes")), &texts(message, "keys"));
                Promise::resolve(&JsValue::UNDEFINED)
            }
            // Not a page's word but the shell's, with the keys of what is precached.
            "install" => self.precache(Aim::Install, &texts(message, "keys")),
            "repair" => self.precache(Aim::Repair, &texts(message, "keys")),
            // Likewise, with the keys that tabs of older versions need.
            "keep" => {
                self.outdated.set(self.outdated.get() + 1);
                self.tell(|engine| engine.keep_precached(&texts(message, "keys")));
                Promise::resolve(&JsValue::UNDEFINED)
            }
            // Likewise, with the answers that it has given without the engine.
            "used" => {
                self.tell(|engine| engine.note_uses(uses(message)));
                Promise::resolve(&JsValue::UNDEFINED)
            }
            // The shell's as well: a chunk of a large body has found the disk full. Before it is full, room is made without a try behind it.
            "make-room" => {
                let me = Rc::clone(self);
                let early = get(message, "early").is_truthy();
                tasks::promise(async move {
                    if early || !me.database.full.replace(true) {
                        me.make_room().await;
                    }
                    Ok(JsValue::UNDEFINED)
                })
            }
            // A page's word that it is online is worth a try; that it is offline is found out by trying.
            "connectivity" if get(message, "online").is_truthy() => self.wake("online"),
            "connectivity" => Promise::resolve(&JsValue::UNDEFINED),
            _ => refused(&format!("unknown command \"{kind}\"")),
        }
    }

    /// Looks at what waits; resolves once nothing is under way, with whether nothing is left to send.
    pub fn wake(self: &Rc<Self>, reason: &str) -> Promise {
        let wake = match reason {
            "start" => Wake::Start,
            "sync" => Wake::Sync,
            "timer" => Wake::Timer,
            "online" => Wake::Online,
            "flush" => Wake::Flush,
            _ => Wake::Page,
        };
        let me = Rc::clone(self);
        tasks::promise(async move {
            let known = JsFuture::from(me.writes()).await?;
            me.tell(|engine| engine.wake(wake, clock::now()));
            JsFuture::from(me.quiet(HOLD)).await?;
            let Ok(engine) = me.engine.try_borrow() else { return Ok(JsValue::FALSE) };
            let left = engine.rows().any(|row| engine.is_moving(row));
            // Rows that could not be read may well be left.
            Ok((known.is_truthy() && !left).into())
        })
    }

    fn wish(self: &Rc<Self>, command: Command, only: Only) -> Promise {
        let me = Rc::clone(self);
        tasks::promise(async move {
            JsFuture::from(me.writes()).await?;
            let ticket = me.next_id();
            let answer = me.answer_to(ticket);
            me.tell(|engine| engine.command(ticket, command, only, clock::entropy(), clock::now()));
            JsFuture::from(answer).await
        })
    }

    fn wish_about(self: &Rc<Self>, message: &JsValue, command: impl FnOnce(MutationId) -> Command) -> Promise {
        match text(message, "id") {
            Some(id) => {
                // The shell's word again, which makes one write of two.
                let only = match get(message, "only").as_f64() {
                    None => Only::Any,
                    Some(0.0) => Only::Unsent,
                    Some(_) => Only::Newest,
                };
                self.wish(command(MutationId(id)), only)
            }
            None => refused("id: expected the id of a mutation, a text"),
        }
    }

    /// A person's decision about a conflict, as the shell has worked it out.
    fn resolve(self: &Rc<Self>, message: &JsValue) -> Promise {
        let body = self.take_bytes(message, "body");
        let base = self.take_bytes(message, "base").map(|(base, _)| base);
        self.wish_about(message, |id| Command::Resolve { id, body, base })
    }
}

fn refused(message: &str) -> Promise {
    Promise::reject(&error("LongshoreError", message))
}

/// Key, group and moment of each use.
fn uses(message: &JsValue) -> Vec<(EntryKey, String, Timestamp)> {
    let mut uses = Vec::new();
    for used in Array::from(&get(message, "uses")).iter() {
        let used = Fields::of(&used);
        uses.push((EntryKey(used.text("key")), used.text("group"), Timestamp(used.number("at") as i64)));
    }
    uses
}
