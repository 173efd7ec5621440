//! The drain lock: one drainer at a time over all workers of the scope (Web Locks).
//! Does not know what it guards.

use super::bind::Locks;
use super::objects::{deferred, get};
use super::tasks::when;
use crate::engine::Lock;
use js_sys::{Function, Promise};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The lock as this worker instance holds it, or not.
#[derive(Default)]
pub struct DrainLock {
    /// Settles the promise that the browser holds the lock for.
    release: RefCell<Option<Function>>,
}

impl DrainLock {
    /// Asks, and waits for as long as it takes. The lock is let go when released, or when `ended` resolves: an instance that trapped
    /// cannot release anything, so the race is the browser's to run.
    ///
    /// `tell` hears `Granted` once it is ours, and `Lost` if it is taken away or refused; gives `false` where the browser has no locks.
    pub fn ask(self: &Rc<Self>, name: &str, ended: JsValue, tell: Rc<impl Fn(Lock) + 'static>) -> bool {
        let locks = get(&get(&js_sys::global(), "navigator"), "locks");
        if !locks.is_object() {
            return false;
        }
        let (lock, granted) = (Rc::clone(self), Rc::clone(&tell));
        let callback = Closure::once_into_js(move || -> Promise {
            let (held, resolve, _) = deferred();
            *lock.release.borrow_mut() = Some(resolve);
            granted(Lock::Granted);
            if ended.is_undefined() { held } else { Promise::race(&js_sys::Array::of2(&held, &ended)) }
        });
        let Ok(over) = locks.unchecked_into::<Locks>().request(name, callback.unchecked_ref()) else { return false };
        when(over, move |outcome| {
            if outcome.is_err() {
                tell(Lock::Lost);
            }
        });
        true
    }

    /// Gives it back.
    pub fn release(&self) {
        if let Some(release) = self.release.borrow_mut().take() {
            // Settling a promise cannot fail.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
