//! Policies of any base: the shapes that people write, each with one number left to find.

use crate::judge::gaps::Gap;
use crate::judge::policy::{Growth, Policy};
use crate::judge::statistics::quantile;

/// A policy but for its base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// From a share of a bound up to it.
    Scaled {
        /// How the bound grows.
        growth: Growth,
        /// The least wait as a share of it.
        share: f64,
    },
    /// A wait that doubles, and up to so many seconds more.
    Added {
        /// What is added at most.
        spread: f64,
    },
    /// Up to three times the wait before.
    Decorrelated,
}

const GROWTHS: [Growth; 5] =
    [Growth::Constant, Growth::Times(1.5), Growth::Times(2.0), Growth::Times(3.0), Growth::Linear];
const SHARES: [f64; 7] = [0.0, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.75, 0.9, 1.0];
const SPREADS: [f64; 9] = [0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0];

/// Values of a base that are tried are so many times apart.
const STEP: f64 = 1.03;

/// All shapes. Equal steps cannot be told from doubling before a third wait was seen.
pub fn shapes(gaps: &[&Gap]) -> Vec<Shape> {
    let third_seen = gaps.iter().any(|gap| gap.ordinal >= 2);
    let growths = GROWTHS.into_iter().filter(|growth| third_seen || *growth != Growth::Linear);
    let scaled = growths.flat_map(|growth| SHARES.map(|share| Shape::Scaled { growth, share }));
    let added = SPREADS.map(|spread| Shape::Added { spread });
    scaled.chain(added).chain([Shape::Decorrelated]).collect()
}

impl Shape {
    /// The shape with its base, in seconds: the bound of the first wait, or its least.
    pub fn at(self, base: f64) -> Policy {
        let cap = f64::INFINITY;
        match self {
            Shape::Scaled { growth, share } => Policy::Scaled { first: base, growth, share, cap },
            Shape::Added { spread } => Policy::Added { base, spread, cap },
            Shape::Decorrelated => Policy::Decorrelated { base },
        }
    }

    /// The bases that are worth trying for these waits: near the edges that the waits show.
    pub fn bases(self, gaps: &[&Gap]) -> Vec<f64> {
        let growth = match self {
            Shape::Scaled { growth, .. } => growth,
            Shape::Added { .. } => Growth::Times(2.0),
            Shape::Decorrelated => Growth::Constant,
        };
        let mut scaled: Vec<f64> = gaps.iter().map(|gap| gap.secs() / growth.factor(gap.ordinal)).collect();
        scaled.sort_by(f64::total_cmp);
        let mut bases = match self {
            Shape::Scaled { share, .. } => upper_edges(&scaled, share),
            Shape::Added { spread } => {
                lower_edges(&scaled, gaps, |gap| (gap.secs() - spread - 0.12) / growth.factor(gap.ordinal))
            }
            Shape::Decorrelated => {
                lower_edges(
                    &scaled,
                    gaps,
                    |gap| if gap.ordinal == 0 { (gap.secs() - 0.12) / 3.0 } else { 0.0 },
                )
            }
        };
        bases.retain(|base| *base > 0.0);
        bases
    }
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
