//! How arrivals scatter around the expected rate.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma};

/// How arrivals scatter around the expected rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// Evenly: each when the expected number reaches it.
    Constant,
    /// Independently of each other, as those of many unrelated callers do.
    Poisson,
    /// In bursts and lulls, or more evenly than by chance: gaps follow a gamma distribution.
    ///
    /// It is told by its coefficient of variation, the deviation of the gaps over their mean, since that grows as arrivals
    /// become burstier: 1 is Poisson, 0 would be even. Its inverse square is the shape of the gamma distribution, which
    /// vLLM's `--burstiness` asks for, and which falls as they do: a `cv` of 2 is a `burstiness` of 0.25.
    Gamma {
        /// Deviation over mean of the gaps; more than zero.
        cv: f64,
    },
}

/// The gaps between arrivals, in arrivals expected meanwhile: their mean is 1.
#[derive(Clone, Debug)]
pub(super) enum Gaps {
    Even { started: bool },
    Exponential,
    Gamma { gaps: Gamma<f64>, first: Option<Gamma<f64>> },
}

impl Gaps {
    pub(super) fn new(arrivals: Arrivals) -> Self {
        match arrivals {
            Arrivals::Constant => Gaps::Even { started: false },
            Arrivals::Poisson => Gaps::Exponential,
            Arrivals::Gamma { cv } => {
                let shape = 1.0 / (cv * cv);
                // The schedule begins at no arrival's time but in the midst of a gap, and the gap that a moment falls into
                // is long in proportion to its length. Else a bursty schedule would begin with a burst and hold more than
                // its area.
                match (Gamma::new(shape, 1.0 / shape), Gamma::new(shape + 1.0, 1.0 / shape)) {
                    (Ok(gaps), Ok(around)) => Gaps::Gamma { gaps, first: Some(around) },
                    // No deviation, or none that a number can hold.
                    _ => Gaps::Even { started: false },
                }
            }
        }
    }

    pub(super) fn next(&mut self, rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Gaps::Even { started } => f64::from(u8::from(std::mem::replace(started, true))),
            Gaps::Exponential => Exp1.sample(rng),
            Gaps::Gamma { gaps, first } => match first.take() {
                Some(around) => around.sample(rng) * rng.random::<f64>(),
                None => gaps.sample(rng),
            },
        }
    }
}
