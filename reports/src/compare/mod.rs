//! Two runs, figure by figure: what got better, what got worse, and what nobody can tell.
//!
//! ```text
//! usual(header) ─▶ questions ─▶ tally ─▶ a Series each, in blocks of seconds
//!                                              │ one run a side: bootstrap, bounds
//! unlike(base, head): refuse, or tell          │ several: permutation
//!                                              ▼
//!                                    Interval of the change ─Margin─▶ Verdict
//! ```
//!
//! A difference of two figures is mostly noise: of two runs of one program, a plain limit of ten per cent on the 99th
//! percentile is broken by every fourth. So a figure has regressed only where the whole interval of its change lies beyond
//! what is allowed, and where the interval holds the edge the answer is *inconclusive*, with what it would take to know.
//! `tests.rs` holds these rules against simulated runs.

mod blocks;
mod bootstrap;
mod bounds;
mod change;
mod interval;
mod law;
mod margin;
mod one_run;
mod permutation;
mod question;
mod runs;
mod series;
#[cfg(test)]
mod tests;
mod times;
mod unlike;

use serde::{Deserialize, Serialize};

use crate::gate::Scope;
use crate::metric::{Better, Metric};
use crate::record::Name;
use crate::tally::Folded;

pub(crate) use blocks::{Block, Blocks};
pub use change::{Change, Verdict, Why};
pub use interval::Ends;
pub(crate) use law::Law;
pub use law::one_run_can_tell;
pub use margin::{Margin, Stand};
pub use permutation::{runs_needed, splits};
pub use question::{Question, usual};
pub use series::Series;
pub(crate) use times::Times;
pub use unlike::{Difference, Known, Settings, unlike};

/// The version of `comparison.json`. Additive changes keep it.
pub const FORMAT_VERSION: u32 = 1;

/// The most runs of both sides together: beyond twenty the exact test has too many choices to count.
pub const MOST_RUNS: usize = 20;

/// What came of holding one run, or several, against another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`FORMAT_VERSION`] of the writer.
    pub format: u32,
    /// The answer in one word: that of the gravest row; too few samples count only where no row has more.
    pub verdict: Verdict,
    /// What was compared with.
    pub base: Side,
    /// What was compared.
    pub head: Side,
    /// In what the two are not alike, though they were compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlike: Vec<Difference>,
    /// Figure by figure: regressed first, then what nobody can tell, then the rest; too few samples last.
    pub rows: Vec<Row>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// What it is called: a baseline's name, or where it lies.
    pub name: Name,
    /// Its scenario.
    pub scenario: Name,
    /// The seed of each of its runs.
    pub seeds: Vec<u64>,
    /// SHA-256 of the scenario as it was run, in hex.
    pub digest: String,
}

/// One figure of both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The figure.
    pub metric: Metric,
    /// Whose.
    #[serde(default)]
    pub scope: Scope,
    /// Which way it gets better.
    pub better: Better,
    /// How far it may move before it has changed.
    pub allowed: Margin,
    /// What it was in the base: of several runs, their mean.
    pub base: Point,
    /// What it is in the head.
    pub head: Point,
    /// What is known of the change; none where one side has no figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The answer.
    pub verdict: Verdict,
    /// Why there is no better answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
}

/// A figure of one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// In the metric's unit; none where there was nothing to measure.
    pub value: Option<f64>,
    /// How many samples it rests on, in all runs; where one of them has too few, in that one.
    pub samples: u64,
    /// The fewest samples that can bear a verdict, in each run.
    pub floor: u64,
}

/// The runs of one side, each folded with the same questions.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// What the side is called.
    pub name: &'a str,
    /// Its runs; at least one.
    pub runs: &'a [Folded],
}

/// Holds a head against a base. One run a side is judged by its blocks, several by how they differ among themselves.
pub fn compare(base: Sample<'_>, head: Sample<'_>, unlike: Vec<Difference>) -> Comparison {
    let mut rows = match (base.runs, head.runs) {
        ([base], [head]) => one_run::rows(base, head),
        (base, head) => runs::rows(base, head),
    };
    rows.sort_by_key(|row| row.verdict);
    Comparison {
        format: FORMAT_VERSION,
        verdict: rows.iter().map(|row| row.verdict).min().unwrap_or(Verdict::NoData),
        base: base.side(),
        head: head.side(),
        unlike,
        rows,
    }
}

impl Comparison {
    /// How many rows have this answer.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// How many runs each side has.
    pub fn runs(&self) -> (usize, usize) {
        (self.base.seeds.len(), self.head.seeds.len())
    }

    /// The row of a figure.
    pub fn row(&self, metric: Metric, scope: &Scope) -> Option<&Row> {
        self.rows.iter().find(|row| row.metric == metric && row.scope == *scope)
    }
}

impl Sample<'_> {
    fn side(&self) -> Side {
        let first = self.runs.first().map(|run| &run.summary.run);
        Side {
            name: self.name.into(),
            scenario: first.map_or_else(|| "".into(), |run| run.scenario.clone()),
            seeds: self.runs.iter().map(|run| run.summary.run.seed).collect(),
            digest: first.map_or_else(String::new, |run| run.digest.clone()),
        }
    }
}
