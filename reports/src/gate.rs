//! A gate: one limit on one figure, and the four answers it can give.
//!
//! A gate never passes on nothing (k6's thresholds do), and never turns a coin toss into a verdict:
//! where the confidence interval of a percentile, or of a change from a baseline, holds the limit, the answer is
//! *inconclusive*.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::compare::{Change, Margin, Stand};
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Near enough to what another run measured.
    Against(Against),
}

/// How far a figure may be from that of a baseline; at least one way is limited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The baseline, by the name or the path that the scenario gives.
    pub baseline: Name,
    /// The most that the figure may rise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_increase: Option<Margin>,
    /// The most that it may fall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_decrease: Option<Margin>,
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
    /// How it stands to a baseline, where it was held against one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}

impl Measured {
    /// A figure without an interval.
    pub fn sharp(value: Option<f64>, samples: u64, floor: u64) -> Self {
        Measured { value, interval: None, samples, floor, baseline: None }
    }
}

/// A figure of a baseline, and the way from there to what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The figure in the metric's unit.
    pub value: f64,
    /// The change since.
    pub change: Change,
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
            Some(value) => match &self.limit {
                Limit::Against(against) => {
                    measured.baseline.map_or(Verdict::NoData, |baseline| against.verdict(&baseline.change))
                }
                limit => limit.verdict(measured.interval.unwrap_or((value, value))),
            },
        };
        Judged { gate: self, measured, verdict }
    }
}

impl Against {
    /// What is said of a change: beyond as a whole, within as a whole, or nobody can tell.
    fn verdict(&self, change: &Change) -> Verdict {
        let Some(interval) = change.interval() else { return Verdict::Inconclusive };
        let rise = self.max_increase.map(|margin| margin.rise(&interval));
        let fall = self.max_decrease.map(|margin| margin.fall(&interval));
        let stands = || rise.into_iter().chain(fall);
        match () {
            () if stands().any(|stand| stand == Stand::Beyond) => Verdict::Fail,
            () if stands().all(|stand| stand == Stand::Within) => Verdict::Pass,
            () => Verdict::Inconclusive,
        }
    }

    /// As a scenario would write it: `max +10 % on main`.
    fn text(&self, unit: Unit) -> String {
        let up = self.max_increase.map(|margin| format!("+{}", margin.text(unit)));
        let down = self.max_decrease.map(|margin| format!("−{}", margin.text(unit)));
        let most = up.into_iter().chain(down).collect::<Vec<_>>().join(", ");
        format!("max {most} on {}", self.baseline)
    }

    /// How far a change is beyond what is allowed, in the metric's unit; negative while it is within.
    fn excess(&self, baseline: &Baseline) -> f64 {
        let room = |margin: Margin| match margin {
            Margin::Relative(part) => part * baseline.value,
            Margin::Absolute(amount) => amount,
        };
        let rise = self.max_increase.map(|margin| baseline.change.difference - room(margin));
        let fall = self.max_decrease.map(|margin| -baseline.change.difference - room(margin));
        rise.into_iter().chain(fall).fold(f64::NEG_INFINITY, f64::max)
    }
}

impl Limit {
    /// What is said of a figure that lies in an interval.
    fn verdict(&self, (low, high): (f64, f64)) -> Verdict {
        match (self.kept_by(low), self.kept_by(high)) {
            (true, true) => Verdict::Pass,
            (false, false) if !self.within(low, high) => Verdict::Fail,
            _ => Verdict::Inconclusive,
        }
    }

    /// Whether a value keeps the limit. A limit on a change has none to hold against values.
    fn kept_by(&self, value: f64) -> bool {
        match *self {
            Limit::Min(min) => value >= min,
            Limit::Max(max) => value <= max,
            Limit::Between(min, max) => (min..=max).contains(&value),
            Limit::Equals(exact) => value == exact,
            Limit::Against(_) => true,
        }
    }

