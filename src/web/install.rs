//! Install and what follows it: the precache list fetched, and fetched again where the browser has removed it.
//! What counts as fetched is the engine's to say.

use super::clock;
use super::driver::{Driver, Live};
use crate::engine::Aim;
use js_sys::{Array, Promise};
use std::rc::Rc;

impl Driver {
    /// Fetches what is missing of the precache list; `stored` is what there is. An installation rejects with an entry that could not be had.
    pub fn precache(self: &Rc<Self>, aim: Aim, stored: &[String]) -> Promise {
        let (id, _, done) = self.open(Live::default());
        self.tell(|engine| engine.precache(id, aim, stored, clock::now()));
        done
    }

    /// Puts URLs that a page has loaded already through the routes that the shell found for them, -1 for none; where their answers may
    /// lie, it says in lines.
    pub fn warm(self: &Rc<Self>, urls: &[String], routes: &Array, keys: &[String]) {
        for ((url, keys), route) in urls.iter().zip(keys).zip(routes.iter()) {
            let Some(route) = route.as_f64().filter(|route| *route >= 0.0).map(|route| route as usize) else {
                continue;
            };
            let Ok(request) = web_sys::Request::new_with_str(url) else { continue };
            if self.engine.borrow().wants_warm(route) {
                let head = super::heads::of_request(&request, &self.place.origin);
                let (id, ..) = self.open(Live { request: Some(request), ..Live::default() });
                let taken = super::runtime::taken(Some(route), keys);
                self.tell(|engine| engine.warm(id, head, taken, clock::now()));
            }
        }
    }
}
