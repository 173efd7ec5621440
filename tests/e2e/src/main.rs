//! The browser suite: one list of scenarios, driven in Chromium, Firefox and WebKitGTK over WebDriver.
//! Builds nothing: `dist/` and the demo server must stand before it runs (`cargo xtask test` sees to that).

use std::process::ExitCode;

use e2e::{cli, run};

fn main() -> ExitCode {
    let options = match cli::Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{}", cli::USAGE);
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
    let failed = runtime.block_on(async {
        tokio::select! {
            failed = run::run(&options) => failed,
            // Dropping the run kills every browser and server that it started.
            () = run::interrupted() => { println!("interrupted"); 1 }
        }
    });
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
