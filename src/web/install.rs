//! Install and activation: the precache list fetched, earlier revisions removed.
//! What counts as fetched is the engine's to say.

use super::clock;
use super::driver::{Driver, Live};
use crate::web::objects::get;
use js_sys::Promise;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

impl Driver {
    /// Fetches the precache list; fails with the first entry that could not be had after several tries.
    pub async fn install(self: &Rc<Self>) -> Result<(), JsValue> {
        let mut ends = Vec::new();
        self.tell(|engine| {
            let next_id = || {
                let (id, promises) = self.open(Live::default());
                ends.push(get(&promises, "done"));
                id
            };
            engine.install(next_id, clock::now())
        });
        // All at once: none is left to fail unheard.
        JsFuture::from(Promise::all(&ends.into_iter().collect::<js_sys::Array>())).await?;
        Ok(())
    }

    /// Removes what earlier versions precached.
    pub fn activate(self: &Rc<Self>) {
        self.outdated.set(true);
        self.tell(|engine| engine.activate());
    }

    /// Puts URLs that a page has loaded already through the routes that the shell found for them, -1 for none.
    pub fn warm(self: &Rc<Self>, urls: &[String], routes: &[i32]) {
        for (url, route) in urls.iter().zip(routes) {
            let Ok(route) = usize::try_from(*route) else { continue };
            let Ok(request) = web_sys::Request::new_with_str(url) else { continue };
            let head = super::heads::of_request(&request, &self.place.origin);
            let wanted = self.engine.borrow().wants_warm(route);
            if wanted {
                let (id, _) = self.open(Live { request: Some(request), ..Live::default() });
                self.tell(|engine| engine.warm(id, head, route, clock::now()));
            }
        }
    }
}
