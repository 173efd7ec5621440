//! Futures as boxes: each kind of future that reaches the executor by itself costs kilobytes of wasm.
//! Knows nothing of what they do.

use super::driver::call;
use super::objects::deferred;
use js_sys::Promise;
use std::pin::Pin;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A future in a box.
pub type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// Starts a task.
pub fn start(task: impl Future<Output = ()> + 'static) {
    start_boxed(Box::pin(task));
}

/// A promise for a task's outcome.
pub fn promise(task: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    promise_boxed(Box::pin(task))
}

/// Calls back with what a promise comes to. A callback is smaller than a task that goes on after its only wait.
pub fn when(promise: Promise, then: impl FnOnce(Result<JsValue, JsValue>) + 'static) {
    when_boxed(promise, Box::new(then));
}

#[inline(never)]
fn start_boxed(task: Task<()>) {
    spawn_local(task);
}

#[inline(never)]
fn when_boxed(promise: Promise, then: Box<dyn FnOnce(Result<JsValue, JsValue>)>) {
    start_boxed(Box::pin(async move { then(JsFuture::from(promise).await) }));
}

#[inline(never)]
fn promise_boxed(task: Task<Result<JsValue, JsValue>>) -> Promise {
    let (promise, resolve, reject) = deferred();
    start_boxed(Box::pin(async move {
        match task.await {
            Ok(value) => call(&resolve, &value),
            Err(error) => call(&reject, &error),
        }
    }));
    promise
}
