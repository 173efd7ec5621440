//! Every suite that `test` runs: its name, its command, and how its output is counted.
//! Runs none of them.

use std::env;
use std::fs;
use std::process::Command;

use crate::browsers::{self, Engine};
use crate::failure::Failure;
use crate::run;
use crate::rust::WASM_TARGET;
use crate::tools;
use crate::workspace::Workspace;

/// The part of the tests that `--only` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Formatter, linters, type checker, house rules.
    Lint,
    /// Everything under plain `cargo test`.
    Host,
    /// The crate's own tests inside browsers.
    Wasm,
    /// The product in real pages.
    E2e,
}

impl Group {
    /// The group of that name.
    pub fn named(name: &str) -> Result<Self, Failure> {
        match name {
            "lint" => Ok(Self::Lint),
            "host" => Ok(Self::Host),
            "wasm" => Ok(Self::Wasm),
            "e2e" => Ok(Self::E2e),
            other => Err(Failure::new(format!("no part {other:?}: expected host, wasm, e2e or lint"))),
        }
    }
}

/// How a suite's output becomes counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// The suite is one check.
    Whole,
    /// By libtest's lines.
    Libtest,
    /// By a last line `N passed, N failed`.
    LastLine,
    /// By the summary of node's test runner.
    Node,
}

/// One line of the report.
pub struct Suite {
    /// The name in the report, without the engine.
    pub name: &'static str,
    /// The part it belongs to.
    pub group: Group,
    /// The engine it runs in, for suites in browsers.
    pub engine: Option<Engine>,
    /// How its output is counted.
    pub counting: Counting,
}

/// All suites in the order they run: the quick and the telling first.
pub fn all() -> Vec<Suite> {
    let mut suites: Vec<Suite> =
        ["fmt", "clippy host", "clippy wasm32", "tsc", "tidy"].map(|name| check(name, Group::Lint)).into();
    suites.push(Suite { name: "host tests", group: Group::Host, engine: None, counting: Counting::Libtest });
    suites.push(Suite { name: "js tests", group: Group::Host, engine: None, counting: Counting::Node });
    // wasm-pack knows no WebKitGTK; the e2e suite covers that engine.
    for engine in [Engine::Chromium, Engine::Firefox] {
        suites.push(Suite { name: "wasm", group: Group::Wasm, engine: Some(engine), counting: Counting::Libtest });
    }
    for engine in Engine::ALL {
        suites.push(Suite { name: "e2e", group: Group::E2e, engine: Some(engine), counting: Counting::LastLine });
    }
    suites
}

/// A suite that is one check.
fn check(name: &'static str, group: Group) -> Suite {
    Suite { name, group, engine: None, counting: Counting::Whole }
}

impl Suite {
    /// The name with the engine.
    pub fn title(&self) -> String {
        self.engine.map_or_else(|| self.name.to_owned(), |engine| format!("{} {}", self.name, engine.name()))
    }

    /// The commands of the suite; the first that fails ends it.
    pub fn commands(&self, workspace: &Workspace, filter: Option<&str>) -> Result<Vec<Command>, Failure> {
        let cargo = |arguments: &[&str]| {
            let mut command = run::program("cargo", &workspace.root);
            command.args(arguments);
            command
        };
        Ok(match (self.name, self.engine) {
            ("fmt", _) => vec![cargo(&["fmt", "--all", "--check"])],
            ("clippy host", _) => {
                vec![cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])]
            }
            ("clippy wasm32", _) => {
                let target = ["--package", "longshore", "--target", WASM_TARGET, "--all-targets"];
                vec![cargo(&[&["clippy", "--quiet"][..], &target, &["--", "-D", "warnings"]].concat())]
            }
            ("tsc", _) => ["tsconfig.json", "tsconfig.worker.json", "benches/peers/tsconfig.json"]
                .map(|project| {
                    let mut command = run::program(workspace.npm_program("tsc"), &workspace.root);
                    command.args(["--noEmit", "--project", project]);
                    command
                })
                .into(),
            ("tidy", _) => {
                let own =
                    env::current_exe().map_err(|error| Failure::new(format!("cannot find xtask itself: {error}")))?;
                let mut command = run::program(own, &workspace.root);
                command.arg("tidy");
                vec![command]
            }
            ("host tests", _) => {
                let mut command = cargo(&["test", "--workspace", "--exclude", "e2e", "--no-fail-fast"]);
                command.args(filter);
                vec![command]
            }
            ("js tests", _) => vec![node_test(workspace, filter)?],
            ("wasm", Some(engine)) => vec![wasm_pack_test(workspace, engine, filter)?],
            (_, engine) => vec![e2e(workspace, engine, filter)],
        })
    }
}

/// The JavaScript that needs no browser.
fn node_test(workspace: &Workspace, filter: Option<&str>) -> Result<Command, Failure> {
    let mut command = run::program("node", &workspace.root);
    command.args(["--test", "--test-reporter=tap"]);
    if let Some(filter) = filter {
        command.args(["--test-name-pattern", filter]);
    }
    let tests = workspace.root.join("tests");
    let entries = fs::read_dir(&tests).map_err(|error| Failure::file("list", &tests, &error))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "mjs"));
    files.sort();
    command.args(files);
    Ok(command)
}

/// The crate's tests in one browser.
fn wasm_pack_test(workspace: &Workspace, engine: Engine, filter: Option<&str>) -> Result<Command, Failure> {
    let (flag, driver_flag, driver) = match engine {
        Engine::Firefox => ("--firefox", "--geckodriver", "geckodriver"),
        _ => ("--chrome", "--chromedriver", "chromedriver"),
    };
    let driver = browsers::find(workspace, driver).ok_or_else(|| Failure::new(format!("{driver} is missing")))?;
    let mut command = run::program(tools::wasm_pack().program(workspace), &workspace.root);
    command.env("PATH", tools::path_for_wasm_pack(workspace)?);
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browsers::write_capabilities(workspace)?);
    command.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    command.args(["test", "--headless", "--mode", "no-install", flag, driver_flag]).arg(driver);
    // Only what is meant for browsers; naming targets also leaves out documentation tests, which no page can run.
    command.args([".", "--test", "web_*"]);
    if let Some(filter) = filter {
        command.args(["--", filter]);
    }
    Ok(command)
}

/// The e2e program in one engine.
fn e2e(workspace: &Workspace, engine: Option<Engine>, filter: Option<&str>) -> Command {
    let mut command = run::program("cargo", &workspace.root);
    command.env("LONGSHORE_TOOLS", &workspace.tools);
    command.args(["run", "--quiet", "--package", "e2e", "--bin", "e2e", "--"]);
    command.arg("--screenshots").arg(workspace.target.join("screenshots"));
    if let Some(engine) = engine {
        command.args(["--engine", engine.name()]);
    }
    if let Some(filter) = filter {
        command.args(["--filter", filter]);
    }
    command
}
