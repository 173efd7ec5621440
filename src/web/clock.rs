//! Time, randomness and timers from the browser.
//! The only place they come from: the floors below are handed them.

use super::bind;
use crate::ids::Entropy;
use crate::time::{Span, Timestamp};
use wasm_bindgen::prelude::*;

/// What time it is.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// Fresh randomness from WebCrypto, which every worker has, and which gives so little always (Web Cryptography API, 10.1.1).
pub fn entropy() -> Entropy {
    let mut bytes = [0_u8; 16];
    random_values(&mut bytes);
    Entropy(u128::from_le_bytes(bytes))
}

/// A timer that is taken back when dropped.
#[must_use]
pub struct Timer {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back once, after `span`.
    pub fn after(span: Span, callback: impl FnOnce() + 'static) -> Timer {
        // In a box, so that one kind of closure does for all timers.
        let callback: Box<dyn FnOnce()> = Box::new(callback);
        let callback = Closure::once(callback);
        let ms = i32::try_from(span.0.max(0)).unwrap_or(i32::MAX);
        let id = bind::set_timeout(callback.as_ref().unchecked_ref(), ms);
        Timer { id, _callback: callback }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        bind::clear_timeout(&self.id);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn random_values(bytes: &mut [u8]);
}
