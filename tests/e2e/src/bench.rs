//! Times what a page waits for, through Longshore, Workbox, Serwist, workers by hand and no worker.
//! Judges no time: it fails only when a peer did not answer from where it should.

mod bundle;
mod contender;
mod figures;
mod limits;
mod machine;
mod markdown;
mod memory;
mod options;
mod origin;
mod queueing;
mod results;
mod subject;
mod svg;
mod table;
mod tables;
mod trial;
mod verdict;
mod writes;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use options::{Options, USAGE};

use crate::cli::repository;
use crate::engine::Engine;
use crate::fail::{Fail, Outcome};
use limits::LIMITS;
use machine::Machine;
use results::{Measured, Results};
use table::{Table, Unit};
use tables::ENTRIES;
use trial::Arena;

/// Runs the bench as asked: prints the tables, and writes the files that were asked for. A table that fails does not keep the others
/// from being measured.
pub async fn run(options: &Options) -> Outcome {
    if let Some(missing) = options.engine.missing() {
        return Err(Fail::assert(format!("{missing} is not installed")));
    }
    let mut measured = BTreeMap::new();
    let mut failed = Vec::new();
    for table in &options.tables {
        match measure(options, table).await {
            Ok(one) => {
                println!("\n## {}\n\n{}\n", table.title, markdown::table(table, &one));
                measured.insert(table.key.to_owned(), one);
            }
            Err(Fail::Assert(reason) | Fail::Browser(reason) | Fail::Skip(reason)) => {
                println!("{} failed: {reason}", table.key);
                failed.push(table.key);
            }
        }
    }
    let results = Results { engines: BTreeMap::from([(options.engine.name().to_owned(), measured)]) };
    let judged = LIMITS.iter().filter(|limit| options.tables.iter().any(|table| table.key == limit.table));
    println!("\n## Limits\n\n{}", markdown::limits(&results, judged));
    if let Some(file) = &options.json {
        write(file, &results.json()?)?;
    }
    if options.write {
        write_pages(&results)?;
    }
    if failed.is_empty() { Ok(()) } else { Err(Fail::assert(failed.join(", "))) }
}

/// All runs of a table.
async fn measure(options: &Options, table: &'static Table) -> Outcome<Measured> {
    if options.engine == Engine::WebKit && table.stops_workers() {
        return Err(Fail::Skip("WebKit ends a worker only when all its pages are gone".into()));
    }
    let machine = Machine::read();
    let root = repository();
    let files = table.subjects.iter().map(|subject| Ok(Arc::new(bundle::files(subject, &root, &options.dist)?)));
    let files = files.collect::<Outcome<Vec<_>>>()?;
    if table.unit == Unit::Megabytes {
        return memory::measure(options, table, &files).await;
    }
    let mut arena = None;
    let mut trials = Vec::new();
    for run in 0..options.runs {
        // Filling takes minutes, so one browser must do for all runs.
        let open = match arena.take().filter(|_| table.key == ENTRIES) {
            Some(open) => open,
            None => Arena::open(options, table, &files, run).await?,
        };
        trials.push(open.measure(options, run).await?);
        println!("{}, run {} of {}", table.key, run + 1, options.runs);
        arena = Some(open);
    }
    let Some(arena) = arena else { return Err(Fail::assert("no run was asked for")) };
    Ok(Measured {
        browser: arena.browser(),
        machine,
        versions: results::versions(&root)?,
        runs: options.runs,
        samples: options.samples,
        fine_clock: arena.has_fine_clock().await?,
        rows: Measured::rows_of(table, &trials),
    })
}

/// Writes the three files in `benches/` anew, with what they had of other tables and engines.
fn write_pages(results: &Results) -> Outcome {
    let benches = repository().join("benches");
    let file = benches.join("results.json");
    let mut all = Results::read(&file)?;
    all.merge(results);
    write(&file, &all.json()?)?;
    write(&benches.join("results.svg"), &svg::picture(&all))?;
    write(&benches.join("RESULTS.md"), &markdown::page(&all))
}

fn write(file: &Path, text: &str) -> Outcome {
    std::fs::write(file, text).map_err(|error| Fail::assert(format!("cannot write {}: {error}", file.display())))
}
