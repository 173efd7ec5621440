//! The browser suite: one list of scenarios, driven in Chromium, Firefox and WebKitGTK over WebDriver.
//! Builds nothing: `dist/` and the demo server must stand before it runs (`cargo xtask test` sees to that).

use std::process::ExitCode;

use e2e::{cli, program, run};

fn main() -> ExitCode {
    let options = match cli::Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{}", cli::USAGE);
            return ExitCode::from(2);
        }
    };
    match program::complete(run::run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(reason) => {
            println!("{reason}");
            ExitCode::FAILURE
        }
    }
}
