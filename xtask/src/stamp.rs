//! Fingerprints of inputs, kept beside what was made from them, so that work already done is skipped.
//! Looks at contents, never at times: a checkout or a copy has new times and old contents.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// Collects what a product depends on into one digest.
#[derive(Default)]
pub struct Fingerprint {
    /// The digest so far; every part goes in with its length, so that parts cannot run together.
    digest: Sha256,
}

impl Fingerprint {
    /// Adds a named part.
    pub fn part(&mut self, name: &str, content: &[u8]) {
        for bytes in [name.as_bytes(), content] {
            self.digest.update(bytes.len().to_le_bytes());
            self.digest.update(bytes);
        }
    }

    /// Adds a file, or everything below a folder, by content. A missing one counts as missing.
    pub fn path(&mut self, root: &Path, path: &str) -> Result<(), Failure> {
        for file in files_below(&root.join(path))? {
            let content = fs::read(&file).map_err(|error| Failure::file("read", &file, &error))?;
            let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            self.part(&name, &content);
        }
        Ok(())
    }

    /// The digest in hexadecimal.
    pub fn finish(self) -> String {
        hex(&self.digest.finalize())
    }
}

/// The first twelve hexadecimal digits of a content's SHA-256: what file names carry.
pub fn content_hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)).chars().take(12).collect()
}

/// Every file below a path in a stable order; the path itself when it is a file, nothing when it is missing.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |error: &_| Failure::file("list", path, error);
    let mut entries = fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
        .map_err(|error| failed(&error))?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        files.extend(files_below(&entry)?);
    }
    Ok(files)
}

/// Bytes as lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, content_hash};

    /// The digest of named parts.
    fn of(parts: &[(&str, &str)]) -> String {
        let mut fingerprint = Fingerprint::default();
        for (name, content) in parts {
            fingerprint.part(name, content.as_bytes());
        }
        fingerprint.finish()
    }

    #[test]
    fn any_change_of_a_part_changes_the_fingerprint() {
        let same = of(&[("a", "bc")]);
        assert_eq!(same, of(&[("a", "bc")]));
        for other in [of(&[("ab", "c")]), of(&[("a", "bd")]), of(&[("a", "b"), ("c", "")])] {
            assert_ne!(same, other);
        }
    }

    #[test]
    fn a_content_hash_is_twelve_hexadecimal_digits() {
        assert_eq!(content_hash(b"abc"), "ba7816bf8f01");
    }
}