    /// Whether the allowed range lies inside an interval whose both ends break it.
    fn within(&self, low: f64, high: f64) -> bool {
        match *self {
            Limit::Min(_) | Limit::Max(_) | Limit::Against(_) => false,
            Limit::Between(min, max) => low < min && high > max,
            Limit::Equals(exact) => low < exact && exact < high,
        }
    }

    /// As a scenario would write it: `max 15 s`.
    pub fn text(&self, unit: Unit) -> String {
        match *self {
            Limit::Min(min) => format!("min {}", number::value(min, unit)),
            Limit::Max(max) => format!("max {}", number::value(max, unit)),
            Limit::Between(min, max) => {
                format!("{} to {}", number::value(min, unit), number::value(max, unit))
            }
            Limit::Equals(exact) => format!("exactly {}", number::value(exact, unit)),
            Limit::Against(ref against) => against.text(unit),
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
            Limit::Against(ref against) => against.excess(self.measured.baseline.as_ref()?),
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
        gate.judge(Measured { interval, ..Measured::sharp(value, 100, 1) }).verdict
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
            assert_eq!(verdict(limit.clone(), Some(value), None), expected, "{limit:?} {value}");
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
            assert_eq!(verdict(limit.clone(), Some(2.0), Some(interval)), expected, "{limit:?} {interval:?}");
        }
    }

    fn held(change: Change, max_increase: Option<Margin>, max_decrease: Option<Margin>) -> Judged {
        let limit = Limit::Against(Against { baseline: "main".into(), max_increase, max_decrease });
        let gate = Gate {
            name: "no-regression".into(),
            metric: Metric::Figure(crate::metric::Figure::AttemptsPerRequest),
            scope: Scope::default(),
            limit,
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        };
        let baseline = Some(Baseline { value: 2.0, change });
        gate.judge(Measured { baseline, ..Measured::sharp(Some(2.0 + change.difference), 9, 1) })
    }

    fn change(low: f64, at: f64, high: f64) -> Change {
        Change {
            difference: 2.0 * (at - 1.0),
            relative: Some(at - 1.0),
            difference_interval: Some((2.0 * (low - 1.0), 2.0 * (high - 1.0))),
            relative_interval: Some((low - 1.0, high - 1.0)),
            chance: None,
        }
    }

    #[test]
    fn a_change_fails_only_where_its_whole_interval_is_beyond() {
        let tenth = Some(Margin::Relative(0.1));
        let table = [
            (change(1.12, 1.2, 1.3), tenth, None, Verdict::Fail),
            (change(1.05, 1.2, 1.3), tenth, None, Verdict::Inconclusive),
            (change(0.7, 0.8, 1.05), tenth, None, Verdict::Pass),
            (change(0.7, 0.8, 0.85), tenth, tenth, Verdict::Fail),
            (change(0.95, 1.0, 1.05), tenth, tenth, Verdict::Pass),
            (
                Change { difference_interval: None, ..change(1.0, 9.0, 1.0) },
                tenth,
                None,
                Verdict::Inconclusive,
            ),
        ];
        for (change, up, down, verdict) in table {
            assert_eq!(held(change, up, down).verdict, verdict, "{change:?}");
        }
        let excess = held(change(1.12, 1.2, 1.3), tenth, None).excess().unwrap_or_default();
        assert!((excess - 0.2).abs() < 1e-9, "{excess}");
    }

    #[test]
    fn without_its_baseline_a_gate_has_no_data() {
        let judged = held(change(1.0, 1.0, 1.0), Some(Margin::Relative(0.1)), None);
        let alone = judged.gate.judge(Measured { baseline: None, ..judged.measured });
        assert_eq!((alone.verdict, alone.excess()), (Verdict::NoData, None));
        let text = alone.gate.limit.text(Unit::Ratio).replace('\u{202f}', " ");
        assert_eq!(text, "max +10.0 % on main");
    }
}
