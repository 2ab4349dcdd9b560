//! How a client under test is set: as the product sets it, but for what a vector asks otherwise.

use std::time::Duration;

use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_smithy_types::retry::{RetryConfig, RetrySpec};
use bedload::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};

/// A client's retry settings.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) mode: RetryMode,
    pub(crate) profile: RetryProfile,
    pub(crate) attempts: u32,
    pub(crate) max_backoff: Duration,
    /// The base of the waits, where it is not the profile's.
    pub(crate) base: Option<Duration>,
    /// Whether its operations poll, as SQS's ReceiveMessage does.
    pub(crate) long_polling: bool,
    /// The longest that one attempt may take.
    pub(crate) attempt_timeout: Option<Duration>,
    /// A retry quota of other than the SDK's own size.
    pub(crate) bucket: Option<TokenBucket>,
    /// A rate limiter whose state is known from the start.
    pub(crate) limiter: Option<ClientRateLimiter>,
    /// Whether every wait is the longest that the SDK may draw.
    pub(crate) jitter_at_one: bool,
}

impl Setting {
    fn of(profile: RetryProfile) -> Self {
        Setting {
            mode: RetryMode::Standard,
            profile,
            attempts: 3,
            max_backoff: Duration::from_secs(20),
            base: None,
            long_polling: false,
            attempt_timeout: None,
            bucket: None,
            limiter: None,
            jitter_at_one: true,
        }
    }

    /// The defaults of the profile that the Rust SDK runs unless told otherwise.
    pub(crate) fn v2_0() -> Self {
        Setting::of(RetryProfile::V2_0)
    }

    /// The defaults of the newer profile.
    pub(crate) fn v2_1() -> Self {
        Setting::of(RetryProfile::V2_1)
    }

    pub(crate) fn adaptive(self) -> Self {
        Setting { mode: RetryMode::Adaptive, ..self }
    }

    pub(crate) fn attempts(self, attempts: u32) -> Self {
        Setting { attempts, ..self }
    }

    pub(crate) fn max_backoff_s(self, seconds: f64) -> Self {
        Setting { max_backoff: Duration::from_secs_f64(seconds), ..self }
    }

    pub(crate) fn base_s(self, seconds: f64) -> Self {
        Setting { base: Some(Duration::from_secs_f64(seconds)), ..self }
    }

    pub(crate) fn long_polling(self) -> Self {
        Setting { long_polling: true, ..self }
    }

    pub(crate) fn bucket(self, bucket: TokenBucket) -> Self {
        Setting { bucket: Some(bucket), ..self }
    }

    pub(crate) fn limiter(self, limiter: ClientRateLimiter) -> Self {
        Setting { limiter: Some(limiter), ..self }
    }

    pub(crate) fn jitter_drawn(self) -> Self {
        Setting { jitter_at_one: false, ..self }
    }

    /// A quota of this size at the profile's prices, which the SDK fixes in `token_bucket_for_spec`.
    pub(crate) fn capacity(self, capacity: usize) -> Self {
        let builder = TokenBucket::builder().capacity(capacity).throttling_retry_cost(5);
        let builder = match self.profile {
            RetryProfile::V2_0 => builder.retry_cost(5).timeout_retry_cost(10),
            RetryProfile::V2_1 => builder.retry_cost(14).timeout_retry_cost(14),
        };
        self.bucket(builder.build())
    }

    /// What the product is given.
    pub(crate) fn retry(&self) -> Retry {
        Retry {
            mode: self.mode,
            profile: self.profile,
            attempts: self.attempts,
            max_backoff: self.max_backoff,
            quota: RetryQuota::Own,
        }
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(3),
            read: None,
            attempt: self.attempt_timeout,
            operation: None,
            total: None,
            stream_idle: None,
        }
    }

    /// The product's own retry config, with what scenarios have no word for.
    pub(crate) fn refine(&self, made: RetryConfig) -> RetryConfig {
        let mut spec = made.retry_spec().cloned().unwrap().with_long_polling(self.long_polling);
        let mut config = made.with_use_static_exponential_base(self.jitter_at_one);
        if let Some(base) = self.base {
            spec = spec.with_non_throttling_initial_backoff(base);
            if !spec.is_at_least(RetrySpec::V2_1) {
                config = config.with_initial_backoff(base);
            }
        }
        config.with_retry_spec(spec)
    }

    /// A partition of its own with what the setting brings along; none where the product's will do.
    pub(crate) fn partition(&self) -> Option<RetryPartition> {
        if self.bucket.is_none() && self.limiter.is_none() {
            return None;
        }
        let mut partition = RetryPartition::custom("conformance");
        if let Some(bucket) = &self.bucket {
            partition = partition.token_bucket(bucket.clone());
        }
        if let Some(limiter) = &self.limiter {
            partition = partition.client_rate_limiter(limiter.clone());
        }
        Some(partition.build())
    }
}
