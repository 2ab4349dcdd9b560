//! What is known of the change of one figure, and what is said of it.

use serde::{Deserialize, Serialize};

use super::interval::{Ends, Interval};
use super::margin::{Margin, Stand};
use crate::metric::Better;

/// The change of a figure from base to head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Head − base, in the metric's unit.
    pub difference: f64,
    /// Head ÷ base − 1; none where the base is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
    /// The 95 % interval of the difference, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference_interval: Option<Ends>,
    /// The 95 % interval of the relative change, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_interval: Option<Ends>,
    /// The chance of such a change where nothing has changed, all figures considered; of several runs alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
}

/// What is said of a figure. The order is that of the telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It got worse, by more than is allowed.
    Regressed,
    /// It may have changed by more than is allowed, or may not.
    Inconclusive,
    /// It moved by more than is allowed, and neither way is better.
    Changed,
    /// It got better, by more than counts as a change.
    Improved,
    /// Whatever moved is within what is allowed.
    Unchanged,
    /// One of the two has too few samples to compare.
    NoData,
}

/// Why there is no better answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// One of the two has no such figure.
    Missing,
    /// One of the two has fewer samples than bound it.
    TooFew,
    /// One run has one such value, and nobody can tell how it varies.
    OneValue,
    /// The time in scope is too short to tell how it varies.
    TooShort,
    /// The interval is too wide: about that many times the samples would do.
    TooWide(f64),
    /// The change is as large as what is allowed, or nearly so, and no sample would do.
    AtTheEdge,
    /// With so few runs chance could do as much to one of so many figures.
    TooFewRuns,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Regressed => "regressed",
            Verdict::NoData => "no data",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Changed => "changed",
            Verdict::Improved => "improved",
            Verdict::Unchanged => "unchanged",
        }
    }

    /// All of them, in the order of the telling.
    pub const ALL: [Verdict; 6] = [
        Verdict::Regressed,
        Verdict::Inconclusive,
        Verdict::Changed,
        Verdict::Improved,
        Verdict::Unchanged,
        Verdict::NoData,
    ];

    /// What a figure that rose, or fell, did.
    pub(super) fn of_move(rose: bool, better: Better) -> Self {
        match (better, rose) {
            (Better::Neither, _) => Verdict::Changed,
            (Better::Higher, true) | (Better::Lower, false) => Verdict::Improved,
            (Better::Higher, false) | (Better::Lower, true) => Verdict::Regressed,
        }
    }

    /// What is said of a change whose interval is known.
    pub(super) fn of_interval(interval: &Interval, allowed: Margin, better: Better) -> Self {
        match (allowed.rise(interval), allowed.fall(interval)) {
            (Stand::Beyond, _) => Verdict::of_move(true, better),
            (_, Stand::Beyond) => Verdict::of_move(false, better),
            (Stand::Within, Stand::Within) => Verdict::Unchanged,
            _ => Verdict::Inconclusive,
        }
    }
}

/// How many times the samples still are an answer to how many it would take.
const MOST_TIMES: f64 = 100.0;

impl Why {
    /// Why an interval holds an edge of what is allowed. It narrows around its change with the root of the samples, and
    /// must come clear of the edges that it holds.
    pub(super) fn of(change: &Change, allowed: Margin) -> Self {
        let ((low, high), at, room) = match (allowed, change.relative_interval, change.difference_interval) {
            (Margin::Relative(part), Some(ends), _) => (ends, change.relative.unwrap_or_default(), part),
            (Margin::Absolute(amount), _, Some(ends)) => (ends, change.difference, amount),
            _ => return Why::AtTheEdge,
        };
        let held = [-room, room].into_iter().filter(|edge| low < *edge && *edge < high);
        let times = held.map(|edge| {
            let end = if edge > at { high } else { low };
            ((end - at) / (edge - at)).powi(2)
        });
        match times.fold(1.0, f64::max) {
            times if times < MOST_TIMES => Why::TooWide(times),
            _ => Why::AtTheEdge,
        }
    }
}

impl Change {
    /// From one value to another.
    pub(super) fn of(base: f64, head: f64) -> Self {
        Change {
            difference: head - base,
            relative: (base > 0.0).then(|| head / base - 1.0),
            difference_interval: None,
            relative_interval: None,
            chance: None,
        }
    }

    /// The same with what is known of its size.
    pub(super) fn within(self, interval: &Interval) -> Self {
        let relative = interval.ratio.map(|(low, high)| (low - 1.0, high - 1.0));
        Change { difference_interval: Some(interval.difference), relative_interval: relative, ..self }
    }

    /// What is known of its size, if anything is.
    pub(crate) fn interval(&self) -> Option<Interval> {
        let ratio = self.relative_interval.map(|(low, high)| (1.0 + low, 1.0 + high));
        Some(Interval { difference: self.difference_interval?, ratio })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_up_or_down_as_the_figure_has_it() {
        let interval =
            |low: f64, high: f64| Interval { difference: (low - 1.0, high - 1.0), ratio: Some((low, high)) };
        let (up, down, still) = (interval(1.2, 1.4), interval(0.6, 0.8), interval(0.97, 1.04));
        let wide = interval(0.8, 1.2);
        let table = [
            (up, Better::Lower, Verdict::Regressed),
            (up, Better::Higher, Verdict::Improved),
            (up, Better::Neither, Verdict::Changed),
            (down, Better::Lower, Verdict::Improved),
            (down, Better::Higher, Verdict::Regressed),
            (still, Better::Lower, Verdict::Unchanged),
            (wide, Better::Lower, Verdict::Inconclusive),
        ];
        for (interval, better, verdict) in table {
            assert_eq!(
                Verdict::of_interval(&interval, Margin::Relative(0.1), better),
                verdict,
                "{interval:?}"
            );
        }
    }

    #[test]
    fn what_is_unsure_says_how_many_samples_would_do() {
        let told = |at: f64, low: f64, high: f64| {
            let interval = Interval { difference: (low, high), ratio: Some((1.0 + low, 1.0 + high)) };
            Why::of(&Change::of(1.0, 1.0 + at).within(&interval), Margin::Relative(0.1))
        };
        let times = |why| match why {
            Why::TooWide(times) => times,
            other => unreachable!("{other:?}"),
        };
        // Twice as wide as there is room for: four times the samples, on whichever side there is less room.
        assert!((times(told(0.0, -0.2, 0.2)) - 4.0).abs() < 1e-6);
        assert!((times(told(0.05, -0.05, 0.15)) - 4.0).abs() < 1e-6);
        // Beyond by half of its reach to the edge: the same, the other way.
        assert!((times(told(0.15, 0.05, 0.25)) - 4.0).abs() < 1e-6);
        assert_eq!(told(0.1001, 0.05, 0.15), Why::AtTheEdge);
    }
}
