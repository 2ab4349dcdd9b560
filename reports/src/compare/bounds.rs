//! Intervals of shares, counts and sums: each side's own, and from both that of their change.
//!
//! A resample of a run without failures has no failures, so the bootstrap would be sure of what it cannot know. Each side
//! gets the score interval of its law instead (Wilson 1927 for shares, Byar's approximation for counts), over as many
//! samples as it is worth: where blocks differ more than independent requests would, by so much fewer. The interval of
//! the change follows from both by the square rule of Newcombe (1998; MOVER of Donner and Zou, 2012).
//!
//! Two runs of one seed get the same requests at the same times, so they differ by less than two samples would; of them the
//! blocks alone tell, down to what may have gone unseen.

use super::blocks::{Block, Blocks};
use super::interval::{Ends, Interval, LEAST_FREEDOM, Z, t};

/// The largest ratio that is looked for: of a base that may be nothing, no ratio is too large.
const LARGEST_RATIO: f64 = 1e6;

/// A figure of one side with its own interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    at: f64,
    low: f64,
    high: f64,
}

/// The variance of what was not seen at all: of no event, three may have been missed (95 %, as `e^-3` is 5 %).
const UNSEEN: f64 = (3.0 / Z) * (3.0 / Z);

/// Whether two runs are samples of their own, or the same requests twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairing {
    /// Each has its own seed.
    Apart,
    /// Both have one seed.
    SameSeed,
}

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Summed {
    /// Events, which vary at least as independent ones do.
    Events,
    /// Sizes: how they vary is told by the blocks alone.
    Sizes,
}

/// What one side's blocks add up to.
pub(super) struct Side<'a> {
    pub(super) blocks: &'a Blocks,
    pub(super) counted: &'a [Block],
    /// The figure as it is shown.
    pub(super) at: f64,
}

/// The interval of the change of a share.
pub(super) fn share(base: &Side<'_>, head: &Side<'_>, pairing: Pairing) -> Option<Interval> {
    let hits = |side: &Side<'_>| side.counted.iter().map(|block| block.hits).sum::<u64>() as f64;
    let of = |side: &Side<'_>| side.counted.iter().map(|block| block.of).sum::<u64>() as f64;
    let (n, m) = (of(base), of(head));
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let (p, q) = (hits(base) / n, hits(head) / m);
    let strayed = |side: &Side<'_>, share: f64, of: f64| -> Vec<f64> {
        let strays = |block: &Block| (block.hits as f64 - share * block.of as f64) / of;
        side.counted.iter().map(strays).collect()
    };
    let noise = noise(base, head, &strayed(base, p, n), &strayed(head, q, m));
    let expected = p * (1.0 - p) / n + q * (1.0 - q) / m;
    let least = match pairing {
        Pairing::Apart => 1.0,
        Pairing::SameSeed => UNSEEN / (n * m) / expected,
    };
    let (excess, z) = excess(noise, expected, least);
    change(wilson(p, n / excess, z), wilson(q, m / excess, z))
}

/// The interval of the change of a sum.
pub(super) fn sum(
    base: &Side<'_>,
    head: &Side<'_>,
    pairing: Pairing,
    summed: Summed,
    value: impl Fn(&Block) -> f64,
) -> Option<Interval> {
    let values = |side: &Side<'_>| side.counted.iter().map(&value).collect::<Vec<f64>>();
    let (of_base, of_head) = (values(base), values(head));
    let (x, y) = (of_base.iter().sum::<f64>(), of_head.iter().sum::<f64>());
    let least = match (summed, pairing) {
        (Summed::Events, Pairing::Apart) => 1.0,
        (Summed::Events, Pairing::SameSeed) => UNSEEN / (x + y),
        (Summed::Sizes, _) => 0.0,
    };
    let (excess, z) = excess(noise(base, head, &of_base, &of_head), x + y, least);
    let scaled = |side: &Side<'_>, sum: f64| {
        let Bounds { at, low, high } = byar(sum, excess, z);
        // A rate is its count by the second.
        let scale = if sum > 0.0 { side.at / sum } else { 1.0 };
        Bounds { at: at * scale, low: low * scale, high: high * scale }
    };
    change(scaled(base, x), scaled(head, y))
}

/// The variance of head − base, from what each block differs from the mean of its stage, and the freedom left.
fn noise(base: &Side<'_>, head: &Side<'_>, of_base: &[f64], of_head: &[f64]) -> (f64, usize) {
    if base.blocks == head.blocks {
        let differences: Vec<f64> = of_head.iter().zip(of_base).map(|(head, base)| head - base).collect();
        return (spread(head.blocks, &differences), head.blocks.freedom());
    }
    let freedom = base.blocks.freedom().min(head.blocks.freedom());
    (spread(base.blocks, of_base) + spread(head.blocks, of_head), freedom)
}

