//! Backoff policies as bands: before each retry a wait drawn evenly between two bounds.
//!
//! Every policy in the field is one, so that what a client declares, what the catalogue knows and what a
//! likelihood tries are all held against waits in the same way.

/// The bounds of one wait, in seconds; the same twice where nothing is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    /// The shortest wait.
    pub(super) low: f64,
    /// The longest one.
    pub(super) high: f64,
}

impl Band {
    /// Its width, in seconds.
    pub(super) fn width(self) -> f64 {
        self.high - self.low
    }
}

/// How the bounds of later waits follow from those of the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Growth {
    /// Not at all.
    Constant,
    /// Each is so many times the one before.
    Times(f64),
    /// The n-th is n times the first.
    Linear,
}

impl Growth {
    /// The n-th bound over the first one, counted from 0.
    pub(super) fn factor(self, ordinal: u32) -> f64 {
        match self {
            Growth::Constant => 1.0,
            Growth::Times(ratio) => ratio.powi(i32::try_from(ordinal).unwrap_or(i32::MAX)),
            Growth::Linear => f64::from(ordinal) + 1.0,
        }
    }
}

/// A backoff policy. Times are in seconds, and infinite where there is no cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Policy {
    /// From a share of a bound that grows up to it.
    Scaled {
        /// The bound of the first wait.
        first: f64,
        /// How it grows.
        growth: Growth,
        /// The least wait as a share of the bound: 0 is full jitter, 1 none.
        share: f64,
        /// The largest bound.
        cap: f64,
    },
    /// A wait that doubles, and up to `spread` more.
    Added {
        /// The first wait at its least.
        base: f64,
        /// What is added at most.
        spread: f64,
        /// The largest wait before the addition.
        cap: f64,
    },
    /// Up to three times the wait before.
    Decorrelated {
        /// The shortest wait.
        base: f64,
    },
}

impl Policy {
    /// Full jitter that doubles from `base` up to 20 s, as the AWS SDKs do.
    pub(super) const fn full_jitter(base: f64) -> Self {
        Policy::Scaled { first: base, growth: Growth::Times(2.0), share: 0.0, cap: 20.0 }
    }

    /// The bounds of the wait before the retry of this ordinal (0 is the first one), where the wait before
    /// it was `before`.
    pub(super) fn band(self, ordinal: u32, before: Option<f64>) -> Band {
        match self {
            Policy::Scaled { first, growth, share, cap } => {
                let high = (first * growth.factor(ordinal)).min(cap);
                Band { low: share * high, high }
            }
            Policy::Added { base, spread, cap } => {
                let low = (base * Growth::Times(2.0).factor(ordinal)).min(cap);
                Band { low, high: low + spread }
            }
            Policy::Decorrelated { base } => {
                let tripled = base * Growth::Times(3.0).factor(ordinal);
                let before = if ordinal == 0 { base } else { before.unwrap_or(tripled) };
                Band { low: base, high: (3.0 * before).max(base) }
            }
        }
    }

    /// What sort of jitter it has.
    pub(super) fn jitter(self) -> Jitter {
        match self {
            Policy::Decorrelated { .. } => Jitter::Decorrelated,
            Policy::Added { .. } => Jitter::Wide,
            Policy::Scaled { share, .. } if share <= 0.0 => Jitter::Full,
            Policy::Scaled { share, .. } if share >= 1.0 => Jitter::None,
            Policy::Scaled { share, .. } if share >= 0.75 => Jitter::Narrow,
            Policy::Scaled { .. } => Jitter::Wide,
        }
    }

    /// Whether later waits are longer.
    pub(super) fn grows(self) -> bool {
        !matches!(self, Policy::Scaled { growth: Growth::Constant, .. })
    }

    /// Whether it is the other one but for its base, which is within 15 %.
    pub(super) fn resembles(self, other: Policy) -> bool {
        let close = |a: f64, b: f64| (a / b - 1.0).abs() <= 0.15;
        match (self, other) {
            (
                Policy::Scaled { first, growth, share, .. },
                Policy::Scaled { first: first_b, growth: growth_b, share: share_b, .. },
            ) => growth == growth_b && (share - share_b).abs() < 0.01 && close(first, first_b),
            (Policy::Added { base, spread, .. }, Policy::Added { base: base_b, spread: spread_b, .. }) => {
                spread == spread_b && close(base, base_b)
            }
            (Policy::Decorrelated { base }, Policy::Decorrelated { base: base_b }) => close(base, base_b),
            _ => false,
        }
    }
}

/// The sorts of jitter, by how much of a wait is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Jitter {
    /// All of it.
    Full,
    /// A third of it or more.
    Wide,
    /// A quarter of it or less.
    Narrow,
    /// Nothing.
    None,
    /// Up to three times the wait before.
    Decorrelated,
}

impl Jitter {
    /// All sorts.
    pub(super) const ALL: [Jitter; 5] =
        [Jitter::Full, Jitter::Wide, Jitter::Narrow, Jitter::None, Jitter::Decorrelated];

    /// The words for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Jitter::Full => "full jitter",
            Jitter::Wide => "wide jitter",
            Jitter::Narrow => "narrow jitter",
            Jitter::None => "no jitter",
            Jitter::Decorrelated => "decorrelated jitter",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bands(policy: Policy) -> Vec<(f64, f64)> {
        (0..7).map(|i| policy.band(i, Some(1.0))).map(|band| (band.low, band.high)).collect()
    }

    #[test]
    fn the_bounds_follow_the_formulas_of_the_field() {
        let doubling = [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0].map(|high| (0.0, high));
        assert_eq!(bands(Policy::full_jitter(1.0)), doubling);
        let litellm = Policy::Added { base: 0.5, spread: 0.75, cap: 8.0 };
        assert_eq!(bands(litellm)[..2], [(0.5, 1.25), (1.0, 1.75)]);
        assert_eq!(bands(litellm)[6], (8.0, 8.75));
        let linear = Policy::Scaled { first: 2.0, growth: Growth::Linear, share: 0.5, cap: f64::INFINITY };
        assert_eq!(bands(linear)[..3], [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]);
        let decorrelated = Policy::Decorrelated { base: 0.1 };
        assert_eq!(decorrelated.band(0, None), Band { low: 0.1, high: 0.1 * 3.0 });
        assert_eq!(decorrelated.band(1, Some(0.2)).high, 0.2 * 3.0);
    }

    #[test]
    fn jitter_is_named_by_how_much_is_drawn() {
        let scaled = |share| Policy::Scaled { first: 1.0, growth: Growth::Constant, share, cap: 20.0 };
        let shares = [0.0, 1.0 / 3.0, 2.0 / 3.0, 0.75, 0.9, 1.0];
        let sorts = [Jitter::Full, Jitter::Wide, Jitter::Wide, Jitter::Narrow, Jitter::Narrow, Jitter::None];
        assert_eq!(shares.map(|share| scaled(share).jitter()), sorts);
    }

    #[test]
    fn a_base_within_15_percent_is_the_same_policy() {
        let is_one_second = |base| Policy::full_jitter(base).resembles(Policy::full_jitter(1.0));
        assert_eq!([0.8, 0.9, 1.1, 1.2].map(is_one_second), [false, true, true, false]);
        assert!(!Policy::Decorrelated { base: 1.0 }.resembles(Policy::full_jitter(1.0)));
    }
}
