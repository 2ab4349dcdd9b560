//! Several runs a side: each run gives one value, and how the values differ is what a change must stand out from.
//!
//! A change must be unlikely by chance among all figures together (an exact permutation test, corrected by Holm, each way by
//! itself), and at least half of what is allowed: with many runs the smallest shift can be shown, and need not matter.

use super::bounds::Pairing;
use super::change::{Change, Verdict, Why};
use super::interval::Interval;
use super::law::Law;
use super::margin::{Margin, Stand};
use super::one_run::has_any;
use super::permutation::{LEVEL, Told, holm, splits, test};
use super::question::Question;
use super::series::Series;
use super::{Point, Row};
use crate::metric::{Better, Metric};
use crate::tally::Folded;

/// A figure with its value in each run.
struct Values {
    question: Question,
    base: Side,
    head: Side,
}

struct Side {
    values: Vec<Option<f64>>,
    samples: u64,
    floor: u64,
    /// Whether each run has as many samples as bound the figure.
    enough: bool,
}

pub(super) fn rows(base: &[Folded], head: &[Folded]) -> Vec<Row> {
    let all = values(base, head);
    let seeds = |runs: &[Folded]| runs.iter().map(|run| run.summary.run.seed).collect::<Vec<u64>>();
    let pairing = if seeds(base) == seeds(head) { Pairing::SameSeed } else { Pairing::Apart };
    let tests: Vec<Option<Tested>> = all.iter().map(|values| tested(values, pairing)).collect();
    // What is the same in every run cannot be a false alarm, so it takes no part in the correction.
    let varied: Vec<usize> =
        (0..tests.len()).filter(|place| tests[*place].is_some_and(|tested| tested.varies)).collect();
    let corrected = |chance: fn(&Told) -> f64| {
        let chances: Vec<f64> = varied
            .iter()
            .filter_map(|place| tests[*place].as_ref())
            .map(|tested| chance(&tested.told))
            .collect();
        holm(&chances)
    };
    let (up, down) = (corrected(|told| told.p_up), corrected(|told| told.p_down));
    let can_tell = varied.len() as f64 / splits(base.len(), head.len()) as f64 <= LEVEL;
    let rows = all.into_iter().zip(tests).enumerate();
    rows.map(|(place, (values, tested))| {
        let rank = varied.iter().position(|varied| *varied == place);
        let chances = rank.map_or((1.0, 1.0), |rank| (up[rank], down[rank]));
        row(values, tested, chances, can_tell)
    })
    .collect()
}

