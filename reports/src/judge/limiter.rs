//! The send limit of adaptive mode: CUBIC, with the constants that Rust, botocore and JavaScript share.
//!
//! A replay from outside sees when requests arrive and when answers end, which is all that the limiter goes
//! by itself (aws-smithy-runtime 1.16, `retries/client_rate_limiter.rs`).

/// How far the rate falls after a throttle.
const BETA: f64 = 0.7;
/// How fast it comes back.
const SCALE: f64 = 0.4;
/// The weight of the newest half second in the measured rate.
const SMOOTH: f64 = 0.8;
/// The lowest rate, per second.
const LEAST_RATE: f64 = 0.5;
/// The smallest bucket, in tokens.
const LEAST_CAPACITY: f64 = 1.0;

/// A limiter as it stands at a time; all times are in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limiter {
    enabled: bool,
    fill: f64,
    capacity: f64,
    level: f64,
    filled_at: f64,
    measured: f64,
    bucket: f64,
    count: f64,
    last_max: f64,
    window: f64,
    throttled_at: f64,
}

impl Limiter {
    /// A limiter that begins at `start`.
    pub(super) fn new(start: f64) -> Self {
        Limiter { bucket: (start * 2.0).floor() / 2.0, ..Limiter::default() }
    }

    /// Tokens in the bucket, and tokens that it gains each second; none before the first throttle.
    pub(super) fn level(&self, at: f64) -> Option<(f64, f64)> {
        let gained = (at - self.filled_at).max(0.0) * self.fill;
        self.enabled.then(|| ((self.level + gained).min(self.capacity), self.fill))
    }

    /// A request was sent, for a token if there is a limit.
    pub(super) fn send(&mut self, at: f64) {
        self.refill(at);
        if self.enabled {
            self.level = (self.level - 1.0).max(0.0);
        }
    }

    /// An answer came.
    pub(super) fn answer(&mut self, at: f64, throttled: bool) {
        self.measure(at);
        let rate = if throttled { self.throttle(at) } else { self.recover(at) };
        self.refill(at);
        let rate = rate.min(2.0 * self.measured);
        self.fill = rate.max(LEAST_RATE);
        self.capacity = rate.max(LEAST_CAPACITY);
        self.level = self.level.min(self.capacity);
    }

    fn refill(&mut self, at: f64) {
        if let Some((level, _)) = self.level(at) {
            self.level = level;
        }
        self.filled_at = self.filled_at.max(at);
    }

    fn measure(&mut self, at: f64) {
        let bucket = (at * 2.0).floor() / 2.0;
        self.count += 1.0;
        if bucket > self.bucket {
            self.measured = SMOOTH * self.count / (bucket - self.bucket) + (1.0 - SMOOTH) * self.measured;
            (self.count, self.bucket) = (0.0, bucket);
        }
    }

    fn throttle(&mut self, at: f64) -> f64 {
        let rate = if self.enabled { self.measured.min(self.fill) } else { self.measured };
        self.last_max = rate;
        self.window = cubic_window(rate);
        self.throttled_at = at;
        if !self.enabled {
            // What gathered before there was a limit is no token.
            (self.enabled, self.filled_at) = (true, at);
        }
        BETA * rate
    }

    fn recover(&mut self, at: f64) -> f64 {
        SCALE * (at - self.throttled_at - cubic_window(self.last_max)).powi(3) + self.last_max
    }
}

/// How long the rate takes to come back to its last maximum, in seconds.
fn cubic_window(last_max: f64) -> f64 {
    (last_max * (1.0 - BETA) / SCALE).cbrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the SDK for Rust's own test: an answer every 0.2 s, the rates after it.
    #[test]
    fn rates_follow_the_table_of_the_sdk() {
        let expected = [
            (0.0, 0.5),
            (0.0, 0.5),
            (4.8, 0.5),
            (4.8, 0.5),
            (4.16, 0.5),
            (4.16, 0.6912),
            (4.16, 1.0976),
            (5.632, 1.6384),
            (5.632, 2.3328),
            (4.3264, 3.02848),
            (4.3264, 3.486_639_173_470_26),
            (4.3264, 3.821_874_416_040_255),
            (5.66528, 4.053_385_727_709_987),
            (5.66528, 4.200_373_108_479_454),
            (4.333056, 4.282_036_558_348_658),
            (4.333056, 2.997_425_590_844_06),
            (4.333056, 3.452_226_394_386_346_3),
        ];
        let mut limiter = Limiter::new(0.0);
        for (step, (measured, fill)) in (1..).zip(expected) {
            let at = f64::from(step) * 0.2;
            limiter.answer(at, step == 10 || step == 16);
            assert!((limiter.measured - measured).abs() < 1e-6, "{at}: {} {measured}", limiter.measured);
            assert!((limiter.fill - fill).abs() < 1e-6, "{at}: {} {fill}", limiter.fill);
        }
    }

    #[test]
    fn tokens_gather_at_the_rate_up_to_the_bucket() {
        let mut limiter = Limiter::new(0.0);
        assert_eq!(limiter.level(0.0), None);
        limiter.answer(0.0, true);
        let (level, fill) = limiter.level(0.1).unwrap_or_default();
        assert!((level - 0.05).abs() < 1e-9 && fill == 0.5);
        assert_eq!(limiter.level(2.1).map(|(level, _)| level), Some(1.0));
        limiter.send(2.1);
        assert_eq!(limiter.level(2.1).map(|(level, _)| level), Some(0.0));
    }
}
