//! A client's own rate limit: a bucket of requests and one of tokens.
//!
//! Nobody knows before a call what it will cost. So an estimate is taken, as Bedrock itself reserves (the prompt and
//! all that the answer may have), and put right when the service has counted. Waiting is not done here: who finds
//! too little is told how long it will take at least, and asks again.

use std::time::Duration;

use bedload_reports::units::Nanos;

use super::bucket::Bucket;
use super::policy::LimitPolicy;

/// Seconds in a minute, which the limits are given for.
const MINUTE_S: f64 = 60.0;

/// What a client may still send.
#[derive(Clone, Debug, PartialEq)]
pub struct Limiter {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

impl Limiter {
    /// A limiter with full buckets. Each holds its share of a minute's allowance, but at least one.
    pub fn new(policy: &LimitPolicy) -> Self {
        let bucket =
            |per_minute: f64| Bucket::full((per_minute * policy.burst).max(1.0), per_minute / MINUTE_S);
        Limiter {
            requests: policy.requests_per_minute.map(bucket),
            tokens: policy.tokens_per_minute.map(bucket),
        }
    }

    /// Takes one request of `tokens` tokens.
    ///
    /// # Errors
    /// There is too little; the time after which there may be enough.
    pub fn take(&mut self, now: Nanos, tokens: u64) -> Result<(), Duration> {
        let wants = [(&mut self.requests, 1.0), (&mut self.tokens, tokens as f64)];
        let wait = wants.into_iter().filter_map(|(bucket, amount)| bucket.as_mut()?.wait(now, amount)).max();
        match wait {
            Some(wait) => Err(wait),
            None => {
                self.each(|bucket, amount| bucket.take(now, amount), 1.0, tokens as f64);
                Ok(())
            }
        }
    }

    /// Puts right what a call took: `used` tokens in place of `estimated`.
    pub fn correct(&mut self, now: Nanos, estimated: u64, used: u64) {
        if let Some(tokens) = &mut self.tokens {
            match used.checked_sub(estimated) {
                Some(more) => tokens.take(now, more as f64),
                None => tokens.give_back(now, (estimated - used) as f64),
            }
        }
    }

    /// Gives back all that was taken for a call that was not made.
    pub fn give_back(&mut self, now: Nanos, tokens: u64) {
        self.each(|bucket, amount| bucket.give_back(now, amount), 1.0, tokens as f64);
    }

    fn each(&mut self, act: impl Fn(&mut Bucket, f64), requests: f64, tokens: f64) {
        for (bucket, amount) in [(&mut self.requests, requests), (&mut self.tokens, tokens)] {
            if let Some(bucket) = bucket {
                act(bucket, amount);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resilience::policy::WhenEmpty;

    fn limiter(requests: Option<f64>, tokens: Option<f64>, burst: f64) -> Limiter {
        Limiter::new(&LimitPolicy {
            in_flight: None,
            requests_per_minute: requests,
            tokens_per_minute: tokens,
            burst,
            when_empty: WhenEmpty::Shed,
        })
    }

    #[test]
    fn the_scarcer_of_the_two_decides() {
        let mut limiter = limiter(Some(60.0), Some(6000.0), 0.1);
        for _ in 0..6 {
            assert_eq!(limiter.take(Nanos::ZERO, 100), Ok(()));
        }
        assert_eq!(limiter.take(Nanos::ZERO, 100), Err(Duration::from_secs(1)), "both are dry");
        assert_eq!(limiter.take(Nanos::ZERO, 300), Err(Duration::from_secs(3)), "tokens take longer");
        assert_eq!(limiter.take(Nanos::from_secs(3), 300), Ok(()), "and nothing was taken by asking");
    }

    #[test]
    fn an_estimate_is_put_right_both_ways() {
        let mut limiter = limiter(None, Some(60_000.0), 1.0);
        assert_eq!(limiter.take(Nanos::ZERO, 60_000), Ok(()));
        limiter.correct(Nanos::ZERO, 60_000, 1_000);
        assert_eq!(limiter.take(Nanos::ZERO, 59_000), Ok(()), "all but what was used came back");
        limiter.correct(Nanos::ZERO, 59_000, 64_000);
        assert_eq!(limiter.take(Nanos::ZERO, 1_000), Err(Duration::from_secs(6)), "5,000 in debt");
    }

    #[test]
    fn a_call_that_was_not_made_costs_nothing() {
        let mut limiter = limiter(Some(1.0), Some(100.0), 1.0);
        assert_eq!(limiter.take(Nanos::ZERO, 100), Ok(()));
        limiter.give_back(Nanos::ZERO, 100);
        assert_eq!(limiter.take(Nanos::ZERO, 100), Ok(()));
    }

    #[test]
    fn a_small_share_of_a_small_limit_still_lets_one_pass() {
        let mut limiter = limiter(Some(2.0), None, 0.01);
        assert_eq!(limiter.take(Nanos::ZERO, 1), Ok(()));
        assert_eq!(limiter.take(Nanos::ZERO, 1), Err(Duration::from_secs(30)));
    }
}
