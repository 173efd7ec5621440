//! What the programs of this crate have around their own work: the async runtime, and an end when someone asks for it.
//! Knows nothing of what they do.

use std::process::ExitCode;

use crate::fail::{Fail, Outcome};
use crate::run::interrupted;

/// Does the work to its end; else says why not. Dropping it kills every browser and server that it started.
pub fn complete<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the async runtime does not start: {error}"))?;
    runtime.block_on(async {
        tokio::select! {
            done = work => Ok(done),
            () = interrupted() => Err("interrupted".to_owned()),
        }
    })
}

/// Does the work; where it fails, says so behind these words.
pub fn report(failed: &str, work: impl Future<Output = Outcome>) -> ExitCode {
    let reason = match complete(work) {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(Fail::Assert(reason) | Fail::Browser(reason) | Fail::Skip(reason))) | Err(reason) => reason,
    };
    eprintln!("{failed}: {reason}");
    ExitCode::FAILURE
}
