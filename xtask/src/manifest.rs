//! wasm-pack.toml, the build manifest: what is compiled, how, and how large it may become.
//! Checks its own shape only; whether the sizes hold is for `sizes`.

use serde::Deserialize;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// One table per wasm package.
    package: Vec<Package>,
    /// The largest sizes allowed.
    budgets: Budgets,
}

/// One wasm package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// The stem of the file names in dist/.
    pub name: String,
    /// The crate's folder, from the root.
    pub path: String,
    /// Cargo features, each by name.
    pub features: Vec<String>,
    /// wasm-pack's target.
    pub target: String,
    /// Whether the standard library is compiled along, small and without panic messages.
    pub build_std: bool,
    /// Where wasm-pack writes, from the root.
    pub out_dir: String,
    /// The arguments of wasm-opt.
    pub wasm_opt: Vec<String>,
}

/// What there is to build.
#[derive(Debug)]
pub struct Plan {
    /// The engine.
    pub engine: Package,
    /// What is rarely needed.
    pub desk: Package,
    /// The largest sizes allowed.
    pub budgets: Budgets,
}

/// The largest sizes allowed, brotli.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Budgets {
    /// The engine's wasm, works and shell together.
    pub worker_total_brotli: Size,
    /// What only some apps ask for.
    pub more_brotli: Size,
    /// The desk's wasm.
    pub desk_brotli: Size,
    /// The page client.
    pub client_brotli: Size,
}

/// A number of bytes, written `"100 KB"`; a KB has 1024.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub struct Size(pub u64);

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.strip_suffix(" KB").and_then(|number| number.parse::<u64>().ok());
        number
            .map(|kilobytes| Self(kilobytes * 1024))
            .ok_or_else(|| format!("expected a size such as \"100 KB\", got {text:?}"))
    }
}

/// Reads what there is to build: the engine, and then the desk.
pub fn read(workspace: &Workspace) -> Result<Plan, Failure> {
    parse(&workspace.read("wasm-pack.toml")?)
}

/// The plan in a manifest's text.
fn parse(text: &str) -> Result<Plan, Failure> {
    let manifest: Manifest = toml::from_str(text).map_err(|error| Failure::new(format!("wasm-pack.toml: {error}")))?;
    let found = manifest.package.len();
    let [engine, desk] = <[Package; 2]>::try_from(manifest.package)
        .map_err(|_| Failure::new(format!("wasm-pack.toml: expected two [[package]] tables, found {found}")))?;
    Ok(Plan { engine, desk, budgets: manifest.budgets })
}

#[cfg(test)]
mod tests {
    use super::{Size, parse};

    /// A manifest of so many packages, with one budget's text put in.
    fn manifest(packages: usize, budget: &str) -> String {
        let package = "[[package]]\nname = \"a\"\npath = \".\"\nfeatures = []\ntarget = \"no-modules\"\nbuild-std = false\n\
                       out-dir = \"o\"\nwasm-opt = []\n";
        let budgets = format!(
            "[budgets]\nworker-total-brotli = \"100 KB\"\nmore-brotli = \"8 KB\"\ndesk-brotli = \"40 KB\"\nclient-brotli = {budget}\n"
        );
        package.repeat(packages) + &budgets
    }

    #[test]
    fn a_kilobyte_has_1024_bytes() {
        assert_eq!(parse(&manifest(2, "\"8 KB\"")).unwrap().budgets.client_brotli, Size(8192));
    }

    #[test]
    fn a_bad_size_and_a_third_package_are_refused() {
        let wrong_size = parse(&manifest(2, "\"8 kB\"")).unwrap_err().to_string();
        assert!(wrong_size.contains("expected a size such as \"100 KB\", got \"8 kB\""), "{wrong_size}");
        let three = manifest(3, "\"8 KB\"");
        assert!(parse(&three).unwrap_err().to_string().contains("found 3"));
    }
}
