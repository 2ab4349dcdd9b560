//! `gates:`

use schemars::JsonSchema;

use crate::scenario::decode::{List, Optional, Required, choice, record};
use crate::scenario::leaf::{Margin, Name, Raw, RegionName, Text};

/// A limit on a figure of the run. Exactly one of `min`, `max`, `between`, `equals` and `baseline`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Gate {
    /// The figure, by its name in the catalogue: `ttft.p95`, `success.ratio`.
    pub metric: Required<Text>,
    /// Only the requests of this flow.
    pub flow: Optional<Name>,
    /// Only the requests due in this stage.
    pub during: Optional<Name>,
    /// For `recovery.time`: the fault to recover from.
    pub after: Optional<Name>,
    /// Only the requests that went to this region or model.
    pub r#where: Optional<Destination>,
    /// At least this, in the unit of the metric.
    pub min: Optional<Raw>,
    /// At most this, in the unit of the metric.
    pub max: Optional<Raw>,
    /// From the first to the second, both included.
    pub between: Optional<List<Raw>>,
    /// Exactly this.
    pub equals: Optional<Raw>,
    /// Near enough to what another run measured: a name that `--baseline NAME=RUN` gives, or a run folder.
    pub baseline: Optional<Text>,
    /// The most that the figure may rise above the baseline's: a part of it, `10%`, points of a share, `0.5 points`, or an
    /// amount, `200ms`.
    pub max_increase: Optional<Margin>,
    /// The most that it may fall below the baseline's.
    pub max_decrease: Optional<Margin>,
    /// Whether a broken limit fails the run.
    #[schemars(extend("default" = "fail"))]
    pub severity: Optional<Severity>,
    /// What it means that there was nothing to measure.
    #[schemars(extend("default" = "fail"))]
    pub on_no_data: Optional<OnNoData>,
}

record!(Gate {
    metric,
    flow,
    during,
    after,
    r#where,
    min,
    max,
    between,
    equals,
    baseline,
    max_increase,
    max_decrease,
    severity,
    on_no_data,
});

/// A region, a model, or a model in a region.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Destination {
    /// Only this region.
    pub region: Optional<RegionName>,
    /// Only this model.
    pub model: Optional<Name>,
}

record!(Destination { region, model });

/// Whether a broken limit fails the run.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Severity {
    /// It does.
    Fail,
    /// It is told, and no more.
    Warn,
}

choice!(Severity: "a severity" { fail: Fail, warn: Warn });

/// What it means that there was nothing to measure.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum OnNoData {
    /// The same as a broken limit.
    Fail,
    /// It is told, and no more.
    Warn,
}

choice!(OnNoData: "an answer" { fail: Fail, warn: Warn });
