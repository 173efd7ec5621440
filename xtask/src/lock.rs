//! One xtask at a time in the parts that write shared folders.
//! Not a queue of commands: a second caller says that it waits, and waits.

use std::fs::{self, File, TryLockError};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Held while setting up or building; the system releases it even when the process is killed.
#[must_use]
pub struct Held {
    /// The locked file; closing it releases the lock.
    _file: File,
}

/// Waits until no other xtask of this checkout is setting up or building.
pub fn hold(workspace: &Workspace) -> Result<Held, Failure> {
    let path = workspace.scratch().join("lock");
    let failed = |error: &_| Failure::file("lock", &path, error);
    fs::create_dir_all(workspace.scratch()).map_err(|error| failed(&error))?;
    let file = File::create(&path).map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            println!("waiting for another xtask in this checkout");
            file.lock().map_err(|error| failed(&error))?;
        }
        Err(TryLockError::Error(error)) => return Err(failed(&error)),
    }
    Ok(Held { _file: file })
}
