//! Starts other programs and hears what they say; kills whatever a test run leaves behind.
//! Decides nothing about what the output means.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// What a captured program did.
pub struct Heard {
    /// How it ended; `None` when it was stopped for taking too long.
    pub status: Option<ExitStatus>,
    /// Its standard output and error, in the order written.
    pub output: String,
    /// How long it ran.
    pub took: Duration,
}

impl Heard {
    /// Whether the program ended by itself and well.
    pub fn went_well(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// A command at the root that never waits for the keyboard.
pub fn program(name: impl AsRef<OsStr>, root: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root).stdin(Stdio::null());
    command
}

/// Runs to the end and keeps the output for whoever asks.
pub fn capture(command: Command) -> Result<Heard, Failure> {
    hear(command, Duration::from_secs(60 * 60), None)
}

/// Like `capture`, but ends everything the program leaves running, and all of it when the limit is over.
pub fn capture_within(mut command: Command, limit: Duration) -> Result<Heard, Failure> {
    let reaper = Reaper::mark(&mut command);
    hear(command, limit, Some(reaper))
}

/// Runs, listens, and lets the reaper do its work before the last of the output is taken.
fn hear(mut command: Command, limit: Duration, reaper: Option<Reaper>) -> Result<Heard, Failure> {
    let began = Instant::now();
    let shown = shown(&command);
    let failed = |error: io::Error| Failure::new(format!("cannot run {shown}: {error}"));
    let (mut reader, writer) = io::pipe().map_err(failed)?;
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // The command holds the pipe's writing end: reading would never see the end of it.
    drop(command);
    let listener = thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = reader.read_to_end(&mut bytes);
        bytes
    });
    let status = wait_within(&mut child, limit).map_err(failed)?;
    // A browser that outlives its driver keeps the pipe open: end it first, then take what was said.
    drop(reaper);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let bytes = listener.join().unwrap_or_default();
    let mut output = String::from_utf8_lossy(&bytes).into_owned();
    if status.is_none() {
        let _ = write!(output, "\nstopped: not done after {} seconds\n", limit.as_secs());
    }
    Ok(Heard { status, output, took: began.elapsed() })
}

/// Runs to the end; a bad end is a failure that shows the whole output.
pub fn expect_success(command: Command) -> Result<Heard, Failure> {
    let shown = shown(&command);
    let heard = capture(command)?;
    if heard.went_well() {
        Ok(heard)
    } else {
        Err(Failure::new(format!("{shown} failed:\n{}", heard.output.trim_end())))
    }
}

/// Where a program is, if it is on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The program and its arguments as a person would type them.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Waits for the end, looking often enough that quick programs are not slowed down.
fn wait_within(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    while began.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    Ok(None)
}

/// Ends everything that a command started and left behind, even when xtask itself is killed.
///
/// Browsers leave their parent's process group, so they are known by a mark in their environment. The watcher is a shell
/// that waits on a pipe which only xtask holds open: dropping it, or dying, starts the sweep.
struct Reaper {
    /// The waiting shell; `None` where there is no `/proc` to look through.
    watcher: Option<Child>,
}

impl Reaper {
    /// Marks the command's environment and starts the watcher.
    fn mark(command: &mut Command) -> Self {
        use std::os::unix::process::CommandExt as _;

        let mark =
            format!("LONGSHORE_RUN={}.{:?}", std::process::id(), Instant::now()).replace(|c: char| !is_plain(c), "");
        if let Some((name, value)) = mark.split_once('=') {
            command.env(name, value);
        }
        let sweep = "read -r _; for p in /proc/[0-9]*; do grep -qsF \"$1\" \"$p/environ\" && kill -KILL \"${p#/proc/}\"; done; :";
        let watcher = Command::new("sh")
            .args(["-c", sweep, "reaper", &mark])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own group, so that Ctrl-C reaches the programs first and the watcher never.
            .process_group(0)
            .spawn()
            .ok()
            .filter(|_| Path::new("/proc/self/environ").exists());
        Self { watcher }
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if let Some(watcher) = &mut self.watcher {
            drop(watcher.stdin.take());
            let _ = watcher.wait();
        }
    }
}

/// Whether a character means nothing to shells and patterns.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "=_.".contains(character)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::{capture_within, expect_success, program};

    /// A shell running `script`.
    fn shell(script: &str) -> std::process::Command {
        let mut command = program("sh", Path::new("/"));
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_errors_come_in_the_order_written() {
        let heard = expect_success(shell("echo one; echo two >&2; echo three")).unwrap();
        assert_eq!(heard.output, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_bad_end_shows_the_output() {
        let failure = expect_success(shell("echo reason; exit 3")).err().unwrap();
        assert!(failure.to_string().ends_with("failed:\nreason"), "{failure}");
    }

    #[test]
    fn a_program_left_behind_in_its_own_group_is_ended() {
        let heard = capture_within(shell("setsid sleep 300 & echo started"), Duration::from_secs(60)).unwrap();
        assert!(heard.went_well());
        assert!(heard.took < Duration::from_secs(30));
    }

    #[test]
    fn a_program_over_its_limit_is_stopped() {
        let heard = capture_within(shell("echo begun; sleep 300; echo over"), Duration::from_millis(300)).unwrap();
        assert!(!heard.went_well());
        assert!(heard.output.starts_with("begun\n\nstopped: not done"), "{}", heard.output);
    }
}
