//! `hedge:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{Optional, Required, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{HedgeAfter, Positive, Share};

/// When a client asks a second time without waiting for the first answer. The answer that comes first is taken; what the
/// other cost is counted as wasted. For a stream, the first content decides.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Hedge {
    /// How long it waits for the first: a time, or the percentile of the answers so far (of their first content, for
    /// streams).
    pub after: Required<HedgeAfter>,
    /// The largest share of requests that may be hedged: a slow service must not be asked twice for everything.
    #[schemars(extend("default" = Share::written(defaults::HEDGE_AT_MOST)))]
    pub at_most: Optional<Positive<Share>>,
    /// Whether the second call asks the next region; the same destination without it.
    #[schemars(extend("default" = defaults::HEDGE_ELSEWHERE))]
    pub elsewhere: Optional<bool>,
}

record!(Hedge { after, at_most, elsewhere });
