//! Install and activation: the precache list fetched, earlier revisions removed.
//! What counts as fetched is the engine's to say.

use super::clock;
use super::driver::{Driver, Live};
use js_sys::{Array, Promise};
use std::rc::Rc;

impl Driver {
    /// Fetches the precache list; rejects with the first entry that could not be had after several tries.
    pub fn install(self: &Rc<Self>) -> Promise {
        let ends = Array::new();
        self.tell(|engine| {
            let next_id = || {
                let (id, _, done) = self.open(Live::default());
                ends.push(&done);
                id
            };
            engine.install(next_id, clock::now());
        });
        // All at once: none is left to fail unheard.
        Promise::all(&ends)
    }

    /// Removes what earlier versions precached.
    pub fn activate(self: &Rc<Self>) {
        self.outdated.set(self.outdated.get() + 1);
        self.tell(|engine| engine.activate());
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
