//! Makes each product of dist/ from its source: wasm, glue, shell, client and safety worker, as bytes.
//! Names no files in dist/ and compares no sizes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::manifest::Package;
use crate::rename::Names;
use crate::report;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

/// Shortens the names that wasm and glue know each other by; wasm-opt prints which became which.
const RENAME: &str = "--minify-imports-and-exports-and-modules";

/// A wasm and its JavaScript side, ready to be named by content.
pub struct Compiled {
    /// The optimised wasm.
    pub wasm: Vec<u8>,
    /// The wrapped and minified glue.
    pub glue: String,
}

/// Compiles the crate for one package, and everything that goes with the wasm; `global` names its glue in the worker.
pub fn wasm(workspace: &Workspace, package: &Package, global: &str) -> Result<Compiled, Failure> {
    let folder = workspace.root.join(&package.out_dir);
    report::step(&format!("wasm-pack build {}", package.name), || {
        run::expect_success(wasm_pack(workspace, package)?).map(|_| ())
    })?;
    let compiled = folder.join(format!("{}_bg.wasm", package.name));
    let optimised = folder.join("optimised.wasm");
    let mut names = String::new();
    report::step("wasm-opt", || {
        let mut command = run::program(workspace.npm_program("wasm-opt"), &workspace.root);
        command.args(&package.wasm_opt).arg(RENAME).arg(&compiled).arg("--output").arg(&optimised);
        names = run::expect_success(command)?.output;
        Ok(())
    })?;
    let source = folder.join(format!("{}.js", package.name));
    let glue = Names::parse(&names)?.apply(&String::from_utf8_lossy(&read(&source)?))?;
    let wrapped = folder.join("wrapped.js");
    write(&wrapped, &wrap(global, &shortened(&glue)?))?;
    let glue = minify(workspace, &wrapped, Script::Loose)?;
    Ok(Compiled { wasm: read(&optimised)?, glue })
}

/// The worker shell with the name of this build's works in it.
pub fn shell(workspace: &Workspace, works: &str, version: &str) -> Result<String, Failure> {
    let source = minify(workspace, &workspace.root.join("sw/longshore-sw.js"), Script::Classic)?;
    fill("sw/longshore-sw.js", source, &[("__LONGSHORE_WORKS__", works), ("__LONGSHORE_VERSION__", version)])
}

/// What the works import where the config wants it.
pub fn more(workspace: &Workspace) -> Result<String, Failure> {
    minify(workspace, &workspace.root.join("sw/more.js"), Script::Classic)
}

/// The works: what the shell imports when it first needs it, with the glues and the names of this build's two wasm files and of the third
/// script in it.
pub fn works(
    workspace: &Workspace,
    glue: &str,
    [wasm, desk, more]: [&str; 3],
    version: &str,
) -> Result<String, Failure> {
    let source = minify(workspace, &workspace.root.join("sw/works.js"), Script::Classic)?;
    let names = [
        ("__LONGSHORE_WASM__", wasm),
        ("__LONGSHORE_DESK__", desk),
        ("__LONGSHORE_MORE__", more),
        ("__LONGSHORE_VERSION__", version),
    ];
    Ok(glue.to_owned() + &fill("sw/works.js", source, &names)?)
}

/// The safety worker, which takes Longshore off a site.
pub fn off(workspace: &Workspace) -> Result<String, Failure> {
    minify(workspace, &workspace.root.join("sw/longshore-off.js"), Script::Classic)
}

/// The page client, an ES module.
pub fn client(workspace: &Workspace, version: &str) -> Result<String, Failure> {
    let source = minify(workspace, &workspace.root.join("sw/client.js"), Script::Module)?;
    fill("sw/client.js", source, &[("__LONGSHORE_VERSION__", version)])
}

/// The call of wasm-pack; its own wasm-opt is off, since its flags would have to stand in Cargo.toml.
fn wasm_pack(workspace: &Workspace, package: &Package) -> Result<Command, Failure> {
    let mut command = run::program(tools::wasm_pack().program(workspace), &workspace.root);
    command.env("PATH", tools::path_for_wasm_pack(workspace)?);
    command.args(["build", &package.path, "--release", "--target", &package.target, "--out-name", &package.name]);
    // wasm-pack takes a relative folder from the crate, not from here.
    command.arg("--out-dir").arg(workspace.root.join(&package.out_dir));
    command.args(["--mode", "no-install", "--no-typescript", "--no-pack", "--no-opt", "--", "--no-default-features"]);
    if !package.features.is_empty() {
        command.args(["--features", &package.features.join(",")]);
    }
    if package.build_std {
        rebuild_std(&mut command);
    }
    Ok(command)
}

/// Has cargo compile the standard library too: for size, with panics that are bare traps and without `{:?}`, which writes nothing
/// here: no text that anybody reads may be made with it. More of the compiler's own passes run, which leaves fewer moves of large
/// values, and they put only small functions into their callers: 1.5 KB of brotli less than by their own measure. What two branches have in common
/// stays in each, since brotli shares it better. Stable compilers can do it all, and let nobody ask for it but under this variable.
fn rebuild_std(command: &mut Command) {
    command.env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTFLAGS");
    command.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none -Zmir-opt-level=3 \
         -Zinline-mir-threshold=25 -Zinline-mir-hint-threshold=40 -Cllvm-args=-simplifycfg-sink-common=false",
    );
    command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
}

