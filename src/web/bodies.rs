//! The bodies that the engine knows by number.
//! Holds them until their last use; reads nothing, and leaves cutting to the browser.

use crate::http::{Cut, Piece};
use crate::ids::BodyId;
use js_sys::{Array, ArrayBuffer};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use web_sys::Response;

/// Something with bytes in it.
#[derive(Clone)]
pub enum Body {
    /// A response whose body has not been read.
    Response(Response),
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
#[derive(Default)]
pub struct Bodies {
    last: Cell<u64>,
    /// A list, not a map: a handful, and the youngest are asked for.
    held: RefCell<Vec<(BodyId, Body)>>,
}

impl Bodies {
    /// Holds a body under a new number.
    pub fn hold(&self, body: Body) -> BodyId {
        self.last.set(self.last.get() + 1);
        let id = BodyId(self.last.get());
        self.held.borrow_mut().push((id, body));
        id
    }

    /// Gives a body out. A copy of a response is a tee: both can be read.
    pub fn take(&self, id: BodyId, take: Take) -> Option<Body> {
        let mut held = self.held.borrow_mut();
        let place = held.iter().position(|(held, _)| *held == id)?;
        if take == Take::Last {
            return Some(held.swap_remove(place).1);
        }
        match &held.get(place)?.1 {
            Body::Response(response) => response.clone().ok().map(Body::Response),
            Body::Bytes(bytes) => Some(Body::Bytes(bytes.clone())),
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
pub fn pieces(whole: &JsValue, cut: &Cut) -> JsValue {
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
}
