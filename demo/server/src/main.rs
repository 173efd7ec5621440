//! The program: reads the command line, starts the server, prints its address and waits to be told to stop.
//! Everything that does something is in the library.

use std::{io::Write, process::ExitCode};

use demo_server::{options::Options, server::Server};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("demo-server: {error}\n{}", demo_server::options::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Registered before the address is printed, so that a stop asked for at once is heard.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = Server::start(options).await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening http://{}", server.address())?;
    if let Some(control) = server.control_address() {
        writeln!(out, "control http://{control}")?;
    }
    out.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    server.stop().await;
    Ok(())
}
