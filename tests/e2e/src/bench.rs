//! Times what a page waits for a warm cached fetch, through Longshore, Workbox and a hand-written worker.
//! Judges no time: it fails only when a peer did not answer from where it should.

mod figures;
mod machine;
mod options;
mod origin;
mod peer;
mod report;
mod trial;

use std::path::Path;

pub use options::{Options, USAGE};

use crate::cli::repository;
use crate::fail::{Fail, Outcome};
use machine::Machine;
use report::Report;
use trial::Trial;

/// Runs the bench as asked: prints the table, and writes the files that were asked for.
pub async fn run(options: &Options) -> Outcome {
    if let Some(missing) = options.engine.missing() {
        return Err(Fail::assert(format!("{missing} is not installed")));
    }
    let scripts = peer::build(&repository(), &options.dist)?;
    let machine = Machine::read();
    println!("{}, {} cores, load {}", machine.cpu, machine.cores, machine.load);
    let mut trials = Vec::new();
    for number in 0..options.runs {
        let trial = Trial::run(options, &scripts, number).await?;
        println!("run {} of {}: {}", number + 1, options.runs, trial.line());
        trials.push(trial);
    }
    let report = Report::new(options, machine, &trials, &repository())?;
    println!("\n{}", report.text());
    if let Some(file) = &options.json {
        write(file, &format!("{:#}\n", report.json()))?;
    }
    if options.write {
        write(&repository().join("benches/RESULTS.md"), &report.markdown())?;
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Outcome {
    std::fs::write(file, text).map_err(|error| Fail::assert(format!("cannot write {}: {error}", file.display())))
}
