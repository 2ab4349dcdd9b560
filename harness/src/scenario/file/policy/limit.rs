//! `limit:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Rate, Share, TimeOrForever, Whole};

/// A client's own limit: of calls at once, and of rates, with a bucket for each that refills steadily.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Limit {
    /// Calls at once, as a connection pool or a semaphore in the application allows them.
    pub in_flight: Optional<Whole<1, 1_000_000>>,
    /// Requests.
    pub requests: Optional<Positive<Rate>>,
    /// Tokens: estimated before a call, corrected by what the service counted after it.
    pub tokens: Optional<Positive<Rate>>,
    /// How much of a minute's allowance can be used at once.
    #[schemars(extend("default" = Share::written(defaults::BURST)))]
    pub burst: Optional<Positive<Share>>,
    /// What happens to a request that finds no room or the bucket empty; it waits unless told otherwise.
    pub when_empty: Optional<WhenEmpty>,
}

record!(Limit { in_flight, requests, tokens, burst, when_empty } elsewhere { rpm: requests, tpm: tokens });

/// What happens to a request that finds the bucket empty.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum WhenEmpty {
    /// It is turned away at once.
    Shed,
    /// It waits its turn.
    Wait(Wait),
}

choice!(WhenEmpty: "a way to meet an empty bucket" { shed: Shed; wait: Wait });

/// A request that finds the bucket empty waits its turn.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Wait {
    /// The longest wait; a request that would have to wait longer is turned away.
    #[schemars(extend("default" = "forever"))]
    pub at_most: Optional<TimeOrForever>,
}

record!(Wait { at_most });
