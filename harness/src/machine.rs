//! What the machine says of itself, for the note beside a run. Nothing here is part of a measurement.

use std::path::Path;

use bedload_reports::run_note::RunNote;
use jiff::Timestamp;

use crate::clock::wall_now;

/// A note for a run that begins now, with its times still to come.
pub fn note(folder: &Path, scenario: &Path) -> RunNote {
    RunNote {
        started_at: now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        wall_seconds: 0.0,
        cpu_seconds: 0.0,
        host: host(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        folder: folder.display().to_string(),
        scenario: scenario.display().to_string(),
    }
}

/// The time now as the name of a folder: `2026-11-23T101500.123Z`, which sorts by time.
pub fn folder_time() -> String {
    now().strftime("%Y-%m-%dT%H%M%S.%3fZ").to_string()
}

/// Seconds of processor time that this process has used; zero where the system does not tell.
pub fn cpu_seconds() -> f64 {
    // Fields 14 and 15 of /proc/self/stat, in ticks of 1/100 s, counted after the command's closing bracket.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn now() -> Timestamp {
    Timestamp::try_from(wall_now()).unwrap_or_default()
}

/// The machine, in words: its system, processor and cores.
pub fn host() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH)
}
