//! A gate: one limit on one figure, and the four answers it can give.
//!
//! A gate never passes on nothing (k6's thresholds do), and never turns a coin toss into a verdict:
//! where the confidence interval of a percentile holds the limit, the answer is *inconclusive*.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::metric::{Metric, Unit};
use crate::number;
use crate::record::Name;

/// A limit on a figure. Plain data; `judge` is the only arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its key in the scenario: the test's name in JUnit and the anchor on the page.
    pub name: Name,
    /// What is measured.
    pub metric: Metric,
    /// Whose figure it is.
    #[serde(default)]
    pub scope: Scope,
    /// What it must keep, in the metric's unit (seconds, shares of 1, counts, USD).
    pub limit: Limit,
    /// Whether a failure fails the run.
    #[serde(default)]
    pub severity: Severity,
    /// What no data means.
    #[serde(default)]
    pub on_no_data: OnNoData,
    /// Where it stands in the scenario file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// Which requests a figure counts. An empty scope is all recorded stages of all flows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// Only this flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Name>,
    /// Only requests due in this stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during: Option<Name>,
    /// For `recovery.time`: the fault to recover from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Name>,
    /// Only this region; for `region.share` the region whose share it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Name>,
    /// Only this model; for `model.share` the model whose share it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Name>,
}

/// What a figure must keep.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// At least.
    Min(f64),
    /// At most.
    Max(f64),
    /// From the first to the second, both included.
    Between(f64, f64),
    /// Exactly: for counts.
    Equals(f64),
}

/// Whether a gate can fail the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A failed gate fails the run.
    #[default]
    Fail,
    /// A failed gate is told, and no more.
    Warn,
}

/// What no data, or too few samples, means for a gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNoData {
    /// As a failure: nothing measured is nothing shown.
    #[default]
    Fail,
    /// Told, and no more.
    Warn,
}

/// A gate's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The limit was broken.
    Fail,
    /// There was nothing, or too little, to judge.
    NoData,
    /// The confidence interval holds the limit.
    Inconclusive,
    /// The limit was kept.
    Pass,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Fail => "fail",
            Verdict::NoData => "no data",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Pass => "pass",
        }
    }
}

/// What was measured for a gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The figure in the metric's unit; none where there was nothing to measure.
    pub value: Option<f64>,
    /// Its 95 % confidence interval, where one is known (percentiles).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// How many samples it rests on.
    pub samples: u64,
    /// The fewest samples that can bear a verdict.
    pub floor: u64,
}

/// A gate with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What was asked.
    pub gate: Gate,
    /// What was measured.
    pub measured: Measured,
    /// The answer.
    pub verdict: Verdict,
}

impl Gate {
    /// Holds what was measured against the limit.
    pub fn judge(self, measured: Measured) -> Judged {
        let verdict = match measured.value {
            None => Verdict::NoData,
            Some(_) if measured.samples < measured.floor => Verdict::NoData,
            Some(value) => {
                let (low, high) = measured.interval.unwrap_or((value, value));
                match (self.limit.kept_by(low), self.limit.kept_by(high)) {
                    (true, true) => Verdict::Pass,
                    (false, false) if !self.limit.within(low, high) => Verdict::Fail,
                    _ => Verdict::Inconclusive,
                }
            }
        };
        Judged { gate: self, measured, verdict }
    }
}

impl Limit {
    /// Whether a value keeps the limit.
    pub fn kept_by(self, value: f64) -> bool {
        match self {
            Limit::Min(min) => value >= min,
            Limit::Max(max) => value <= max,
            Limit::Between(min, max) => (min..=max).contains(&value),
            Limit::Equals(exact) => value == exact,
        }
    }

    /// Whether the allowed range lies inside an interval whose both ends break it.
    fn within(self, low: f64, high: f64) -> bool {
        match self {
            Limit::Min(_) | Limit::Max(_) => false,
            Limit::Between(min, max) => low < min && high > max,
            Limit::Equals(exact) => low < exact && exact < high,
        }
    }

    /// The end of the limit that `value` is nearest to breaking, or has broken.
    pub fn edge_near(self, value: f64) -> f64 {
        match self {
            Limit::Min(edge) | Limit::Max(edge) | Limit::Equals(edge) => edge,
            Limit::Between(min, max) if value - min < max - value => min,
            Limit::Between(_, max) => max,
        }
    }

