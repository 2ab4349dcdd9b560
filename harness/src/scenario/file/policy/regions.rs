//! `regions:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{BriefOrFull, List, Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, RegionName, Time};

/// The regions in order, or with where a request begins after another one had to move.
pub(crate) type Regions = BriefOrFull<List<RegionName>, RegionOrder>;

/// The regions that a client asks.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct RegionOrder {
    /// In order of preference; a mock target's first region unless told otherwise.
    pub order: Optional<List<RegionName>>,
    /// Where a request begins after another one had to move.
    #[schemars(extend("default" = "per_request"))]
    pub stick: Optional<Stick>,
}

record!(RegionOrder { order, stick });

/// Where a request begins after another one had to move.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Stick {
    /// At the first region, every time.
    PerRequest,
    /// Where the last one was answered.
    Sticky(Sticky),
}

choice!(Stick: "a way to begin" { per_request: PerRequest; sticky: Sticky });

/// Where the last request was answered the next one begins.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Sticky {
    /// The first region is tried again after so long, by one request at a time.
    #[schemars(extend("default" = Time::written(defaults::RETURN_AFTER)))]
    pub return_after: Optional<Positive<Time>>,
}

record!(Sticky { return_after });
