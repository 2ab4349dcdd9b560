//! What the machine says of itself, for the note beside a run. Nothing here is part of a measurement.

use std::path::Path;

use bedload_reports::run_note::RunNote;
use jiff::Timestamp;

use crate::clock::wall_now;
use crate::engine::process;

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

fn now() -> Timestamp {
    Timestamp::try_from(wall_now()).unwrap_or_default()
}

/// The machine, in words: its system, processor and cores.
pub fn host() -> String {
    format!("{} {}, {} cores", std::env::consts::OS, std::env::consts::ARCH, process::cores())
}