/// How the wasm is loaded: we always have a response, and by our own name for it.
const LOAD: &str = "async function load({ module_or_path: response }) {
        const imports = __wbg_get_imports();
        const streams = response.headers.get(\"content-type\") === \"application/wasm\" && WebAssembly.instantiateStreaming;
        const loaded = streams ? WebAssembly.instantiateStreaming(response, imports) : WebAssembly.instantiate(await response.arrayBuffer(), imports);
        const { instance, module } = await loaded;
        return __wbg_finalize_init(instance, module);
    }

    return Object.assign(load, exports);
})({ __proto__: null });
";

/// The glue with its many ways of finding and loading a wasm replaced by the one that is used: 1.5 KB of each glue.
fn shortened(glue: &str) -> Result<String, Failure> {
    let cut = |text: &str, from: &str, to: &str| {
        let start = text.find(from)?;
        let end = start + text.get(start..)?.find(to)? + to.len();
        Some([text.get(..start)?, text.get(end..)?].concat())
    };
    let cut = cut(glue, "let script_src;", "toString();\n    }\n");
    let loading = |glue: String| Some([glue.split_once("async function __wbg_load(")?.0, LOAD].concat());
    cut.and_then(loading).ok_or_else(|| Failure::new("the glue loads its wasm in another way than wasm-bindgen's did"))
}

/// Wraps the glue so that each call makes a fresh instance: after a trap the old one is of no use.
fn wrap(global: &str, glue: &str) -> String {
    format!("self.{global} = () => {{\n{glue}\nreturn wasm_bindgen;\n}};\n")
}

/// How a script is loaded, which decides what may be renamed.
#[derive(Clone, Copy)]
enum Script {
    /// By `importScripts`; top-level names stay as they are.
    Loose,
    /// By `importScripts`; whatever is global was put on `self`.
    Classic,
    /// By `import`.
    Module,
}

/// What terser may take for granted of our own scripts: a getter that nobody uses need not run, no function looks at its own `length`.
const COMPRESS: &str = "ecma=2022,passes=3,toplevel,unsafe,unsafe_arrows,pure_getters,keep_fargs=false,sequences=false";

/// Bundles one entry file with esbuild and minifies it: with terser what workers load, which is 0.5 KB of brotli less than with esbuild.
fn minify(workspace: &Workspace, file: &Path, script: Script) -> Result<String, Failure> {
    if !file.is_file() {
        return Err(Failure::new(format!("{} is missing, and dist/ is nothing without it", file.display())));
    }
    let output = workspace.scratch().join("minified.js");
    let mut command = run::program(workspace.npm_program("esbuild"), &workspace.root);
    command.arg(file).args([
        "--minify",
        "--target=es2022",
        "--charset=utf8",
        "--legal-comments=none",
        "--log-level=warning",
    ]);
    command.args(match script {
        Script::Loose => &[][..],
        Script::Classic => &["--bundle", "--format=iife"],
        Script::Module => &["--bundle", "--format=esm"],
    });
    command.arg(format!("--outfile={}", output.display()));
    run::expect_success(command)?;
    if !matches!(script, Script::Module) {
        let mut command = run::program(workspace.npm_program("terser"), &workspace.root);
        command.arg(&output).args(["--ecma", "2022", "--compress", COMPRESS, "--mangle", "toplevel"]);
        command.arg("--output").arg(&output);
        run::expect_success(command)?;
    }
    read(&output).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes names over the placeholders; a placeholder that is not there is a mistake.
fn fill(file: &str, mut source: String, names: &[(&str, &str)]) -> Result<String, Failure> {
    for (placeholder, name) in names {
        if !source.contains(placeholder) {
            return Err(Failure::new(format!("{file} has no {placeholder}")));
        }
        source = source.replace(placeholder, name);
    }
    Ok(source)
}

/// A file's bytes.
fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file("read", path, &error))
}

/// Writes a file.
fn write(path: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::{fill, shortened, wrap};

    #[test]
    fn the_glue_keeps_what_it_does_and_loses_how_it_finds_its_wasm() {
        let head = "let wasm_bindgen = (function(exports) {\n    ";
        let script = "let script_src;\n    if (a) {\n        script_src = b.toString();\n    }\n";
        let rest = "async function __wbg_load(a) {}\n})();";
        let short = shortened(&format!("{head}{script}work();\n{rest}")).unwrap();
        assert!(short.starts_with(&format!("{head}work();\nasync function load(")) && !short.contains("script_src"));
        assert!(shortened(&format!("{head}work();\n{rest}")).is_err());
        assert!(shortened(&format!("{head}{script}work();")).is_err());
    }

    #[test]
    fn every_call_of_the_wrapped_glue_is_a_new_scope() {
        assert_eq!(
            wrap("__longshoreGlue", "let wasm_bindgen = 1;"),
            "self.__longshoreGlue = () => {\nlet wasm_bindgen = 1;\nreturn wasm_bindgen;\n};\n"
        );
    }

    #[test]
    fn a_missing_placeholder_is_an_error() {
        let filled = fill("a.js", "f(\"__A__\",\"__A__\")".into(), &[("__A__", "x")]);
        assert_eq!(filled.unwrap(), "f(\"x\",\"x\")");
        assert_eq!(fill("a.js", "f()".into(), &[("__A__", "x")]).unwrap_err().to_string(), "a.js has no __A__");
    }
}
