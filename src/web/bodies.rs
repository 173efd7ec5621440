//! The bodies that the engine knows by number.
//! Holds them until their last use; reads nothing, and leaves cutting to the browser and large ones to `sw/works/chunks.js`.

use super::objects::get;
use crate::cache::EntryKey;
use crate::engine::Keep;
use crate::http::{Cut, Piece};
use crate::ids::BodyId;
use crate::route::Packing;
use js_sys::{Array, ArrayBuffer, Promise};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Something with bytes in it.
#[derive(Clone)]
pub enum Body {
    /// A response whose body has not been read.
    Response(Response),
    /// One that may be large, and several want: pages and store share one reading of it.
    Pump(JsValue),
    /// An ArrayBuffer.
    Bytes(JsValue),
}

/// How a body is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Others want it too: leave one behind.
    Copy,
    /// Nobody else does.
    Last,
}

/// Every body in hand.
pub struct Bodies {
    /// Stores and reads large bodies; undefined where they stay in one piece.
    chunks: JsValue,
    last: Cell<u64>,
    /// A list, not a map: a handful, and the youngest are asked for.
    held: RefCell<Vec<(BodyId, Body)>>,
}

impl Bodies {
    /// None yet.
    pub fn new(chunks: JsValue) -> Bodies {
        Bodies { chunks, last: Cell::default(), held: RefCell::default() }
    }

    /// Holds a body under a new number.
    pub fn hold(&self, body: Body) -> BodyId {
        self.last.set(self.last.get() + 1);
        let id = BodyId(self.last.get());
        self.held.borrow_mut().push((id, body));
        id
    }

    /// Gives a body out. A copy of a response is a tee: both can be read; what may be large is pumped instead, since a tee holds what the
    /// slower has not read.
    pub fn take(&self, id: BodyId, take: Take) -> Option<Body> {
        let mut held = self.held.borrow_mut();
        let place = held.iter().position(|(held, _)| *held == id)?;
        if take == Take::Last {
            return Some(held.swap_remove(place).1);
        }
        let (_, body) = held.get_mut(place)?;
        if let Body::Response(response) = body {
            match self.pump(response) {
                Some(pump) => *body = Body::Pump(pump),
                None => return response.clone().ok().map(Body::Response),
            }
        }
        Some(body.clone())
    }

    /// What stores a response that may be large.
    fn pump(&self, response: &Response) -> Option<JsValue> {
        if self.chunks.is_undefined() {
            return None;
        }
        Some(self.chunks.unchecked_ref::<Chunks>().take(response)).filter(JsValue::is_object)
    }

    /// The answer for a page that has this body.
    pub fn answer(body: Option<Body>) -> Response {
        match body {
            Some(Body::Response(response)) => response,
            Some(Body::Pump(pump)) => pump.unchecked_ref::<Pump>().page(),
            Some(Body::Bytes(_)) | None => Response::error(),
        }
    }

    /// What is stored of a body under this entry's key, or a promise of it, which is of its length alone when that is beyond what is kept.
    pub fn to_store(&self, body: Body, key: &EntryKey, keep: &Keep) -> JsValue {
        let stored = self.unpacked(body, key, keep.most);
        match keep.packing {
            Packing::Plain => stored,
            Packing::Gzip => self.chunks.unchecked_ref::<Chunks>().pack(&stored).into(),
        }
    }

    /// A stored body out of its packing, if it has one; none where that fails.
    pub async fn unpack(&self, body: JsValue) -> Option<JsValue> {
        if get(&body, "packed").is_undefined() {
            return Some(body);
        }
        JsFuture::from(self.chunks.unchecked_ref::<Chunks>().unpack(&body)).await.ok()
    }

    fn unpacked(&self, body: Body, key: &EntryKey, most: u64) -> JsValue {
        let pump = match &body {
            Body::Bytes(bytes) => return bytes.clone(),
            Body::Response(response) => self.pump(response),
            Body::Pump(pump) => Some(pump.clone()),
        };
        let stored = match (pump, body) {
            (Some(pump), _) => pump.unchecked_ref::<Pump>().store(&key.0, most as f64),
            (None, Body::Response(response)) => response.array_buffer().unwrap_or_else(|error| Promise::reject(&error)),
            (None, _) => return JsValue::UNDEFINED,
        };
        stored.into()
    }

    /// What goes out of a stored body: all of it, or a part.
    pub fn cut(&self, key: &EntryKey, whole: JsValue, cut: Option<Cut>) -> JsValue {
        if get(&whole, "token").is_undefined() {
            return match cut {
                Some(cut) => pieces(&whole, &cut),
                None => whole,
            };
        }
        let chunks: &Chunks = self.chunks.unchecked_ref();
        match cut.as_ref().map(|cut| (cut, cut.pieces.first())) {
            None => chunks.read(&key.0, &whole, JsValue::UNDEFINED, JsValue::UNDEFINED),
            // Of a large body it is one piece, or none.
            Some((_, Some(Piece { part, .. }))) => {
                chunks.read(&key.0, &whole, (part.first as f64).into(), (part.last as f64).into())
            }
            Some((cut, None)) => pieces(&whole, cut),
        }
    }

    /// Lets a body go. A response that nobody took is cancelled, so that its connection is free again.
    pub fn drop_body(&self, id: BodyId) {
        if let Some(Body::Response(response)) = self.take(id, Take::Last)
            && let Some(stream) = response.body()
        {
            // Its promise rejects for a stream that failed already, which is as good.
            let _ = stream.cancel();
        }
    }
}

/// What is cut out of an ArrayBuffer. The bytes never come in here.
fn pieces(whole: &JsValue, cut: &Cut) -> JsValue {
    let whole: &ArrayBuffer = whole.unchecked_ref();
    let parts = Array::new();
    for Piece { before, part } in &cut.pieces {
        let bytes = whole.slice_with_end(part.first as u32, part.last as u32 + 1);
        if before.is_empty() {
            // It is the only one.
            return bytes.into();
        }
        parts.push(&before.as_str().into());
        parts.push(&bytes);
    }
    parts.push(&cut.close.as_str().into());
    Blob::new(&parts).into()
}

#[wasm_bindgen]
extern "C" {
    type Blob;

    #[wasm_bindgen(constructor)]
    fn new(parts: &Array) -> Blob;

    /// `Chunks` of `sw/works/chunks.js`.
    type Chunks;

    #[wasm_bindgen(method)]
    fn take(this: &Chunks, response: &Response) -> JsValue;

    #[wasm_bindgen(method)]
    fn pack(this: &Chunks, body: &JsValue) -> Promise;

    #[wasm_bindgen(method)]
    fn unpack(this: &Chunks, body: &JsValue) -> Promise;

    #[wasm_bindgen(method)]
    fn read(this: &Chunks, key: &str, body: &JsValue, first: JsValue, last: JsValue) -> JsValue;

    /// `Pump` of `sw/works/chunks.js`.
    type Pump;

    #[wasm_bindgen(method, getter)]
    fn page(this: &Pump) -> Response;

    #[wasm_bindgen(method)]
    fn store(this: &Pump, key: &str, most: f64) -> Promise;
}
