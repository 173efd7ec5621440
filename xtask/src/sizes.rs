//! How large the products are, raw and compressed, beside what they may be.
//! Measures with node's zlib, which every contributor has; decides nothing but over or under.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::manifest::{Budgets, Size};
use crate::run;

/// Prints `[[raw, gzip, brotli], …]` for the files named in its arguments.
const MEASURE: &str = "
const { gzipSync, brotliCompressSync, constants } = require('node:zlib');
const sizes = process.argv.slice(1).map((file) => {
  const bytes = require('node:fs').readFileSync(file);
  const brotli = brotliCompressSync(bytes, { params: {
    [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli.length];
});
console.log(JSON.stringify(sizes));";

/// One product's sizes in bytes.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sizes(u64, u64, u64);

/// The sizes of everything that has one worth knowing.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub struct Table {
    /// The compiled engine.
    wasm: Sizes,
    /// What the shell imports behind a first answer, with wasm-bindgen's JavaScript, minified.
    works: Sizes,
    /// The worker shell, minified: what every start evaluates.
    shell: Sizes,
    /// What only some apps ask for, minified.
    more: Sizes,
    /// The compiled desk.
    desk: Sizes,
    /// The page client, minified.
    client: Sizes,
}

/// Measures wasm, works, shell, more, desk and client, in this order.
pub fn measure(root: &Path, files: &[PathBuf; 6]) -> Result<Table, Failure> {
    let mut command = run::program("node", root);
    command.args(["-e", MEASURE, "--"]).args(files);
    let said = run::expect_success(command)?.output;
    let [wasm, works, shell, more, desk, client] = serde_json::from_str(&said)
        .map_err(|error| Failure::new(format!("node's sizes are unreadable: {error}: {said}")))?;
    Ok(Table { wasm, works, shell, more, desk, client })
}

impl Table {
    /// Wasm, works and shell together: what every worker loads.
    fn worker(&self) -> Sizes {
        [self.wasm, self.works, self.shell]
            .into_iter()
            .fold(Sizes::default(), |Sizes(a, b, c), Sizes(x, y, z)| Sizes(a + x, b + y, c + z))
    }

    /// The table as lines of text.
    pub fn lines(&self, budgets: &Budgets) -> Vec<String> {
        let mut lines = vec![format!("  {:<14}{:>10}{:>10}{:>10}{:>10}", "bytes", "raw", "gzip", "brotli", "budget")];
        let rows = [
            ("wasm", self.wasm, None),
            ("works", self.works, None),
            ("shell", self.shell, None),
            ("worker total", self.worker(), Some(budgets.worker_total_brotli)),
            ("more", self.more, Some(budgets.more_brotli)),
            ("desk", self.desk, Some(budgets.desk_brotli)),
            ("client", self.client, Some(budgets.client_brotli)),
        ];
        for (name, Sizes(raw, gzip, brotli), budget) in rows {
            let budget = budget.map_or_else(String::new, |Size(bytes)| bytes.to_string());
            lines.push(format!("  {name:<14}{raw:>10}{gzip:>10}{brotli:>10}{budget:>10}").trim_end().to_owned());
        }
        lines
    }

    /// What is larger than it may be, a sentence each.
    pub fn over(&self, budgets: &Budgets) -> Vec<String> {
        let pairs = [
            ("worker", self.worker(), budgets.worker_total_brotli),
            ("script of what is more", self.more, budgets.more_brotli),
            ("desk", self.desk, budgets.desk_brotli),
            ("client", self.client, budgets.client_brotli),
        ];
        let over = pairs.into_iter().filter(|(_, Sizes(.., brotli), Size(budget))| brotli > budget);
        over.map(|(name, Sizes(.., brotli), Size(budget))| {
            format!("the {name} is over budget: {brotli} bytes of brotli, {} more than {budget}", brotli - budget)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Sizes, Table};
    use crate::manifest::{Budgets, Size};

    /// Budgets of `worker`, `desk` and `client` bytes, and 3 for the rest.
    fn budgets(worker: u64, desk: u64, client: u64) -> Budgets {
        let [worker_total_brotli, desk_brotli, client_brotli] = [worker, desk, client].map(Size);
        Budgets { worker_total_brotli, more_brotli: Size(3), desk_brotli, client_brotli }
    }

    #[test]
    fn the_worker_is_wasm_works_and_shell_together() {
        let one = Sizes(9, 6, 3);
        let table = Table { wasm: one, works: one, shell: one, more: one, desk: one, client: one };
        assert!(table.over(&budgets(9, 3, 3)).is_empty());
        assert_eq!(table.over(&budgets(8, 3, 3)), ["the worker is over budget: 9 bytes of brotli, 1 more than 8"]);
        assert_eq!(table.over(&budgets(8, 2, 2)).len(), 3);
    }
}
