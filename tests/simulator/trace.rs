//! Every effect in order: as a number that two runs must share, and in words when asked for.
//! Judges nothing.

use longshore::engine::Effect;
use std::fmt::{self, Write};

/// The effects of one life.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// How many there were.
    pub count: usize,
    /// Equal for equal traces, where wanted.
    pub digest: Option<u64>,
    /// Each in words, where wanted.
    pub words: Option<Vec<String>>,
}

impl Trace {
    /// Takes in one effect of a worker.
    pub fn effect(&mut self, worker: u64, now: i64, effect: &Effect) {
        self.count += 1;
        if let Some(digest) = self.digest {
            let mut sum = Digest(digest);
            // Formatting never fails into a digest.
            let _ = write!(sum, "{worker} {now} {effect:?}");
            self.digest = Some(sum.0);
        }
        self.note(|| format!("  {worker} wants {effect:?}"));
    }

    /// Something that is no effect, in words only.
    pub fn note(&mut self, words: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.words {
            let line = words();
            lines.push(line.chars().take(600).collect());
        }
    }
}

/// FNV-1a.
struct Digest(u64);

impl fmt::Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}