fn values(base: &[Folded], head: &[Folded]) -> Vec<Values> {
    let Some(first) = head.first() else { return Vec::new() };
    let of = |runs: &[Folded], place: usize| {
        let measured = || runs.iter().filter_map(|run| run.answers.get(place)).map(Series::measured);
        let enough = measured().all(|measured| measured.samples >= measured.floor);
        let samples = || measured().map(|measured| measured.samples);
        Side {
            values: measured().map(|measured| measured.value).collect(),
            samples: if enough { samples().sum() } else { samples().min().unwrap_or_default() },
            floor: measured().map(|measured| measured.floor).max().unwrap_or_default(),
            enough,
        }
    };
    let known = |place: &usize| {
        base.iter().zip(head).any(|(base, head)| match (base.answers.get(*place), head.answers.get(*place)) {
            (Some(base), Some(head)) => has_any(base, head),
            _ => false,
        })
    };
    let places = (0..first.answers.len()).filter(known);
    places
        .map(|place| Values {
            question: first.answers[place].question().clone(),
            base: of(base, place),
            head: of(head, place),
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Tested {
    told: Told,
    /// Whether the values are logarithms.
    logs: bool,
    varies: bool,
}

/// None where a run has no value, or too little to stand on.
fn tested(values: &Values, pairing: Pairing) -> Option<Tested> {
    if !values.base.enough || !values.head.enough {
        return None;
    }
    let known = |side: &Side| side.values.iter().copied().collect::<Option<Vec<f64>>>();
    let (base, head) = (known(&values.base)?, known(&values.head)?);
    let all = || base.iter().chain(&head);
    let logs = is_scale(values.question.metric) && all().all(|value| *value > 0.0);
    let scaled = |values: &[f64]| values.iter().map(|value| if logs { value.ln() } else { *value }).collect();
    let (before, after): (Vec<f64>, Vec<f64>) = (scaled(&base), scaled(&head));
    let varies = all().any(|value| *value != base[0]);
    Some(Tested { told: test(&before, &after, pairing), logs, varies })
}

/// Whether a figure changes by factors: times and counts do, shares do not.
fn is_scale(metric: Metric) -> bool {
    Law::of(metric) != Law::Share
}

fn row(values: Values, tested: Option<Tested>, chances: (f64, f64), can_tell: bool) -> Row {
    let metric = values.question.metric;
    let allowed = Margin::usual(metric);
    let better = metric.better();
    let shown = |side: &Side, value| Point { value, samples: side.samples, floor: side.floor };
    let (base, head, change, verdict, why) = match tested {
        None => {
            let missing = [&values.base, &values.head].iter().any(|side| side.values.contains(&None));
            let (verdict, why) = match missing {
                true => (Verdict::Inconclusive, Why::Missing),
                false => (Verdict::NoData, Why::TooFew),
            };
            (shown(&values.base, None), shown(&values.head, None), None, verdict, Some(why))
        }
        Some(tested) => {
            let (before, after) = tested.means();
            let interval = tested.interval();
            let chance = chances.0.min(chances.1);
            let change = Change {
                chance: tested.varies.then_some(chance),
                ..Change::of(before, after).within(&interval)
            };
            let at = Interval {
                difference: (change.difference, change.difference),
                ratio: change.relative.map(|relative| (1.0 + relative, 1.0 + relative)),
            };
            let shown_up = chances.0 < LEVEL && allowed.half().rise(&at) == Stand::Beyond;
            let shown_down = chances.1 < LEVEL && allowed.half().fall(&at) == Stand::Beyond;
            let (verdict, why) = match (shown_up, shown_down) {
                (true, _) => (Verdict::of_move(true, better), None),
                (_, true) => (Verdict::of_move(false, better), None),
                _ => unshown(&change, &interval, allowed, can_tell),
            };
            (shown(&values.base, Some(before)), shown(&values.head, Some(after)), Some(change), verdict, why)
        }
    };
    Row { metric, scope: values.question.scope, better, allowed, base, head, change, verdict, why }
}

/// What is said of a change that was not shown: that it is none needs an interval within what is allowed.
fn unshown(change: &Change, interval: &Interval, allowed: Margin, can_tell: bool) -> (Verdict, Option<Why>) {
    match Verdict::of_interval(interval, allowed, Better::Neither) {
        Verdict::Unchanged => (Verdict::Unchanged, None),
        Verdict::Inconclusive => (Verdict::Inconclusive, Some(Why::of(change, allowed))),
        // The interval is sure, and the test among so many figures is not.
        _ if can_tell => (Verdict::Inconclusive, Some(Why::AtTheEdge)),
        _ => (Verdict::Inconclusive, Some(Why::TooFewRuns)),
    }
}

impl Tested {
    /// The mean of each side, in the metric's unit; of logarithms, the geometric one.
    fn means(&self) -> (f64, f64) {
        let (base, head) = self.told.means;
        if self.logs { (base.exp(), head.exp()) } else { (base, head) }
    }

    fn interval(&self) -> Interval {
        let (low, high) = self.told.interval;
        let (base, _) = self.means();
        match self.logs {
            true => Interval {
                difference: (base * (low.exp() - 1.0), base * (high.exp() - 1.0)),
                ratio: Some((low.exp(), high.exp())),
            },
            false => Interval {
                difference: (low, high),
                ratio: (base > 0.0).then(|| (1.0 + low / base, 1.0 + high / base)),
            },
        }
    }
}
