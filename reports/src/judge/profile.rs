//! The retry policies of the AWS SDKs by their numbers, and the one that a client is taken to have.
//!
//! Questions that ask how long a retry may take to come, or what it costs, ask here; what a client's waits
//! look like is another question, which its waits answer.

use super::calls::{Call, Client};
use super::context::Context;
use super::expect::Backoff;
use super::finding::Class;
use super::identity::default_of;

/// A retry policy of an AWS SDK, by its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Profile {
    /// What people call it.
    pub(super) name: &'static str,
    /// The bound of the first wait after a transient failure, in seconds. Each later bound is twice the one before.
    pub(super) transient_base: f64,
    /// The bound of the first wait after a throttle, in seconds.
    pub(super) throttling_base: f64,
    /// The highest bound, in seconds.
    pub(super) cap: f64,
}

impl Profile {
    /// AWS retries 2.0 as the SDK for Rust has them (aws-smithy-runtime 1.16, `retries/strategy/standard.rs`).
    pub(super) const V2_0: Profile =
        Profile { name: "AWS retries 2.0", transient_base: 1.0, throttling_base: 1.0, cap: 20.0 };

    /// AWS retries 2.1 (botocore 1.44, `retries/standard.py`).
    pub(super) const V2_1: Profile =
        Profile { name: "AWS retries 2.1", transient_base: 0.05, ..Profile::V2_0 };

    /// Mode standard of botocore up to 1.43, and of the SDK for Go up to 1.47.
    pub(super) const STANDARD: Profile =
        Profile { name: "AWS retries 2.0, a retry at 5 tokens", ..Profile::V2_0 };

    /// Mode legacy of botocore: no cap and no quota (botocore 1.43, `retryhandler.py`).
    pub(super) const BOTOCORE_LEGACY: Profile =
        Profile { name: "botocore's legacy mode", cap: f64::INFINITY, ..Profile::V2_0 };

    /// Mode standard of the SDK for Java before it took up 2.1.
    pub(super) const JAVA_STANDARD: Profile = Profile {
        name: "the SDK for Java's standard mode before 2.1",
        transient_base: 0.1,
        ..Profile::STANDARD
    };

    /// Mode legacy of the SDK for Java.
    pub(super) const JAVA_LEGACY: Profile = Profile {
        name: "the SDK for Java's legacy mode",
        transient_base: 0.1,
        throttling_base: 0.5,
        cap: 20.0,
    };

    /// The policy that a scenario declares, where that names one.
    pub(super) fn declared(backoff: Backoff) -> Option<Profile> {
        match backoff {
            Backoff::ExponentialFullJitter => None,
            Backoff::V2_0 => Some(Profile::V2_0),
            Backoff::V2_1 => Some(Profile::V2_1),
        }
    }

    /// The bound of the wait before a retry, in seconds; `ordinal` is 0 before the first.
    pub(super) fn bound(&self, class: Class, ordinal: u32) -> f64 {
        let base = match class {
            Class::Throttling => self.throttling_base,
            Class::Transient => self.transient_base,
        };
        (base * 2f64.powi(ordinal.min(1_000) as i32)).min(self.cap)
    }

    /// The most that a call with so many attempts can wait in all, in seconds.
    pub(super) fn longest_wait(&self, class: Class, attempts: u32) -> f64 {
        (0..attempts.saturating_sub(1)).map(|ordinal| self.bound(class, ordinal)).sum()
    }
}

/// What the scenario declares, else the default of the client's SDK.
pub(super) fn profile(client: &Client<'_>, context: &Context) -> Option<Profile> {
    let declared = context.expect.as_ref().and_then(|expect| expect.backoff).and_then(Profile::declared);
    declared.or_else(|| default_of(&client.agent))
}

/// The longest that the waits of a call could be in all, in seconds; none where its policy is not known.
pub(super) fn longest_wait(client: &Client<'_>, context: &Context, call: &Call<'_>) -> Option<f64> {
    let class = call.first().fate.class()?;
    Some(profile(client, context)?.longest_wait(class, call.last().number))
}

/// The longest that a client's retries of any failure can come after it, in seconds: by its policy, or else by
/// AWS retries 2.0, the slowest in common use.
pub(super) fn last_retry(client: &Client<'_>, context: &Context) -> f64 {
    let profile = profile(client, context).unwrap_or(Profile::V2_0);
    let attempts = client.most_attempts();
    profile.longest_wait(Class::Throttling, attempts).max(profile.longest_wait(Class::Transient, attempts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_the_cap() {
        let waits = |profile: Profile, class, attempts| profile.longest_wait(class, attempts);
        assert_eq!(waits(Profile::V2_0, Class::Transient, 3), 3.0);
        assert_eq!(waits(Profile::V2_0, Class::Transient, 5), 15.0);
        assert!((waits(Profile::V2_1, Class::Transient, 3) - 0.15).abs() < 1e-12);
        assert_eq!(waits(Profile::V2_1, Class::Throttling, 3), 3.0);
        assert_eq!(Profile::V2_0.bound(Class::Throttling, 9), 20.0);
        assert_eq!(waits(Profile::V2_0, Class::Transient, 1), 0.0);
    }
}
