//! How many of its chances a fault takes.

use rand::{Rng, RngExt};
use thiserror::Error;

/// A share of requests, from 0 (none) to 1 (all).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// Every request.
    pub const ALL: Share = Share(1.0);
    /// No request.
    pub const NONE: Share = Share(0.0);

    /// This share of requests.
    ///
    /// # Errors
    /// A number outside of 0 to 1, or none at all.
    pub fn new(share: f64) -> Result<Self, ShareError> {
        if (0.0..=1.0).contains(&share) { Ok(Share(share)) } else { Err(ShareError(share)) }
    }

    /// The share as a number from 0 to 1.
    pub fn get(self) -> f64 {
        self.0
    }

    /// Whether one request is of the share. All and none draw nothing.
    pub(crate) fn draw(self, rng: &mut impl Rng) -> bool {
        self.0 == 1.0 || (self.0 > 0.0 && rng.random::<f64>() < self.0)
    }
}

/// Why a number is no share.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a share of requests lies between 0 and 1 (0 % and 100 %), not at {0}")]
pub struct ShareError(f64);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn many_draws_meet_the_share() {
        for share in [0.0, 0.01, 0.3, 0.7, 1.0] {
            let mut rng = ChaCha8Rng::seed_from_u64(5);
            let hits = (0..100_000).filter(|_| Share::new(share).unwrap().draw(&mut rng)).count();
            let error = hits as f64 / 100_000.0 - share;
            assert!(error.abs() < 0.005, "{share}: {hits} of 100000");
        }
    }

    #[test]
    fn only_0_to_1_is_a_share() {
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(Share::new(wrong).is_err(), "{wrong}");
        }
    }
}
