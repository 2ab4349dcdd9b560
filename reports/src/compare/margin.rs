//! How far a figure may move before it has changed: a part of the baseline, or an amount.

use serde::{Deserialize, Serialize};

use super::interval::Interval;
use super::law::Law;
use crate::metric::{Figure, Metric, Unit};
use crate::number;

/// An allowed change. Never negative.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Margin {
    /// A part of the baseline: 0.1 is ten per cent of it.
    Relative(f64),
    /// An amount in the metric's unit.
    Absolute(f64),
}

/// Where an interval lies by an allowed change to one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// All of it is beyond.
    Beyond,
    /// All of it is within.
    Within,
    /// The edge is in it.
    Across,
}

impl Margin {
    /// What is allowed where nobody says: no defect more, a tenth of a point of what must stay near one, one point of any
    /// other share, a tenth of anything else.
    pub fn usual(metric: Metric) -> Self {
        match (Law::of(metric), metric) {
            (Law::Defects, _) => Margin::Absolute(0.0),
            (_, Metric::Figure(Figure::SuccessRatio | Figure::GoodputRatio)) => Margin::Absolute(0.001),
            (Law::Share, _) => Margin::Absolute(0.01),
            _ => Margin::Relative(0.1),
        }
    }

    /// The half of it: what is told apart by several runs must be an effect that matters.
    pub(super) fn half(self) -> Self {
        match self {
            Margin::Relative(part) => Margin::Relative(part / 2.0),
            Margin::Absolute(amount) => Margin::Absolute(amount / 2.0),
        }
    }

    /// Where a change lies if this is the most that the figure may rise.
    pub(crate) fn rise(self, change: &Interval) -> Stand {
        match (self, change.ratio) {
            (Margin::Relative(part), Some((low, high))) => stand(low, high, 1.0 + part),
            // Of a base that may be nothing no part can be allowed.
            (Margin::Relative(_), None) => stand(change.difference.0, change.difference.1, 0.0),
            (Margin::Absolute(amount), _) => stand(change.difference.0, change.difference.1, amount),
        }
    }

    /// Where a change lies if this is the most that the figure may fall.
    pub(crate) fn fall(self, change: &Interval) -> Stand {
        match (self, change.ratio) {
            (Margin::Relative(part), Some((low, high))) => stand(-high, -low, part - 1.0),
            (Margin::Relative(_), None) => stand(-change.difference.1, -change.difference.0, 0.0),
            (Margin::Absolute(amount), _) => stand(-change.difference.1, -change.difference.0, amount),
        }
    }

    /// As a scenario writes it: `10 %`, `200 ms`, `0.5 points`.
    pub fn text(self, unit: Unit) -> String {
        match (self, unit) {
            (Margin::Relative(part), _) => number::share(part),
            (Margin::Absolute(amount), _) => {
                number::difference(amount, unit).trim_start_matches('+').to_owned()
            }
        }
    }
}

fn stand(low: f64, high: f64, edge: f64) -> Stand {
    match () {
        () if low > edge => Stand::Beyond,
        () if high <= edge => Stand::Within,
        () => Stand::Across,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_beyond_only_as_a_whole() {
        let change =
            |low: f64, high: f64| Interval { difference: (low - 1.0, high - 1.0), ratio: Some((low, high)) };
        let tenth = Margin::Relative(0.1);
        let table = [
            (change(1.12, 1.3), Stand::Beyond, Stand::Within),
            (change(1.05, 1.3), Stand::Across, Stand::Within),
            (change(0.95, 1.05), Stand::Within, Stand::Within),
            (change(0.8, 1.2), Stand::Across, Stand::Across),
            (change(0.7, 0.85), Stand::Within, Stand::Beyond),
        ];
        for (change, rise, fall) in table {
            assert_eq!((tenth.rise(&change), tenth.fall(&change)), (rise, fall), "{change:?}");
            let amount = Margin::Absolute(0.1);
            assert_eq!((amount.rise(&change), amount.fall(&change)), (rise, fall), "{change:?}");
        }
    }

    #[test]
    fn of_a_base_of_nothing_no_part_is_allowed() {
        let tenth = Margin::Relative(0.1);
        let change = |low, high| Interval { difference: (low, high), ratio: None };
        assert_eq!(tenth.rise(&change(0.5, 3.0)), Stand::Beyond);
        assert_eq!(tenth.rise(&change(-0.5, 3.0)), Stand::Across);
        assert_eq!(tenth.rise(&change(0.0, 0.0)), Stand::Within);
    }

    #[test]
    fn margins_read_as_they_are_written() {
        let text = |margin: Margin, unit| margin.text(unit).replace('\u{202f}', " ");
        assert_eq!(text(Margin::Relative(0.1), Unit::Seconds), "10.0 %");
        assert_eq!(text(Margin::Absolute(0.2), Unit::Seconds), "200 ms");
        assert_eq!(text(Margin::Absolute(0.005), Unit::Share), "0.500 points");
    }
}
