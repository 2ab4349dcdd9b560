//! A line of the catalogue.

use serde::{Deserialize, Serialize};

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds; scenarios write `2s`, `400ms`.
    Seconds,
    /// A share of a whole, 0 to 1; scenarios write `99.5%`.
    Share,
    /// A ratio that may pass 1; a plain number.
    Ratio,
    /// A plain number.
    Count,
    /// Each second; scenarios write `20/s`.
    PerSecond,
    /// Each minute; scenarios write `2M/min`.
    PerMinute,
    /// US dollars; a plain number.
    Usd,
}

/// What a scenario must have for a metric to have data at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing beyond requests.
    Nothing,
    /// A flow that streams.
    Streams,
    /// A limit under `slo:`.
    Slo,
    /// `where: { region: … }` to say which.
    WhereRegion,
    /// `where: { model: … }` to say which.
    WhereModel,
    /// A price on every model in scope.
    Prices,
    /// `after:` with the name of a fault.
    AfterFault,
    /// A flow with an open load.
    OpenLoad,
    /// A client with a circuit breaker.
    Breaker,
    /// A client that hedges.
    Hedge,
    /// A client with a rate limit of its own.
    Limit,
    /// A flow behind a gateway.
    Gateway,
    /// A client with the retriers of a state machine.
    Retriers,
    /// A cloud whose ledger can be read.
    Ledger,
    /// A flow with a queue.
    Queue,
}

/// A line of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name in scenarios; for timings the part before the dot.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// The formula, in the words of a record.
    pub formula: &'static str,
    /// One sentence on what it tells.
    pub meaning: &'static str,
    /// What it needs to have data.
    pub needs: Needs,
}

/// A line in the order in which people read it.
macro_rules! entry {
    ($name:literal, $unit:ident, $needs:ident, $formula:literal, $meaning:literal) => {
        $crate::metric::Entry {
            name: $name,
            unit: $crate::metric::Unit::$unit,
            needs: $crate::metric::Needs::$needs,
            formula: $formula,
            meaning: $meaning,
        }
    };
}

pub(super) use entry;
