//! A child process that never outlives its guard, with everything that it started in turn.
//! Knows nothing of browsers or servers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{ChildStdout, Command};

/// A running child; dropped, it is killed with all its descendants.
pub struct Guard {
    /// The child itself, kept so that it is reaped.
    child: tokio::process::Child,
    /// Its process id, which tokio forgets once it has been reaped.
    pid: u32,
    /// Where its stderr went, unless that is ours.
    errors: Option<File>,
}

impl Guard {
    /// Starts a command, quiet unless `LONGSHORE_E2E_VERBOSE` is set; its stdout can be read.
    pub fn spawn(command: &mut Command) -> io::Result<(Self, Lines<BufReader<ChildStdout>>)> {
        let loud = std::env::var_os("LONGSHORE_E2E_VERBOSE").is_some();
        let errors = if loud { None } else { Some(tempfile::tempfile()?) };
        let stderr = errors.as_ref().map_or_else(|| Ok(Stdio::inherit()), |file| file.try_clone().map(Stdio::from))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
        Ok((Self { child, pid, errors }, BufReader::new(stdout).lines()))
    }

    /// The end of what it wrote to stderr until now; nothing when that went to ours.
    pub fn errors(&self) -> String {
        let mut bytes = Vec::new();
        if let Some(mut file) = self.errors.as_ref() {
            // Nothing can be read: then there is nothing to show.
            let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes));
        }
        let end = bytes.split_off(bytes.len().saturating_sub(2000));
        String::from_utf8_lossy(&end).trim().to_owned()
    }

    /// The child's process id.
    pub fn id(&self) -> u32 {
        self.pid
    }

    /// Kills the child and its descendants and waits until the child is gone.
    pub async fn kill(&mut self) {
        kill_tree(self.pid);
        // Only a child that is already reaped fails here.
        drop(self.child.wait().await);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            kill_tree(self.pid);
        }
    }
}

/// A process and all its descendants.
pub fn tree(root: u32) -> Vec<u32> {
    let mut tree = vec![root];
    let parents = parents();
    let mut next = 0;
    while let Some(&parent) = tree.get(next) {
        tree.extend(parents.iter().filter(|(_, of)| **of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    tree
}

/// SIGKILLs a process and all its descendants, and waits a moment until they are gone.
pub fn kill_tree(root: u32) {
    let doomed = tree(root);
    for &pid in &doomed {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // It may have gone by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    let deadline = Instant::now() + Duration::from_secs(3);
    while Instant::now() < deadline && doomed.iter().any(|pid| is_running(*pid)) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process lives; one that is dead and not yet reaped does not.
fn is_running(pid: u32) -> bool {
    stat(pid).is_some_and(|(state, _)| state != "Z" && state != "X")
}

/// Every process with its parent.
fn parents() -> BTreeMap<u32, u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return BTreeMap::new();
    };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid| Some((pid, stat(pid)?.1))).collect()
}

/// The processor time that a process has used, in clock ticks: the 14th and the 15th field.
pub fn ticks(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = text.rsplit_once(')')?.1.split_whitespace();
    Some(fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum())
}

/// State and parent of a process, from `/proc/PID/stat`: `pid (name) state parent …`.
fn stat(pid: u32) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}
