//! The program itself: its first lines, its end, and what survives it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::rig::{Client, folder};

/// A running program and the addresses it printed.
struct Program {
    child: Child,
    lines: Vec<String>,
}

impl Program {
    fn start(folder: &Path, listen: &str, faults: bool) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo-server"));
        command.args(["--listen", listen, "--db"]).arg(folder.join("demo.db")).arg("--static").arg(folder);
        if faults {
            command.args(["--faults", "127.0.0.1:0"]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines = out.lines().take(if faults { 2 } else { 1 }).map(Result::unwrap).collect();
        Self { child, lines }
    }

    fn address(&self) -> &str {
        self.lines[0].strip_prefix("listening http://").unwrap()
    }

    fn client(&self) -> Client {
        Client::connect(self.address().parse().unwrap()).unwrap()
    }

    fn terminate(&mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_ends_quickly_when_told_even_with_open_connections() {
    let folder = folder();
    let mut program = Program::start(&folder, "127.0.0.1:0", true);
    assert!(program.lines[1].starts_with("control http://127.0.0.1:"), "{:?}", program.lines);
    let mut idle = program.client();
    idle.send("GET", "/api/boards", &[], b"").unwrap();
    let mut events = program.client();
    events.ask("GET", "/api/events", &[], b"").unwrap();
    events.head().unwrap();
    let mut slow = program.client();
    slow.ask("GET", "/api/slow?ms=3600000", &[], b"").unwrap();
    let start = Instant::now();
    assert_eq!(program.terminate(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_killed_program_comes_back_on_its_port_and_knows_its_keys() {
    let folder = folder();
    let mut program = Program::start(&folder, "127.0.0.1:0", true);
    let address = program.address().to_owned();
    let send =
        |program: &Program| program.client().send("POST", "/api/echo/a/1", &[("idempotency-key", "k")], b"x").unwrap();
    // Kept open, so that the port is in use by a connection when the next program takes it.
    let _open = program.client();
    assert_eq!(send(&program).header("idempotency-replayed"), "");
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    let mut program = Program::start(&folder, &address, true);
    assert_eq!(send(&program).header("idempotency-replayed"), "true");
    let control = program.lines[1].strip_prefix("control http://").unwrap().parse().unwrap();
    let log = Client::connect(control).unwrap().send("GET", "/log", &[], b"").unwrap().json();
    assert_eq!(log["applied"].as_array().unwrap().len(), 1);
    assert_eq!(program.terminate(), Some(0));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_mistake_on_the_command_line_is_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_demo-server")).arg("--listen").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--listen needs a value"));
}
