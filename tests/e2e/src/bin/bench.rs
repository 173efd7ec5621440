//! The bench: Longshore beside Workbox, Serwist and hand-written workers, in a real browser.
//! Builds nothing of Longshore's: `dist/` must stand before it runs (`cargo xtask bench` sees to that).

use std::process::ExitCode;

use e2e::{bench, fail::Fail, run};

fn main() -> ExitCode {
    let options = match bench::Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{}", bench::USAGE);
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("the async runtime does not start: {error}");
            return ExitCode::from(2);
        }
    };
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = bench::run(&options) => outcome,
            // Dropping the run kills the browser that it started.
            () = run::interrupted() => Err(Fail::assert("interrupted")),
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Fail::Assert(reason) | Fail::Browser(reason) | Fail::Skip(reason)) => {
            eprintln!("the bench failed: {reason}");
            ExitCode::FAILURE
        }
    }
}
