//! When a run ends before its time, because it is lost already.
//!
//! A gate is judged once, at the end; this is another thing, and has its own window. An outlier in the first second stops
//! nothing: a rule holds only over a whole window of recorded time, and over as many samples as bound its figure.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::gate::Scope;
use crate::metric::{Metric, Unit};
use crate::number;
use crate::record::Name;
use crate::units::Nanos;

/// A figure over a window that ends a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StopRule {
    /// Its key in the scenario.
    pub name: Name,
    /// What is measured.
    pub metric: Metric,
    /// Whose figure it is.
    #[serde(default)]
    pub scope: Scope,
    /// Where it ends the run.
    pub when: Bound,
    /// Over what was done in so long a time, in whole seconds.
    pub window: Nanos,
    /// The fewest samples in the window that can end the run.
    pub samples: u64,
    /// Where it stands in the scenario file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// On which side of what a figure ends the run, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Where it is smaller.
    Below(f64),
    /// Where it is larger.
    Above(f64),
}

/// The end of a run that a rule called for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stopped {
    /// Which rule.
    pub rule: StopRule,
    /// When.
    pub at: Nanos,
    /// What its figure was.
    pub value: f64,
    /// How many samples it rests on.
    pub samples: u64,
}

impl Bound {
    /// Whether a value lies there.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Bound::Below(edge) => value < edge,
            Bound::Above(edge) => value > edge,
        }
    }

    /// As a scenario would write it: `above 50 %`.
    pub fn text(self, unit: Unit) -> String {
        match self {
            Bound::Below(edge) => format!("below {}", number::value(edge, unit)),
            Bound::Above(edge) => format!("above {}", number::value(edge, unit)),
        }
    }
}

impl fmt::Display for StopRule {
    /// The rule in words: `success.ratio chat below 50 % over 30 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figure = format!("{} {}", self.metric, self.scope);
        let bound = self.when.text(self.metric.entry().unit);
        write!(f, "{} {bound} over {}", figure.trim_end(), number::time(self.window))
    }
}

impl fmt::Display for Stopped {
    /// The end in words: `flood: 38.0 % at 1:32, success.ratio below 50 % over 30 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = number::value(self.value, self.rule.metric.entry().unit);
        write!(f, "{}: {value} at {}, {}", self.rule.name, number::clock(self.at), self.rule)
    }
}
