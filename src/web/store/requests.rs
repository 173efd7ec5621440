//! IndexedDB's requests and transactions as futures, with the browser's own words when they fail.
//! Opens nothing.

use crate::fault::StoreError;
use crate::web::objects::deferred;
use futures_util::future::{Either, select};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction};

/// The result of one request.
pub async fn result_of(request: &IdbRequest) -> Result<JsValue, StoreError> {
    result_in(request).await.map_err(|error| failure(&error))
}

/// The same with the browser's own error: what runs inside a transaction turns it into ours once, at the end.
pub async fn result_in(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let (settled, resolve, reject) = deferred();
    request.set_onsuccess(Some(&resolve));
    request.set_onerror(Some(&reject));
    match JsFuture::from(settled).await {
        Ok(_) => request.result(),
        // Firefox leaves `transaction.error` null until the abort, so the request is asked.
        Err(_) => Err(request.error()?.map_or(JsValue::UNDEFINED, JsValue::from)),
    }
}

/// Waits until the transaction is on its way to the disk (or on it, when it is strict): the only sign of durability.
pub async fn complete(transaction: &IdbTransaction) -> Result<(), StoreError> {
    let (settled, resolve, reject) = deferred();
    transaction.set_oncomplete(Some(&resolve));
    transaction.set_onabort(Some(&reject));
    match JsFuture::from(settled).await {
        Ok(_) => Ok(()),
        Err(_) => Err(transaction.error().map_or_else(unknown, |error| failure(&error))),
    }
}

/// Opens an existing database; one that would have to be made is an error, and is not made.
pub async fn open_existing(name: &str, version: u32) -> Result<IdbDatabase, StoreError> {
    let factory = js_sys::Reflect::get(&js_sys::global(), &"indexedDB".into()).map_err(|error| failure(&error))?;
    let factory: web_sys::IdbFactory =
        factory.dyn_into().map_err(|_| StoreError::Failed("this browser has no IndexedDB".to_owned()))?;
    let request: IdbOpenDbRequest = factory.open_with_u32(name, version).map_err(|error| failure(&error))?;
    let opened = result_of(&request);
    let (upgrade, abort, _) = deferred();
    request.set_onupgradeneeded(Some(&abort));
    match select(std::pin::pin!(opened), std::pin::pin!(JsFuture::from(upgrade))).await {
        Either::Left((result, _)) => result?.dyn_into().map_err(|_| unknown()),
        Either::Right(_) => {
            if let Some(transaction) = request.transaction() {
                // It fails only when already over, which is as good.
                let _ = transaction.abort();
            }
            Err(StoreError::Failed("the database is gone".to_owned()))
        }
    }
}

/// A DOM error as ours: its name decides, name and message are kept.
pub fn failure(error: &JsValue) -> StoreError {
    let text = |key: &str| js_sys::Reflect::get(error, &key.into()).ok().and_then(|value| value.as_string());
    let (name, message) = (text("name").unwrap_or_default(), text("message").unwrap_or_default());
    let words = match error.as_string() {
        Some(words) => words,
        None if name.is_empty() => return unknown(),
        None => format!("{name}: {message}"),
    };
    if name == "QuotaExceededError" { StoreError::Quota(words) } else { StoreError::Failed(words) }
}

/// rexie's error as ours: the browser's own lies inside, wherever opening and reading can fail.
pub fn rexie_failure(error: rexie::Error) -> StoreError {
    use idb::Error as Inner;
    match error {
        rexie::Error::IdbError(Inner::DomException(error)) => failure(&error),
        rexie::Error::IdbError(
            Inner::IndexedDbOpenFailed(error)
            | Inner::TransactionOpenFailed(error)
            | Inner::ObjectStoreNotFound(error)
            | Inner::KeyRangeCreateFailed(error)
            | Inner::GetAllFailed(error)
            | Inner::GetAllKeysFailed(error),
        ) => failure(&error),
        _ => unknown(),
    }
}

fn unknown() -> StoreError {
    StoreError::Failed("the browser gave no reason".to_owned())
}
