//! The JavaScript tools in `node_modules`, exactly as package-lock.json names them.
//! Never changes the lock file.

use std::fs;

use crate::failure::Failure;
use crate::report;
use crate::run;
use crate::stamp::Fingerprint;
use crate::workspace::Workspace;

/// Runs `npm ci` unless the last one that succeeded had the same files.
pub fn provide(workspace: &Workspace) -> Result<(), Failure> {
    let mut inputs = Fingerprint::default();
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        inputs.path(&workspace.root, file)?;
    }
    let inputs = inputs.finish();
    // Inside the folder it speaks of, so that removing node_modules removes the stamp.
    let stamp = workspace.root.join("node_modules/.longshore-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|done| done == inputs) {
        return Ok(());
    }
    if run::on_path("npm").is_none() {
        return Err(Failure::new("Node.js 20 or newer with npm is needed, and npm is not on PATH"));
    }
    report::step("npm ci", || {
        let mut command = run::program("npm", &workspace.root);
        command.args(["ci", "--no-progress", "--loglevel=error"]);
        run::expect_success(command)?;
        fs::write(&stamp, &inputs).map_err(|error| Failure::file("write", &stamp, &error))
    })
}
