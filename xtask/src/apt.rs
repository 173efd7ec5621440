//! Debian packages: the C compiler, three browser engines and their drivers.
//! Where it cannot install, it says what is missing and lets the caller go on.

use std::path::Path;

use crate::failure::Failure;
use crate::report;
use crate::run;
use crate::workspace::Workspace;

/// A file that must exist and the packages that bring it.
pub struct Package {
    /// A program on PATH, or an absolute path.
    file: &'static str,
    /// What to install when it does not exist.
    packages: &'static [&'static str],
}

/// SQLite, bundled with the demo's server, is C; so are parts of some tools.
pub const COMPILER: &[Package] = &[Package { file: "cc", packages: &["gcc", "libc6-dev"] }];

/// The engines the tests run in. Pages without any font have text of no width, which cannot be clicked.
pub const BROWSERS: &[Package] = &[
    Package { file: "chromium", packages: &["chromium"] },
    Package { file: "chromedriver", packages: &["chromium-driver"] },
    Package { file: "firefox-esr", packages: &["firefox-esr"] },
    Package { file: "WebKitWebDriver", packages: &["webkit2gtk-driver"] },
    Package { file: "Xvfb", packages: &["xvfb"] },
    Package { file: "xauth", packages: &["xauth"] },
    Package { file: "/usr/share/fonts/truetype", packages: &["fonts-dejavu-core"] },
];

/// Installs what is missing, as root and where there is apt; else names it.
pub fn provide(workspace: &Workspace, wanted: &[Package]) -> Result<(), Failure> {
    let missing: Vec<&str> =
        wanted.iter().filter(|package| !package.is_there()).flat_map(|package| package.packages).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install {}", missing.join(" "));
    if run::on_path("apt-get").is_none() {
        report::missing(&format!("{} (no apt-get here; Debian has them as packages)", missing.join(", ")));
        return Ok(());
    }
    if !is_root(workspace) {
        report::missing(&format!("{}; as root: {by_hand}", missing.join(", ")));
        return Ok(());
    }
    let installed = report::step("apt-get update", || apt(workspace, &["update"]))
        .and_then(|()| report::step(&by_hand, || apt(workspace, &install_arguments(&missing))));
    if let Err(failure) = installed {
        report::missing(&format!("{}: {failure}", missing.join(", ")));
    }
    Ok(())
}

impl Package {
    /// Whether the file exists already.
    fn is_there(&self) -> bool {
        if self.file.starts_with('/') { Path::new(self.file).exists() } else { run::on_path(self.file).is_some() }
    }
}

/// The arguments of an installation without suggestions, questions or documentation.
fn install_arguments<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    arguments
}

/// One run of apt-get that asks nothing and waits for another one to end.
fn apt(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = run::program("apt-get", &workspace.root);
    command.args(["--quiet=2", "--option", "DPkg::Lock::Timeout=300"]).args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    run::expect_success(command).map(|_| ())
}

/// Whether packages may be installed.
fn is_root(workspace: &Workspace) -> bool {
    let mut command = run::program("id", &workspace.root);
    command.arg("-u");
    run::expect_success(command).is_ok_and(|heard| heard.output.trim() == "0")
}
