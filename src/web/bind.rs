//! The few browser calls that `web-sys` keeps behind its unstable flag (Web Locks, durability, Background Sync), or has with far more.
//! Holds bindings only.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase`, for the transaction call that takes options (Indexed Database 3.0, 4.4).
    pub type StrictDatabase;

    /// Opens a transaction with `{durability}`.
    #[wasm_bindgen(method, catch, js_name = transaction)]
    pub fn transaction_with(
        this: &StrictDatabase,
        stores: &JsValue,
        mode: &str,
        options: &Object,
    ) -> Result<web_sys::IdbTransaction, JsValue>;

    /// `LockManager` (Web Locks API).
    pub type Locks;

    /// Asks for a lock; it is held until the promise that `callback` returns settles.
    #[wasm_bindgen(method, catch)]
    pub fn request(this: &Locks, name: &str, callback: &Function) -> Result<Promise, JsValue>;

    /// `SyncManager` (Background Synchronization).
    pub type Sync;

    /// Asks for a sync event with this tag.
    #[wasm_bindgen(method, catch)]
    pub fn register(this: &Sync, tag: &str) -> Result<Promise, JsValue>;

    /// `URL` (URL Standard, 6.1), which web-sys has with a dozen members that nobody here needs.
    #[wasm_bindgen(js_name = URL)]
    pub type Url;

    /// Parses a reference beside a URL.
    #[wasm_bindgen(constructor, catch, js_class = "URL")]
    pub fn new(reference: &str, base: &str) -> Result<Url, JsValue>;

    /// Its text.
    #[wasm_bindgen(method, getter, js_class = "URL")]
    pub fn href(this: &Url) -> String;

    /// The global timer, the same in pages and workers.
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(callback: &Function, ms: i32) -> JsValue;

    /// Takes a timer back.
    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(id: &JsValue);

    /// The global `fetch`, the same in pages and workers.
    #[wasm_bindgen(js_name = fetch)]
    pub fn fetch_request(request: &web_sys::Request) -> Promise;
}
