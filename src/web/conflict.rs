//! Writes that meet a conflict: what is kept of their base, and how the shell is asked to hold them against what the server has.
//! Merges nothing: `sw/more/conflicts.js` fetches, and the desk's wasm weighs.

use super::bodies::Body;
use super::clock;
use super::driver::{Driver, ask_shell};
use super::network;
use super::objects::{get, text};
use super::tasks::when;
use crate::cache::EntryKey;
use crate::ids::BodyId;
use crate::queue::{Reconciled, Row};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

impl Driver {
    /// What is stored under these keys, in one piece, with its ETag; nothing where a write has made it old since: its page may have seen that.
    pub async fn base(&self, keys: &[EntryKey]) -> Option<(BodyId, Option<String>)> {
        self.learn().await;
        let found = self.database.find(keys).await.ok()??;
        if !self.engine.try_borrow().is_ok_and(|engine| engine.is_current(&found.entry)) {
            return None;
        }
        let etag = found.entry.head.headers.first("etag").map(str::to_owned);
        let body = self.bodies.unpack(found.body).await?;
        // What lies in chunks is too large to be merged.
        body.is_instance_of::<js_sys::ArrayBuffer>().then(|| (self.bodies.hold(Body::Bytes(body)), etag))
    }

    /// Has the shell hold a row against what the server has.
    pub fn reconcile(self: &Rc<Self>, row: &Row) {
        let asked = network::sendable(row);
        let found = ask_shell(&self.place.reconcile, &asked, &JsValue::UNDEFINED);
        let (me, id) = (Rc::clone(self), row.id.clone());
        when(found, move |found| {
            let found = found.ok().map(|found| me.reconciled(&found));
            me.tell(|engine| engine.on_reconciled(id, found, clock::entropy(), clock::now()));
        });
    }

    fn reconciled(&self, found: &JsValue) -> Reconciled {
        let bytes = |key| self.take_bytes(found, key);
        let etag = text(found, "etag");
        match text(found, "verdict").as_deref() {
            Some("send") => Reconciled::Send {
                body: bytes("body"),
                base: bytes("base").map(|(base, _)| base),
                etag,
                report: text(found, "report").unwrap_or_default(),
            },
            Some("nothing") => Reconciled::Nothing,
            _ => Reconciled::Ask { theirs: bytes("base").map(|(theirs, _)| theirs), etag },
        }
    }

    /// Takes the bytes in a field in hand, with their length.
    pub fn take_bytes(&self, object: &JsValue, key: &str) -> Option<(BodyId, u64)> {
        let bytes = get(object, key);
        let length = bytes.dyn_ref::<js_sys::ArrayBuffer>()?.byte_length();
        Some((self.bodies.hold(Body::Bytes(bytes)), length.into()))
    }
}
