//! When a wire client tries again: exponential backoff with full jitter, and nothing else.
//!
//! It retries what the SDK would ([`crate::classify::is_retryable`]) and obeys `x-amz-retry-after` as the SDK does, but it
//! has no retry quota and no rate limiter: it is a policy to offer load with, and says nothing of any SDK.

use std::time::Duration;

use rand::{Rng, RngExt};

/// How a wire client retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireRetry {
    /// The most attempts of one call, the first included.
    pub attempts: u32,
    /// The longest wait after the first attempt; it doubles with each further one.
    pub base: Duration,
    /// The longest wait of all.
    pub max: Duration,
}

impl WireRetry {
    /// The longest wait after so many attempts.
    pub fn ceiling(&self, attempts: u32) -> Duration {
        let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.saturating_mul(doubled).min(self.max)
    }

    /// The wait after so many attempts: what the service asked for, or any time up to the ceiling.
    pub(super) fn wait(&self, attempts: u32, asked: Option<Duration>, rng: &mut impl Rng) -> Duration {
        match asked {
            Some(asked) => asked.min(self.max),
            None => self.ceiling(attempts).mul_f64(rng.random::<f64>()),
        }
    }
}

/// What `x-amz-retry-after` says, in milliseconds. The standard `Retry-After` is not read, as by the SDK.
pub(super) fn asked(header: Option<&str>) -> Option<Duration> {
    header?.parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    const RETRY: WireRetry =
        WireRetry { attempts: 5, base: Duration::from_millis(100), max: Duration::from_millis(500) };

    #[test]
    fn ceilings_double_up_to_the_longest() {
        let ceilings = [1, 2, 3, 4, 40].map(|attempts| RETRY.ceiling(attempts).as_millis());
        assert_eq!(ceilings, [100, 200, 400, 500, 500]);
    }

    #[test]
    fn jitter_is_full_and_comes_from_the_seed() {
        let draw = |seed| {
            let mut rng = Seed::new(seed).stream("wire");
            (0..200).map(|_| RETRY.wait(3, None, &mut rng)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let waits = draw(7);
        assert!(waits.iter().all(|wait| *wait < Duration::from_millis(400)));
        let short = waits.iter().filter(|wait| wait.as_millis() < 200).count();
        assert!((70..130).contains(&short), "{short} of 200 in the lower half");
    }

    #[test]
    fn a_wait_that_the_service_asks_for_is_kept_up_to_the_longest() {
        let mut rng = Seed::new(7).stream("wire");
        for (header, expected_ms) in [("250", 250), ("9000", 500), ("0", 0)] {
            assert_eq!(RETRY.wait(1, asked(Some(header)), &mut rng), Duration::from_millis(expected_ms));
        }
        assert_eq!((asked(None), asked(Some("soon")), asked(Some("-1"))), (None, None, None));
    }
}
