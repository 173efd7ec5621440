//! Every effect in order: as a number that two runs must share, and in words when asked for.
//! Judges nothing.

use longshore::engine::Effect;
use std::fmt::{self, Write};

/// The effects of one life.
#[derive(Clone, Debug)]
pub struct Trace {
    /// How many there were.
    pub count: usize,
    /// Equal for equal traces.
    pub digest: u64,
    /// Each in words, where wanted.
    pub words: Option<Vec<String>>,
}

impl Default for Trace {
    fn default() -> Trace {
        Trace { count: 0, digest: 0xcbf2_9ce4_8422_2325, words: None }
    }
}

impl Trace {
    /// Takes in one effect of a worker.
    pub fn effect(&mut self, worker: u64, now: i64, effect: &Effect) {
        self.count += 1;
        // Formatting never fails into a digest.
        let _ = write!(self, "{worker} {now} {effect:?}");
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

impl fmt::Write for Trace {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // FNV-1a.
        for byte in text.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}
