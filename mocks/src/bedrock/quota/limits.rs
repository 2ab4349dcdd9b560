//! Quotas as data: on demand, reserved, provisioned, and for latency-optimised inference.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;

use thiserror::Error;

/// When used quota comes back. The [module](super) argues the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowLaw {
    /// All of it, at the beginning of each minute of the clock.
    #[default]
    ClockMinute,
    /// A sixtieth of it each second, all the time, up to a full minute's worth.
    Refill,
}

/// How much may be asked of a model on demand. What is not given is not limited; zero allows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    requests_per_minute: Option<u64>,
    tokens_per_minute: Option<u64>,
    tokens_per_day: Option<u64>,
    law: WindowLaw,
}

impl Quota {
    /// No limit at all.
    pub const fn unlimited() -> Self {
        Quota {
            requests_per_minute: None,
            tokens_per_minute: None,
            tokens_per_day: None,
            law: WindowLaw::ClockMinute,
        }
    }

    /// At most this many requests a minute (RPM).
    #[must_use]
    pub const fn requests_per_minute(mut self, requests: u64) -> Self {
        self.requests_per_minute = Some(requests);
        self
    }

    /// At most this many tokens a minute (TPM), input and output together.
    #[must_use]
    pub const fn tokens_per_minute(mut self, tokens: u64) -> Self {
        self.tokens_per_minute = Some(tokens);
        self
    }

    /// At most this many tokens a day (TPD). Bedrock's default is the minute's times 24 × 60; a new account
    /// may have none at all.
    #[must_use]
    pub const fn tokens_per_day(mut self, tokens: u64) -> Self {
        self.tokens_per_day = Some(tokens);
        self
    }

    /// The law of the minute windows. Days are calendar days in any case.
    #[must_use]
    pub const fn windows(mut self, law: WindowLaw) -> Self {
        self.law = law;
        self
    }

    pub(super) fn rpm(&self) -> Option<u64> {
        self.requests_per_minute
    }

    pub(super) fn tpm(&self) -> Option<u64> {
        self.tokens_per_minute
    }

    pub(super) fn tpd(&self) -> Option<u64> {
        self.tokens_per_day
    }

    pub(super) fn law(&self) -> WindowLaw {
        self.law
    }

    /// Whether there is nothing to count.
    pub(super) fn is_unlimited(&self) -> bool {
        self.rpm().is_none() && self.tpm().is_none() && self.tpd().is_none()
    }
}

/// Rates reserved for the tier `reserved`. What does not fit flows over into the tier `default`.
///
/// AWS sells no fewer than 100,000 input and 10,000 output tokens a minute (user guide, "Service tiers");
/// a mock may scale that down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub(super) input_per_minute: NonZeroU64,
    pub(super) output_per_minute: NonZeroU64,
}

impl Reserved {
    /// So many tokens of input, with cache writes, and of output a minute.
    ///
    /// # Errors
    /// A rate of zero.
    pub fn new(input_per_minute: u64, output_per_minute: u64) -> Result<Self, QuotaError> {
        let rate = |tokens| NonZeroU64::new(tokens).ok_or(QuotaError::NothingReserved);
        Ok(Reserved {
            input_per_minute: rate(input_per_minute)?,
            output_per_minute: rate(output_per_minute)?,
        })
    }
}

/// Provisioned throughput: model units bought in one region, asked for by the ARN
/// `arn:aws:bedrock:REGION:ACCOUNT:provisioned-model/ID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    id: Arc<str>,
    region: Arc<str>,
    tokens_per_minute: u64,
}

impl Provisioned {
    /// What a token of input or output weighs, so that a cache read (0.1) and a cache write (1.25) are whole
    /// numbers too.
    pub(super) const TOKEN_WEIGHT: u64 = 20;

    /// `units` in `region`, each good for so many tokens a minute. AWS publishes no figure for a unit.
    ///
    /// # Errors
    /// An id that is empty or has a slash, no tokens, or more than can be counted.
    pub fn new(
        id: impl Into<Arc<str>>,
        region: impl Into<Arc<str>>,
        units: NonZeroU32,
        tokens_per_minute_per_unit: u64,
    ) -> Result<Self, QuotaError> {
        let id = id.into();
        if id.is_empty() || id.contains('/') {
            return Err(QuotaError::ProvisionedId(id.to_string()));
        }
        let tokens_per_minute = tokens_per_minute_per_unit
            .checked_mul(u64::from(units.get()))
            .filter(|tokens| tokens.checked_mul(Self::TOKEN_WEIGHT).is_some())
            .ok_or(QuotaError::TooMuch)?;
        if tokens_per_minute == 0 {
            return Err(QuotaError::NothingProvisioned);
        }
        Ok(Provisioned { id, region: region.into(), tokens_per_minute })
    }

    /// The last word of its ARN.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The region where it was bought.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Its quota a minute, in twentieths of a token.
    pub(super) fn weight_per_minute(&self) -> u64 {
        self.tokens_per_minute.saturating_mul(Self::TOKEN_WEIGHT)
    }
}

/// Latency-optimised inference: a quota of its own, beyond which requests are served as standard, and what
/// it gains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimized {
    pub(super) quota: Quota,
    speedup: f64,
}

impl Optimized {
    /// A quota, and how many times faster an optimised answer comes: 2.0 halves its times.
    ///
    /// # Errors
    /// A speedup under one, or none that is a number.
    pub fn new(quota: Quota, speedup: f64) -> Result<Self, QuotaError> {
        if !speedup.is_finite() || speedup < 1.0 {
            return Err(QuotaError::Speedup(speedup.to_string()));
        }
        Ok(Optimized { quota, speedup })
    }

    /// How many times faster, at least one.
    pub fn speedup(&self) -> f64 {
        self.speedup
    }
}

/// Why figures make no quota.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuotaError {
    /// A reserved rate is zero.
    #[error("a reserved rate of zero tokens a minute reserves nothing; leave it out")]
    NothingReserved,
    /// Provisioned units give no tokens.
    #[error("provisioned units need tokens to give; zero a minute would throttle every request")]
    NothingProvisioned,
    /// An id that cannot end an ARN.
    #[error("`{0}` cannot be the last word of a provisioned model's ARN; use letters and digits")]
    ProvisionedId(String),
    /// A quota too large to count.
    #[error("more tokens a minute than can be counted; give fewer units or fewer tokens to each")]
    TooMuch,
    /// A speedup that slows down.
    #[error(
        "an optimised answer must be at least as fast as a standard one: a speedup of 1 or more, not {0}"
    )]
    Speedup(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_figures_are_refused() {
        assert_eq!(Reserved::new(0, 1), Err(QuotaError::NothingReserved));
        assert_eq!(Reserved::new(1, 0), Err(QuotaError::NothingReserved));
        let provisioned = |id: &str, tokens| Provisioned::new(id, "us-east-1", NonZeroU32::MIN, tokens).err();
        assert_eq!(provisioned("abc", 1000), None);
        assert_eq!(provisioned("", 1000), Some(QuotaError::ProvisionedId(String::new())));
        assert_eq!(provisioned("a/b", 1000), Some(QuotaError::ProvisionedId("a/b".into())));
        assert_eq!(provisioned("abc", 0), Some(QuotaError::NothingProvisioned));
        assert_eq!(provisioned("abc", u64::MAX / 2), Some(QuotaError::TooMuch));
        for speedup in [0.5, 0.0, f64::NAN, f64::INFINITY] {
            assert!(Optimized::new(Quota::unlimited(), speedup).is_err(), "{speedup}");
        }
    }
}
