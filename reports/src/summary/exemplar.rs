//! Requests worth reading, and why.

use serde::{Deserialize, Serialize};

use super::failures::Cause;
use crate::record::{Name, Record};

/// A request worth reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exemplar {
    /// Why it was chosen.
    pub why: Why,
    /// What it did.
    pub record: Record,
}

/// Why a request is worth reading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It shows what this gate measured.
    Shows(Name),
    /// It was the last of the disturbance after this fault, and so set its recovery.
    SetRecovery(Name),
    /// One of the first that failed in this way.
    Failed(Cause),
    /// One of the slowest answers.
    Slowest,
    /// The one with the most attempts.
    MostAttempts,
    /// The first that another model answered than the one asked for.
    Degraded,
    /// The first that another region answered.
    FailedOver,
    /// The first that a hedge answered.
    HedgeWon,
    /// The first whose broken stream was asked for again.
    Restarted,
    /// The first that this fault struck.
    StruckBy(Name),
    /// The first that met this error without a fault.
    Met(Name),
    /// The usual one of this flow, at the median of its latency.
    Typical(Name),
}
