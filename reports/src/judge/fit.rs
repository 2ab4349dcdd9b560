//! How far waits lie from a policy: shorter than it would draw, or longer.
//!
//! Each wait is placed in its band, from 0 to 1. Overhead may have lengthened it by up to 20 ms, so it has two
//! places, and each side is tested with the one in the policy's favour: a fit is never refused for noise.

use super::gaps::Gap;
use super::policy::Policy;
use super::statistics::{binom_sf, ks_p};

/// What ordinary overhead adds at most, in seconds.
const OVERHEAD: f64 = 0.020;

/// A band no wider than this, in seconds, has no spread to compare: only its edges are tested.
const POINT: f64 = 0.002;

/// The share of waits that hiccups may lengthen further.
const HICCUPS: f64 = 0.03;

/// How far below its band a wait may be, in seconds: clocks and timers.
const SHORT_OF: f64 = 0.005;

/// How far above its band a wait may be, in seconds: overhead and a hiccup.
const BEYOND: f64 = 0.120;

/// How well waits fit a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fit {
    /// Waits that were held against it.
    pub(super) n: usize,
    /// Those with a band wider than a point.
    pub(super) drawn: usize,
    /// How far the waits run ahead of an even spread, as a share of them.
    pub(super) short: f64,
    /// How far they lag behind it, less what hiccups may do.
    pub(super) long: f64,
    /// Waits that are below their band.
    pub(super) below: usize,
    /// Waits that are above it.
    pub(super) above: usize,
}

impl Fit {
    /// Holds waits against a policy.
    pub(super) fn of<'a>(gaps: impl Iterator<Item = &'a Gap>, policy: Policy) -> Self {
        let mut fit = Fit::default();
        let (mut latest, mut earliest) = (Vec::new(), Vec::new());
        for gap in gaps {
            let band = policy.band(gap.ordinal, gap.before.map(|before| before.as_secs_f64()));
            let wait = gap.secs();
            fit.n += 1;
            fit.below += usize::from(wait < band.low - SHORT_OF);
            fit.above += usize::from(wait > band.high + BEYOND);
            if band.width() > POINT {
                let place = |wait: f64| ((wait - band.low) / band.width()).clamp(0.0, 1.0);
                latest.push(place(wait));
                earliest.push(place(wait - OVERHEAD));
            }
        }
        fit.drawn = latest.len();
        fit.short = ahead(&mut latest);
        fit.long = behind(&mut earliest);
        fit
    }

    /// The chance of waits as short as these under the policy.
    pub(super) fn p_short(&self) -> f64 {
        ks_p(self.drawn, self.short)
    }

    /// The chance of waits as long as these.
    pub(super) fn p_long(&self) -> f64 {
        ks_p(self.drawn, self.long)
    }

    /// Whether the policy can be ruled out without another to compare it with: too many waits lie outside its
    /// bands, or they are spread otherwise within. A likelihood alone would name the least unlikely policy.
    pub(super) fn is_poor(&self) -> bool {
        binom_sf(self.n, self.below + self.above, 0.02) <= 0.01 || self.p_short().min(self.p_long()) <= 5e-3
    }

    /// The chance of so many waits below their band.
    pub(super) fn p_below(&self) -> f64 {
        binom_sf(self.n, self.below, 0.01)
    }

    /// The chance of so many waits above their band.
    pub(super) fn p_above(&self) -> f64 {
        binom_sf(self.n, self.above, 0.01)
    }
}

/// How far places run ahead of an even spread: the one-sided Kolmogorov–Smirnov distance.
pub(super) fn ahead(places: &mut [f64]) -> f64 {
    places.sort_by(f64::total_cmp);
    let n = places.len() as f64;
    (1..).zip(places.iter()).map(|(j, place)| f64::from(j) / n - place).fold(0.0, f64::max)
}

/// How far places lag behind an even spread, less what hiccups may do.
pub(super) fn behind(places: &mut [f64]) -> f64 {
    places.sort_by(f64::total_cmp);
    let n = places.len() as f64;
    let most = (0..).zip(places.iter()).map(|(j, place)| place - f64::from(j) / n).fold(0.0, f64::max);
    most - HICCUPS
}
