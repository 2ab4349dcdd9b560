//! Policies of any base: the shapes that people write, each with one number left to find.

use crate::judge::gaps::Gap;
use crate::judge::policy::{Growth, Policy};
use crate::judge::statistics::quantile;

/// A policy but for its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// From a share of a bound up to it.
    Scaled {
        /// How the bound grows.
        growth: Growth,
        /// The least wait as a share of it.
        share: f64,
    },
    /// A wait that doubles, and some seconds more.
    Added,
    /// Up to three times the wait before.
    Decorrelated,
}

const GROWTHS: [Growth; 5] =
    [Growth::Constant, Growth::Times(1.5), Growth::Times(2.0), Growth::Times(3.0), Growth::Linear];
const SHARES: [f64; 7] = [0.0, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.75, 0.9, 1.0];

/// What is added to a wait at most, in seconds: the values that are tried.
const SPREADS: [f64; 9] = [0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0];

/// What overhead and a hiccup add at most, in seconds.
const HICCUP: f64 = 0.120;

/// Values of a base that are tried are so many times apart.
const STEP: f64 = 1.03;

/// All shapes. Equal steps cannot be told from doubling before a third wait was seen.
pub(super) fn shapes(gaps: &[&Gap]) -> Vec<Shape> {
    let third_seen = gaps.iter().any(|gap| gap.ordinal >= 2);
    let growths = GROWTHS.into_iter().filter(|growth| third_seen || *growth != Growth::Linear);
    let scaled = growths.flat_map(|growth| SHARES.map(|share| Shape::Scaled { growth, share }));
    scaled.chain([Shape::Added, Shape::Decorrelated]).collect()
}

impl Shape {
    /// The policies of this shape that are worth trying for these waits: with bases near the edges that the
    /// waits show.
    pub(super) fn policies(self, gaps: &[&Gap]) -> Vec<Policy> {
        match self {
            Shape::Scaled { growth, share } => {
                let policy = |first| Policy::Scaled { first, growth, share, cap: f64::INFINITY };
                bases(upper_edges(&scaled(gaps, growth), share)).map(policy).collect()
            }
            Shape::Added => SPREADS.into_iter().flat_map(|spread| added(gaps, spread)).collect(),
            Shape::Decorrelated => {
                let least = |gap: &Gap| if gap.ordinal == 0 { (gap.secs() - HICCUP) / 3.0 } else { 0.0 };
                let edges = lower_edges(&scaled(gaps, Growth::Constant), gaps, least);
                bases(edges).map(|base| Policy::Decorrelated { base }).collect()
            }
        }
    }
}

fn added(gaps: &[&Gap], spread: f64) -> Vec<Policy> {
    let doubling = Growth::Times(2.0);
    let least = |gap: &Gap| (gap.secs() - spread - HICCUP) / doubling.factor(gap.ordinal);
    let edges = lower_edges(&scaled(gaps, doubling), gaps, least);
    bases(edges).map(|base| Policy::Added { base, spread, cap: f64::INFINITY }).collect()
}

/// Waits less their growth, sorted, in seconds.
fn scaled(gaps: &[&Gap], growth: Growth) -> Vec<f64> {
    let mut scaled: Vec<f64> = gaps.iter().map(|gap| gap.secs() / growth.factor(gap.ordinal)).collect();
    scaled.sort_by(f64::total_cmp);
    scaled
}

fn bases(edges: Vec<f64>) -> impl Iterator<Item = f64> {
    edges.into_iter().filter(|base| *base > 0.0)
}

/// Upper bounds: about the largest waits, where they end a band, and about the smallest, where they begin one.
fn upper_edges(scaled: &[f64], share: f64) -> Vec<f64> {
    let (Some(largest), Some(most)) = (scaled.last(), quantile(scaled, 0.95)) else { return Vec::new() };
    let reach = (1e-5_f64).powf(-1.0 / scaled.len() as f64).min(10.0);
    let from = 0.98 * (most - 0.03).max(0.6 * most);
    let mut bases = steps(from, largest.min(1.3 * most + 0.02) * reach);
    let largest = scaled.iter().rev().take(4);
    bases.extend(largest.flat_map(|wait| [0.0, 0.002, 0.006, 0.015].map(|overhead| wait - overhead)));
    if share > 0.0 {
        let smallest = scaled.iter().take(3);
        bases.extend(smallest.flat_map(|wait| [0.0, 0.002, 0.006].map(|overhead| (wait - overhead) / share)));
    }
    if share >= 1.0 {
        const OVERHEADS: [f64; 7] = [0.0, 0.000_2, 0.000_5, 0.001, 0.002, 0.004, 0.008];
        bases.extend(scaled.iter().take(4).flat_map(|wait| OVERHEADS.map(|overhead| wait - overhead)));
    }
    bases
}

/// Lower bounds: at most the smallest wait, at least what the longest ones leave.
fn lower_edges(scaled: &[f64], gaps: &[&Gap], least: impl Fn(&Gap) -> f64) -> Vec<f64> {
    let Some(smallest) = scaled.first() else { return Vec::new() };
    let least = gaps.iter().map(|gap| least(gap)).fold(0.1 * smallest, f64::max);
    let mut bases = steps(least, *smallest);
    bases.extend(scaled.iter().take(3).flat_map(|wait| [0.0, 0.002, 0.006].map(|overhead| wait - overhead)));
    bases
}

fn steps(from: f64, to: f64) -> Vec<f64> {
    // At most 600 steps: nothing that is measured spans more than that, and a bound keeps the time known.
    std::iter::successors(Some(from), |base| Some(base * STEP))
        .take_while(|base| *base <= to)
        .take(600)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{simulate, transient};

    #[test]
    fn equal_steps_are_a_shape_once_a_third_wait_was_seen() {
        let count = |cells: &[&[f64]]| shapes(&transient(cells).gaps().collect::<Vec<_>>()).len();
        assert_eq!((count(&[&[1.0], &[2.0]]), count(&[&[1.0], &[2.0], &[3.0]])), (30, 37));
    }

    #[test]
    fn the_true_policy_is_nearly_among_those_tried() {
        let scaled =
            |share| Policy::Scaled { first: 0.3, growth: Growth::Times(2.0), share, cap: f64::INFINITY };
        let truths = [
            (Shape::Scaled { growth: Growth::Times(2.0), share: 0.0 }, scaled(0.0)),
            (Shape::Scaled { growth: Growth::Times(2.0), share: 0.5 }, scaled(0.5)),
            (Shape::Scaled { growth: Growth::Times(2.0), share: 1.0 }, scaled(1.0)),
            (Shape::Added, Policy::Added { base: 0.3, spread: 0.25, cap: f64::INFINITY }),
            (Shape::Decorrelated, Policy::Decorrelated { base: 0.3 }),
        ];
        for (shape, truth) in truths {
            let group = simulate(truth, 20, 3, 5);
            let gaps: Vec<_> = group.gaps().collect();
            let tried = shape.policies(&gaps);
            assert!(tried.iter().any(|policy| policy.resembles(truth)), "{truth:?}");
            assert!(tried.len() < 700, "{} for {shape:?}", tried.len());
        }
    }
}