/// The variance of the sum of all blocks, stage by stage. Trouble that lasts into the next block makes the two alike, which
/// adds to it.
fn spread(blocks: &Blocks, values: &[f64]) -> f64 {
    let of_stage = |values: &[f64]| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let neighbours: f64 = values.windows(2).map(|two| (two[0] - mean) * (two[1] - mean)).sum();
        let sum = squares + 2.0 * neighbours.max(0.0);
        if values.len() > 1 { sum * count / (count - 1.0) } else { 0.0 }
    };
    blocks.stages().map(|places| of_stage(&values[places])).sum()
}

/// How much more blocks vary than their law expects, and the quantile that is right for what this is taken from. With too few
/// blocks to tell, the law alone holds.
fn excess((variance, freedom): (f64, usize), expected: f64, least: f64) -> (f64, f64) {
    match variance / expected {
        _ if expected <= 0.0 || freedom < LEAST_FREEDOM => (1.0, Z),
        excess if excess > least => (excess, t(freedom)),
        _ => (least, Z),
    }
}

/// The score interval of a share.
fn wilson(p: f64, n: f64, z: f64) -> Bounds {
    let z2 = z * z;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Bounds { at: p, low: (middle - half).max(0.0).min(p), high: (middle + half).min(1.0).max(p) }
}

/// The interval of a sum whose variance is `excess` times itself.
fn byar(sum: f64, excess: f64, z: f64) -> Bounds {
    if excess <= sum.abs() * 1e-12 {
        return Bounds { at: sum, low: sum, high: sum };
    }
    let count = sum / excess;
    let end = |count: f64, z: f64| count * (1.0 - 1.0 / (9.0 * count) + z / (3.0 * count.sqrt())).powi(3);
    let low = if count > 0.0 { end(count, -z).max(0.0) } else { 0.0 };
    Bounds { at: sum, low: low * excess, high: end(count + 1.0, z) * excess }
}

fn change(base: Bounds, head: Bounds) -> Option<Interval> {
    let difference = less(head, base, 1.0);
    let ratio = (base.at > 0.0).then(|| {
        // The ratios that the data do not rule out: those that the interval of head − ratio × base holds.
        let low = edge(|ratio| less(head, base, ratio).0 > 0.0);
        let high = edge(|ratio| less(head, base, ratio).1 >= 0.0);
        (low, high)
    });
    Some(Interval { difference, ratio })
}

/// The interval of head − factor × base.
fn less(head: Bounds, base: Bounds, factor: f64) -> Ends {
    let at = head.at - factor * base.at;
    let low = ((head.at - head.low).powi(2) + (factor * (base.high - base.at)).powi(2)).sqrt();
    let high = ((head.high - head.at).powi(2) + (factor * (base.at - base.low)).powi(2)).sqrt();
    (at - low, at + high)
}

/// The largest ratio for which something still holds, of what holds up to some ratio.
fn edge(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, LARGEST_RATIO);
    if holds(high) {
        return high;
    }
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(bounds: Bounds, low: f64, high: f64) {
        assert!((bounds.low - low).abs() < 5e-4 && (bounds.high - high).abs() < 5e-4, "{bounds:?}");
    }

    #[test]
    fn a_share_of_nothing_may_still_be_something() {
        // Wilson 1927 by hand: 0 of 20, 81 of 263 (the example of Newcombe 1998).
        close(wilson(0.0, 20.0, Z), 0.0, 0.1611);
        close(wilson(81.0 / 263.0, 263.0, Z), 0.2553, 0.3662);
    }

    #[test]
    fn counts_have_the_bounds_of_byar() {
        // Exact: 0 has 0 to 3.69, 10 has 4.80 to 18.39.
        for (count, low, high) in [(0.0, 0.0, 3.69), (10.0, 4.80, 18.39), (100.0, 81.36, 121.63)] {
            let bounds = byar(count, 1.0, Z);
            assert!((bounds.low - low).abs() < 0.05 && (bounds.high - high).abs() < 0.05, "{bounds:?}");
        }
    }

    #[test]
    fn the_change_of_a_share_is_that_of_newcombe() {
        // Newcombe 1998, table II: 56/70 − 48/80 is 0.0524 to 0.3339.
        let interval = change(wilson(0.6, 80.0, Z), wilson(0.8, 70.0, Z));
        let (low, high) = interval.map(|interval| interval.difference).unwrap_or_default();
        assert!((low - 0.0524).abs() < 1e-4 && (high - 0.3339).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn the_ratio_and_the_difference_leave_out_no_change_together() {
        for (base, head) in [(10.0, 30.0), (100.0, 101.0), (50.0, 20.0), (3.0, 0.0), (400.0, 470.0)] {
            let interval = change(byar(base, 1.0, Z), byar(head, 1.0, Z));
            let Some(Interval { difference, ratio: Some(ratio) }) = interval else {
                unreachable!("{base} has a ratio")
            };
            assert_eq!(difference.0 > 0.0, ratio.0 > 1.0, "{base} {head}: {difference:?} {ratio:?}");
            assert_eq!(difference.1 < 0.0, ratio.1 < 1.0, "{base} {head}: {difference:?} {ratio:?}");
            assert!(ratio.0 <= head / base && head / base <= ratio.1, "{base} {head}: {ratio:?}");
        }
    }
}
