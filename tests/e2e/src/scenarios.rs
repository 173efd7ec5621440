//! The list of scenarios; a file per subject, names that state behaviour.

mod addresses;
mod breakage;
mod configs;
mod conflicts;
mod demo;
mod faults;
mod forms;
mod full;
mod harness;
mod history;
mod holding;
mod killed;
mod large;
mod leaving;
mod names;
mod opaque;
mod optimistic;
mod parts;
mod precaching;
mod room;
mod routing;
mod scored;
mod serving;
mod spoiled;
mod survival;
mod swagger;
mod tabs;
mod together;
mod uploads;
mod versions;
mod writes;

use std::future::Future;
use std::pin::Pin;

use crate::cx::Cx;
use crate::engine::Engine;
use crate::fail::Outcome;

/// A scenario that is running.
pub type Running = Pin<Box<dyn Future<Output = Outcome>>>;

/// One thing that must hold in a browser.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// What it states.
    pub name: &'static str,
    /// The engines that it can run in.
    pub engines: &'static [Engine],
    /// Why it cannot run in the others.
    pub why_not: &'static str,
    /// How many times the usual limit it may take.
    pub lengths: u32,
    /// What it does.
    pub run: fn(Cx) -> Running,
}

/// Makes a list of scenarios from async functions that are named for what they state.
macro_rules! list {
    ($($name:ident),* $(,)?) => {
        vec![$($crate::scenarios::Scenario {
            name: stringify!($name),
            engines: &$crate::engine::Engine::ALL,
            why_not: "",
            lengths: 1,
            run: |cx| Box::pin($name(cx)),
        }),*]
    };
}
use list;

/// Every scenario, in the order in which they run.
pub fn all() -> Vec<Scenario> {
    [
        harness::all(),
        serving::all(),
        room::all(),
        scored::all(),
        precaching::all(),
        routing::all(),
        addresses::all(),
        opaque::all(),
        parts::all(),
        large::all(),
        tabs::all(),
        versions::all(),
        history::all(),
        writes::all(),
        holding::all(),
        conflicts::all(),
        optimistic::all(),
        names::all(),
        uploads::all(),
        forms::all(),
        survival::all(),
        breakage::all(),
        full::all(),
        leaving::all(),
        faults::all(),
        spoiled::all(),
        swagger::all(),
        together::all(),
        demo::all(),
        killed::all(),
    ]
    .concat()
}
