//! What differs between two runs of one seed.
//!
//! Everything else a run leaves behind is the same byte for byte in virtual time. What cannot be, the
//! wall clock's account of the run, is gathered here; it stands in `run.json` and in the page's foot,
//! and nowhere else.

use serde::{Deserialize, Serialize};

/// The wall clock's account of one run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunNote {
    /// When it began, by the wall clock, as RFC 3339.
    pub started_at: String,
    /// How long it took, in seconds of the wall clock.
    pub wall_seconds: f64,
    /// How much of a processor it used, in seconds.
    pub cpu_seconds: f64,
    /// The machine it ran on, in words.
    pub host: String,
    /// The version of bedload.
    pub version: String,
    /// The command line as it was given.
    pub command: String,
    /// The run folder.
    pub folder: String,
    /// The file that the scenario was read from.
    #[serde(default)]
    pub scenario: String,
}
