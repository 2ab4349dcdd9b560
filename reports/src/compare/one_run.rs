//! One run a side: how each figure varies is told from the blocks of the runs themselves.
//!
//! That is the noise within a run. How runs differ as wholes, a busier machine or a slower day, no single run can tell, so
//! what is found here needs a change that leaves no doubt; `runs` is for the others.

use super::bootstrap::{self, Draws, Percentile, Quotient};
use super::bounds::{self, Pairing, Side, Summed};
use super::change::{Change, Verdict, Why};
use super::interval::Interval;
use super::law::{Law, Of, Over};
use super::margin::Margin;
use super::series::Series;
use super::{Block, Point, Row};
use crate::metric::Statistic;
use crate::tally::Folded;

/// What the draws of the base are told apart by from those of the head.
const OTHER: u64 = 0x6261_7365;

pub(super) fn rows(base: &Folded, head: &Folded) -> Vec<Row> {
    let pairs = base.answers.iter().zip(&head.answers);
    let seed = head.summary.run.seed;
    let pairing = if base.summary.run.seed == seed { Pairing::SameSeed } else { Pairing::Apart };
    pairs
        .filter(|(base, head)| has_any(base, head))
        .map(|(base, head)| row(base, head, pairing, seed))
        .collect()
}

/// Whether there is anything to compare: a figure that neither side has is nobody's loss.
pub(super) fn has_any(base: &Series, head: &Series) -> bool {
    base.measured().value.is_some() || head.measured().value.is_some()
}

fn row(base: &Series, head: &Series, pairing: Pairing, seed: u64) -> Row {
    let metric = head.question().metric;
    let allowed = Margin::usual(metric);
    let told = tell(base, head, allowed, pairing, seed);
    Row {
        metric,
        scope: head.question().scope.clone(),
        better: metric.better(),
        allowed,
        base: point(base),
        head: point(head),
        change: told.change,
        verdict: told.verdict,
        why: told.why,
    }
}

fn point(series: &Series) -> Point {
    let measured = series.measured();
    Point { value: measured.value, samples: measured.samples, floor: measured.floor }
}

struct Told {
    change: Option<Change>,
    verdict: Verdict,
    why: Option<Why>,
}

fn tell(base: &Series, head: &Series, allowed: Margin, pairing: Pairing, seed: u64) -> Told {
    let (Some(before), Some(after)) = (base.measured().value, head.measured().value) else {
        return Told { change: None, verdict: Verdict::Inconclusive, why: Some(Why::Missing) };
    };
    let change = Change::of(before, after);
    let few = |series: &Series| series.measured().samples < series.measured().floor;
    if few(base) || few(head) {
        return Told { change: Some(change), verdict: Verdict::NoData, why: Some(Why::TooFew) };
    }
    let better = head.question().metric.better();
    let law = Law::of(head.question().metric);
    match interval(base, head, pairing, seed) {
        Some(interval) => {
            let change = change.within(&interval);
            let verdict = Verdict::of_interval(&interval, allowed, better);
            let why = (verdict == Verdict::Inconclusive).then(|| Why::of(&change, allowed));
            Told { change: Some(change), verdict, why }
        }
        None if before == after => Told { change: Some(change), verdict: Verdict::Unchanged, why: None },
        None => {
            let why = if law == Law::Once { Why::OneValue } else { Why::TooShort };
            Told { change: Some(change), verdict: Verdict::Inconclusive, why: Some(why) }
        }
    }
}

/// The interval of the change between two answers to one question. None where nobody can tell.
pub(super) fn interval(base: &Series, head: &Series, pairing: Pairing, seed: u64) -> Option<Interval> {
    let at = (base.measured().value?, head.measured().value?);
    let sides = (side(base, at.0), side(head, at.1));
    match Law::of(head.question().metric) {
        Law::Once => None,
        Law::Defects => Some(sharp(at)),
        // Neither counted any, or both the very same at the same times: there is nothing that could have varied.
        _ if at == (0.0, 0.0) || pairing == Pairing::SameSeed && base.counted() == head.counted() => {
            Some(sharp(at))
        }
        Law::Share => bounds::share(&sides.0, &sides.1, pairing),
        Law::Events => summed(&sides, pairing, Summed::Events, |block| block.hits as f64),
        Law::Sum(Of::Hits) => summed(&sides, pairing, Summed::Sizes, |block| block.hits as f64),
        Law::Sum(Of::Usd) => summed(&sides, pairing, Summed::Sizes, |block| block.usd),
        Law::Ratio(over) => resampled(base, head, at, seed, |series| quotient(over, series.counted())),
        Law::Times(Statistic::Percentile(quantile)) => {
            resampled(base, head, at, seed, |series| Percentile::new(quantile, series.counted()))
        }
        // The extremes of a resample are those of the run: they follow no law of it.
        Law::Times(Statistic::Min | Statistic::Max) => None,
        Law::Times(Statistic::Mean) => resampled(base, head, at, seed, |series| mean(series.counted())),
    }
}

fn summed(
    (base, head): &(Side<'_>, Side<'_>),
    pairing: Pairing,
    summed: Summed,
    value: fn(&Block) -> f64,
) -> Option<Interval> {
    bounds::sum(base, head, pairing, summed, value)
}

fn sharp((base, head): (f64, f64)) -> Interval {
    let difference = head - base;
    Interval { difference: (difference, difference), ratio: (base > 0.0).then(|| (head / base, head / base)) }
}

fn side(series: &Series, at: f64) -> Side<'_> {
    Side { blocks: series.blocks(), counted: series.counted(), at }
}

fn resampled<F: bootstrap::Figure>(
    base: &Series,
    head: &Series,
    at: (f64, f64),
    seed: u64,
    figure: impl Fn(&Series) -> F,
) -> Option<Interval> {
    let draws = Draws::new(head.blocks(), seed);
    let other = (base.blocks() != head.blocks()).then(|| Draws::new(base.blocks(), seed ^ OTHER));
    bootstrap::interval((&figure(base), &figure(head)), at, &draws, other.as_ref())
}

fn quotient(over: Over, counted: &[Block]) -> Quotient {
    let each = |value: fn(&Block) -> f64| counted.iter().map(value).collect();
    match over {
        Over::HitsOverRequests => {
            Quotient { over: each(|block| block.hits as f64), under: each(|block| block.of as f64) }
        }
        Over::UsdOverHits => {
            Quotient { over: each(|block| block.usd * 1000.0), under: each(|block| block.hits as f64) }
        }
    }
}

fn mean(counted: &[Block]) -> Quotient {
    let each = |value: fn(&Block) -> f64| counted.iter().map(value).collect();
    Quotient { over: each(|block| block.times.sum_s()), under: each(|block| block.times.count() as f64) }
}