    /// As a scenario would write it: `max 15 s`.
    pub fn text(self, unit: Unit) -> String {
        match self {
            Limit::Min(min) => format!("min {}", number::value(min, unit)),
            Limit::Max(max) => format!("max {}", number::value(max, unit)),
            Limit::Between(min, max) => {
                format!("{} to {}", number::value(min, unit), number::value(max, unit))
            }
            Limit::Equals(exact) => format!("exactly {}", number::value(exact, unit)),
        }
    }
}

impl Judged {
    /// Whether this answer fails the run.
    pub fn fails_the_run(&self) -> bool {
        match self.verdict {
            Verdict::Fail => self.gate.severity == Severity::Fail,
            Verdict::NoData => self.gate.severity == Severity::Fail && self.gate.on_no_data == OnNoData::Fail,
            Verdict::Inconclusive | Verdict::Pass => false,
        }
    }

    /// Whether this answer is told without failing the run.
    pub fn warns(&self) -> bool {
        self.verdict != Verdict::Pass && !self.fails_the_run()
    }

    /// How far the value is beyond the limit, in the metric's unit; negative while the limit is kept.
    pub fn excess(&self) -> Option<f64> {
        let value = self.measured.value?;
        Some(match self.gate.limit {
            Limit::Min(min) => min - value,
            Limit::Max(max) => value - max,
            Limit::Between(min, max) => (min - value).max(value - max),
            Limit::Equals(exact) => (value - exact).abs(),
        })
    }

    /// The measured value, or the reason why there is none: `21.4 s`, `too few (12 of 299)`.
    pub fn measured_text(&self) -> String {
        match self.measured.value {
            None => "no data".to_owned(),
            Some(_) if self.measured.samples < self.measured.floor => {
                format!("too few ({} of {})", self.measured.samples, self.measured.floor)
            }
            Some(value) => number::value(value, self.gate.metric.entry().unit),
        }
    }
}

impl fmt::Display for Scope {
    /// The scope in words: `chat in storm`, `us-west-2 in storm`, `after throttle-east`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = [&self.flow, &self.region, &self.model].into_iter().flatten().map(|name| name.to_string());
        let when = self.during.iter().map(|stage| format!("in {stage}"));
        let after = self.after.iter().map(|fault| format!("after {fault}"));
        f.write_str(&who.chain(when).chain(after).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(limit: Limit, value: Option<f64>, interval: Option<(f64, f64)>) -> Verdict {
        let gate = Gate {
            name: "g".into(),
            metric: Metric::Figure(crate::metric::Figure::SuccessRatio),
            scope: Scope::default(),
            limit,
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        };
        gate.judge(Measured { value, interval, samples: 100, floor: 1 }).verdict
    }

    #[test]
    fn a_gate_on_nothing_is_no_data() {
        assert_eq!(verdict(Limit::Max(1.0), None, None), Verdict::NoData);
    }

    #[test]
    fn sharp_values_pass_at_the_limit_and_fail_beyond_it() {
        let table = [
            (Limit::Max(2.0), 2.0, Verdict::Pass),
            (Limit::Max(2.0), 2.01, Verdict::Fail),
            (Limit::Min(0.5), 0.5, Verdict::Pass),
            (Limit::Min(0.5), 0.49, Verdict::Fail),
            (Limit::Between(1.0, 2.0), 1.5, Verdict::Pass),
            (Limit::Between(1.0, 2.0), 2.5, Verdict::Fail),
            (Limit::Equals(3.0), 3.0, Verdict::Pass),
            (Limit::Equals(3.0), 4.0, Verdict::Fail),
        ];
        for (limit, value, expected) in table {
            assert_eq!(verdict(limit, Some(value), None), expected, "{limit:?} {value}");
        }
    }

    #[test]
    fn an_interval_that_holds_the_limit_is_inconclusive() {
        let table = [
            (Limit::Max(2.0), (1.8, 2.2), Verdict::Inconclusive),
            (Limit::Max(2.0), (2.1, 2.3), Verdict::Fail),
            (Limit::Max(2.0), (1.7, 1.9), Verdict::Pass),
            (Limit::Between(1.0, 2.0), (0.5, 2.5), Verdict::Inconclusive),
            (Limit::Between(1.0, 2.0), (2.1, 2.5), Verdict::Fail),
        ];
        for (limit, interval, expected) in table {
            assert_eq!(verdict(limit, Some(2.0), Some(interval)), expected, "{limit:?} {interval:?}");
        }
    }
}
