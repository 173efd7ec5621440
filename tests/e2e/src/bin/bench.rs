//! The bench: Longshore beside Workbox, Serwist and hand-written workers, in a real browser.
//! Builds nothing of Longshore's: `dist/` must stand before it runs (`cargo xtask bench` sees to that).

use std::process::ExitCode;

use e2e::{bench, program};

fn main() -> ExitCode {
    let options = match bench::Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{}", bench::USAGE);
            return ExitCode::from(2);
        }
    };
    program::report("the bench failed", bench::run(&options))
}
