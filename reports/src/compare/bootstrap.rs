//! Block bootstrap: what percentiles and ratios could have been, had other blocks of the same run come up.
//!
//! Whole blocks are drawn with replacement, as many from each stage as it has. Where both runs have the same blocks, both
//! sides of a resample take the same ones: what the timeline does to both, a storm in its middle above all, then cancels
//! out of their difference, and what is left is the noise of each. Intervals are those of the percentiles of the
//! resamples, widened for few blocks as Student's t is (Hesterberg 2015).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::blocks::{Block, Blocks};
use super::interval::{Ends, Interval, LEAST_FREEDOM, Z, t};
use crate::histogram::Quantile;

/// How many times blocks are drawn.
pub(super) const RESAMPLES: usize = 2000;

/// How often each block stands in each resample.
pub(super) struct Draws {
    times: Vec<Vec<u16>>,
    freedom: usize,
}

impl Draws {
    /// Draws that are the same for the same blocks and seed.
    pub(super) fn new(blocks: &Blocks, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let times = (0..RESAMPLES).map(|_| draw(blocks, &mut rng)).collect();
        Draws { times, freedom: blocks.freedom() }
    }
}

fn draw(blocks: &Blocks, rng: &mut ChaCha8Rng) -> Vec<u16> {
    let mut times = vec![0u16; blocks.count()];
    for stage in blocks.stages() {
        for _ in stage.clone() {
            // The high half of a product is uniform to one part in 2^64 ÷ blocks.
            let drawn = (u128::from(rng.next_u64()) * stage.len() as u128) >> 64;
            let place = &mut times[stage.start + drawn as usize];
            *place = place.saturating_add(1);
        }
    }
    times
}

/// A figure of blocks, each of which stands as often as it was drawn.
pub(super) trait Figure {
    /// The figure; none where nothing was drawn that has it.
    fn of(&self, times: &[u16]) -> Option<f64>;
}

/// The interval of a change from `base` to `head`, whose figures are `at` in the runs themselves. `other` are the draws of
/// the base, where its blocks are not those of the head. None where there are too few blocks to tell.
pub(super) fn interval(
    (base, head): (&impl Figure, &impl Figure),
    at: (f64, f64),
    draws: &Draws,
    other: Option<&Draws>,
) -> Option<Interval> {
    let freedom = other.map_or(draws.freedom, |other| other.freedom.min(draws.freedom));
    if freedom < LEAST_FREEDOM {
        return None;
    }
    let of_base = other.unwrap_or(draws);
    let pairs: Option<Vec<Ends>> =
        of_base.times.iter().zip(&draws.times).map(|(b, h)| Some((base.of(b)?, head.of(h)?))).collect();
    let pairs = pairs?;
    // As many degrees of freedom are spent as there are stages, each of whose means is taken from its blocks.
    let blocks = draws.times.first().map_or(0, Vec::len) as f64;
    let widen = t(freedom) / Z * (blocks / freedom as f64).sqrt();
    let difference = pairs.iter().map(|(base, head)| head - base).collect();
    let ratio = pairs.iter().all(|(base, head)| *base > 0.0 && *head > 0.0).then(|| {
        let logs = pairs.iter().map(|(base, head)| (head / base).ln()).collect();
        let (low, high) = widened(ends(logs), (at.1 / at.0).ln(), widen);
        (low.exp(), high.exp())
    });
    Some(Interval { difference: widened(ends(difference), at.1 - at.0, widen), ratio })
}

/// The ends that hold 95 % of the values.
fn ends(mut values: Vec<f64>) -> Ends {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 40;
    (values[cut], values[values.len() - 1 - cut])
}

fn widened((low, high): Ends, at: f64, by: f64) -> Ends {
    (low.min(at).min(at + (low - at) * by), high.max(at).max(at + (high - at) * by))
}

/// A percentile of times.
pub(super) struct Percentile {
    quantile: Quantile,
    /// Seconds, smallest first.
    values: Vec<f64>,
    /// How many times of each block are at most as long as each value.
    up_to: Vec<Vec<u32>>,
}

impl Percentile {
    pub(super) fn new(quantile: Quantile, blocks: &[Block]) -> Self {
        let mut micros: Vec<u64> =
            blocks.iter().flat_map(|block| block.times.buckets()).map(|(micros, _)| micros).collect();
        micros.sort_unstable();
        micros.dedup();
        let up_to = blocks.iter().map(|block| {
            let mut buckets = block.times.buckets().peekable();
            let mut sum = 0u32;
            let add = |value: &u64| {
                while let Some((_, count)) = buckets.next_if(|(micros, _)| micros <= value) {
                    sum = sum.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
                }
                sum
            };
            micros.iter().map(add).collect()
        });
        Percentile {
            quantile,
            up_to: up_to.collect(),
            values: micros.iter().map(|micros| *micros as f64 / 1e6).collect(),
        }
    }

    fn count_up_to(&self, value: usize, times: &[u16]) -> u64 {
        let drawn = self.up_to.iter().zip(times).filter(|(_, times)| **times > 0);
        drawn.map(|(up_to, times)| u64::from(up_to[value]) * u64::from(*times)).sum()
    }
}

impl Figure for Percentile {
    fn of(&self, times: &[u16]) -> Option<f64> {
        let last = self.values.len().checked_sub(1)?;
        let count = self.count_up_to(last, times);
        let rank = ((self.quantile.get() * count as f64).ceil() as u64).max(1);
        let (mut low, mut high) = (0, last);
        while low < high {
            let middle = low.midpoint(high);
            match self.count_up_to(middle, times) >= rank {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        (count > 0).then(|| self.values[low])
    }
}

/// One sum over another.
pub(super) struct Quotient {
    pub(super) over: Vec<f64>,
    pub(super) under: Vec<f64>,
}

impl Figure for Quotient {
    fn of(&self, times: &[u16]) -> Option<f64> {
        let sum =
            |values: &[f64]| values.iter().zip(times).map(|(value, n)| value * f64::from(*n)).sum::<f64>();
        let under = sum(&self.under);
        (under > 0.0).then(|| sum(&self.over) / under)
    }
}
