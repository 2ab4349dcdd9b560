//! `stop_if:`

use schemars::JsonSchema;

use super::gate::Destination;
use crate::scenario::decode::{Optional, Required, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Name, Positive, Raw, Text, Time, Whole};

/// What ends the run before its time, because it is lost already: a figure over the last seconds. Exactly one of `below`
/// and `above`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct StopIf {
    /// The figure, by its name in the catalogue: `success.ratio`, `latency.p95`.
    pub metric: Required<Text>,
    /// Only the requests of this flow.
    pub flow: Optional<Name>,
    /// Only the requests due in this stage.
    pub during: Optional<Name>,
    /// Only the requests that went to this region or model.
    pub r#where: Optional<Destination>,
    /// Where the figure is less than this, in the unit of the metric.
    pub below: Optional<Raw>,
    /// Where it is more than this.
    pub above: Optional<Raw>,
    /// Over the requests that were done in so long a time, in whole seconds.
    #[schemars(extend("default" = Time::written(defaults::STOP_WINDOW)))]
    pub over: Optional<Positive<Time>>,
    /// The fewest samples that can end the run; a percentile may need more.
    #[schemars(extend("default" = defaults::STOP_SAMPLES))]
    pub samples: Optional<Whole<1, 1_000_000>>,
}

record!(StopIf { metric, flow, during, r#where, below, above, over, samples });
