//! What the figures were taken on. Tells no paths and no names.

use std::fs;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

/// The facts of a machine that decide its figures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's model.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// Memory in GB.
    pub memory: u64,
    /// The one-minute load when the bench began.
    pub load: String,
}

impl Machine {
    /// Reads them from `/proc`; what cannot be read is said to be unknown.
    pub fn read() -> Self {
        let text = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let cpu = text("/proc/cpuinfo");
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let memory = text("/proc/meminfo");
        let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next());
        Self {
            cpu: cpu.map_or("unknown processor", |(_, model)| model.trim()).to_owned(),
            cores: available_parallelism().map_or(0, usize::from),
            memory: memory.and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() >> 20,
            load: text("/proc/loadavg").split_whitespace().next().unwrap_or("unknown").to_owned(),
        }
    }

    /// Whether somebody else was at work, so that the figures are worth less.
    pub fn was_busy(&self) -> bool {
        self.load.parse::<f64>().is_ok_and(|load| load > 0.5)
    }
}
