//! `cargo xtask demo`: everything, then the demo app at a printed address.
//! Becomes the server: stopping it is Ctrl-C, as with any server.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::package;
use crate::report;
use crate::run;
use crate::workspace::Workspace;

/// Tried first when no port is asked for.
const USUAL_PORT: u16 = 8787;

/// Builds, and serves until stopped.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode, Failure> {
    let wanted = match arguments {
        [] => None,
        [flag, port] if flag == "--port" => Some(
            port.parse().map_err(|_| Failure::new(format!("--port: expected a number below 65536, got {port:?}")))?,
        ),
        other => {
            return Err(Failure::new(format!("demo takes --port N, got {:?}", other.join(" "))));
        }
    };
    for over in package::provide(workspace)? {
        println!("  {over}");
    }
    println!("demo");
    build_server(workspace, Profile::Dev)?;
    let port = free_port(wanted)?;
    println!("  board:   http://127.0.0.1:{port}/  (Ctrl-C ends it; its data is target/demo.sqlite)");
    let server = workspace.target.join("debug/demo-server");
    let mut command = Command::new(&server);
    command.current_dir(&workspace.root).arg("--listen").arg(format!("127.0.0.1:{port}"));
    command.arg("--db").arg(workspace.target.join("demo.sqlite")).args([
        "--static",
        "demo",
        "--mount",
        "/longshore=dist",
    ]);
    // Replaces this process, so that every signal goes to the server itself.
    Err(Failure::new(format!("cannot run {}: {}", server.display(), command.exec())))
}

/// How much the compiler is to think about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, for people and tests.
    Dev,
    /// Quick to answer, for measuring.
    Release,
}

/// Compiles the demo's server.
pub fn build_server(workspace: &Workspace, profile: Profile) -> Result<(), Failure> {
    report::step("cargo build demo-server", || {
        let mut command = run::program("cargo", &workspace.root);
        command.args(["build", "--quiet", "--package", "demo-server"]);
        if profile == Profile::Release {
            command.arg("--release");
        }
        run::expect_success(command).map(|_| ())
    })
}

/// The port asked for if it is free; without a wish the usual one, or any.
fn free_port(wanted: Option<u16>) -> Result<u16, Failure> {
    let open = |port| TcpListener::bind(("127.0.0.1", port)).and_then(|listener| listener.local_addr());
    let found = match wanted {
        Some(port) => open(port),
        None => open(USUAL_PORT).or_else(|_| open(0)),
    };
    let busy = |error| Failure::new(format!("port {}: {error}", wanted.unwrap_or(USUAL_PORT)));
    found.map(|address| address.port()).map_err(busy)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::free_port;

    #[test]
    fn a_port_that_was_asked_for_and_is_taken_is_an_error() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(free_port(Some(port)).is_err());
        assert_ne!(free_port(None).unwrap(), port);
    }
}
