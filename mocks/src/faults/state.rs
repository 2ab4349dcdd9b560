//! A fault as whoever runs the cloud sees it.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::fault::Fault;
use super::tally::Tally;

/// A fault and what it has done so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultState {
    /// Its name.
    pub name: Arc<str>,
    /// What it does, by the scenario's word.
    pub kind: &'static str,
    /// When it begins, in nanoseconds of the script's time.
    pub from_ns: u64,
    /// When it ends, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_ns: Option<u64>,
    /// Whether its window is open.
    pub on: bool,
    /// The requests that it might have struck.
    pub matched: u64,
    /// The requests that it did strike: that were refused, delayed, cut or answered otherwise for it.
    pub struck: u64,
}

impl FaultState {
    pub(super) fn of(fault: &Fault, tally: &Tally, time: Duration) -> Self {
        FaultState {
            name: fault.name.clone(),
            kind: fault.kind.word(),
            from_ns: nanos(fault.window.from()),
            to_ns: fault.window.to().map(nanos),
            on: fault.window.contains(time),
            matched: tally.matched(),
            struck: tally.struck(),
        }
    }
}

fn nanos(offset: Duration) -> u64 {
    u64::try_from(offset.as_nanos()).unwrap_or(u64::MAX)
}
