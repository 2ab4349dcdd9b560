//! Faults of the reply: it is well delivered, and wrong.

use schemars::JsonSchema;

use super::kind::kind;
use crate::scenario::decode::{Optional, Required, choice};
use crate::scenario::leaf::{Positive, Time};

kind! {
    /// The `Date` header is wrong. Exactly one of `ahead` and `behind`.
    WrongDate {
        /// By how much it runs ahead of the time.
        ahead: Optional<Positive<Time>>,
        /// By how much it lags behind the time.
        behind: Optional<Positive<Time>>,
    }
}

kind! {
    /// The request is served with less than it asked for.
    Downgrade {
        /// What it gets less of.
        of: Required<DowngradeOf>,
    }
}

/// What a request may get less of.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum DowngradeOf {
    /// Any service tier is served as `default`.
    Tier,
    /// Optimised latency is served as `standard`.
    Latency,
}

choice!(DowngradeOf: "something to get less of" { tier: Tier, latency: Latency });
