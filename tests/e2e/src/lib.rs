//! What the browser suite and the bench share: browsers over WebDriver, servers, sites, pages.
//! Builds nothing: `dist/` and the demo server must stand before either runs.

pub mod bench;
pub mod cli;
pub mod cx;
pub mod engine;
pub mod fail;
pub mod page;
pub mod port;
pub mod process;
pub mod program;
pub mod run;
pub mod scenarios;
pub mod score;
pub mod server;
pub mod site;
