//! What a pool answers, and the receipt that it is put right by.

use super::asked::{Lane, Squeeze};
use super::gauge::Charge;
use super::meter::Mark;
use crate::bedrock::tier::{LatencyMode, ServiceTier};

/// The answer of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may run, on these terms.
    Admitted(Grant),
    /// A quota is used up.
    Throttled(Exhausted),
    /// It asks for reserved capacity where there is none.
    NoReservation,
}

/// On what terms a request may run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The tier that serves it.
    pub tier: ServiceTier,
    /// The latency that it is served with.
    pub latency: LatencyMode,
    /// What it was charged, to be put right when it is over.
    pub receipt: Receipt,
}

/// The quota that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// Requests a minute.
    Requests,
    /// Tokens a minute.
    Tokens,
    /// Tokens a day.
    TokensPerDay,
}

impl Exhausted {
    /// Bedrock's text for it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Exhausted::Requests => "Too many requests, please wait before trying again.",
            Exhausted::Tokens => "Too many tokens, please wait before trying again.",
            Exhausted::TokensPerDay => "Too many tokens per day, please wait before trying again.",
        }
    }
}

/// What was charged where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// Nothing.
    Free,
    /// A lane's quota, squeezed so much.
    OnDemand(Lane, Squeeze, Charge),
    /// The quota for optimised latency, squeezed so much.
    Optimized(Lane, Squeeze, Charge),
    /// Reserved rates: marks and amounts of input and output.
    Reserved(Lane, (Mark, u64), (Mark, u64)),
    /// Provisioned units, in this place.
    Provisioned(usize, Mark, u64),
}
