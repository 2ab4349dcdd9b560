//! The retry policies that are in the field, as bands.
//!
//! Sources: the AWS SDKs' as read in aws-smithy-runtime 1.16, botocore 1.43 and 1.44 and @smithy/core 3.41;
//! LiteLLM 1.109, the OpenAI SDK, tenacity, backon and Polly in their published sources; gRPC and
//! cenkalti/backoff as documented. Rows with the same bands stand once and name the whole set, since waits
//! cannot tell them apart.

use crate::judge::policy::{Growth, Policy};

/// A policy that is in the field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// What it is called.
    pub(super) name: &'static str,
    /// Who has it.
    pub(super) users: &'static str,
    /// Its attempts where they are not set; none where its users set them, or differ.
    pub(super) attempts: Option<u32>,
    /// Its waits.
    pub(super) policy: Policy,
}

const DOUBLING: Growth = Growth::Times(2.0);

const fn scaled(first: f64, growth: Growth, share: f64, cap: f64) -> Policy {
    Policy::Scaled { first, growth, share, cap }
}

/// All rows.
pub(super) const ROWS: [Row; 14] = [
    Row {
        name: "1 s full jitter ×2",
        users: "AWS retries 2.0, or 2.1 when throttled; botocore legacy; Step Functions FULL; tenacity wait_random_exponential(1)",
        attempts: None,
        policy: Policy::full_jitter(1.0),
    },
    Row {
        name: "50 ms full jitter ×2",
        users: "AWS retries 2.1",
        attempts: Some(3),
        policy: Policy::full_jitter(0.05),
    },
    Row {
        name: "100 ms full jitter ×2",
        users: "AWS SDKs for JavaScript and Java before 2026",
        attempts: Some(3),
        policy: Policy::full_jitter(0.1),
    },
    Row {
        name: "500 ms full jitter ×2",
        users: "AWS SDK for JavaScript before 2026, when throttled",
        attempts: Some(3),
        policy: Policy::full_jitter(0.5),
    },
    Row {
        name: "0.5 s ×2 and up to 0.75 s more",
        users: "LiteLLM",
        attempts: Some(3),
        policy: Policy::Added { base: 0.5, spread: 0.75, cap: 8.0 },
    },
    Row {
        name: "0.5 s ×2 less up to a quarter",
        users: "OpenAI and Anthropic SDKs",
        attempts: Some(3),
        policy: scaled(0.5, DOUBLING, 0.75, 8.0),
    },
    Row {
        name: "1 s ×2 without jitter",
        users: "Step Functions' default; tenacity wait_exponential(1); async-retry",
        attempts: None,
        policy: scaled(1.0, DOUBLING, 1.0, f64::INFINITY),
    },
    Row {
        name: "1 s fixed",
        users: "tenacity wait_fixed(1); a sleep in a loop",
        attempts: None,
        policy: scaled(1.0, Growth::Constant, 1.0, f64::INFINITY),
    },
    Row {
        name: "2 s fixed",
        users: "Polly's default; tenacity wait_fixed(2)",
        attempts: None,
        policy: scaled(2.0, Growth::Constant, 1.0, f64::INFINITY),
    },
    Row {
        name: "1 s ×2 and up to 1 s more",
        users: "tenacity wait_exponential_jitter",
        attempts: None,
        policy: Policy::Added { base: 1.0, spread: 1.0, cap: f64::INFINITY },
    },
    Row {
        name: "2 s and up to half more",
        users: "Polly's constant delay with jitter",
        attempts: Some(4),
        policy: scaled(3.0, Growth::Constant, 2.0 / 3.0, f64::INFINITY),
    },
    Row {
        name: "1 s ×2 and up to as much more",
        users: "backon with jitter",
        attempts: Some(4),
        policy: scaled(2.0, DOUBLING, 0.5, f64::INFINITY),
    },
    Row {
        name: "1 s ×1.6 ± 20 %",
        users: "gRPC's connection backoff",
        attempts: None,
        policy: scaled(1.2, Growth::Times(1.6), 2.0 / 3.0, 120.0),
    },
    Row {
        name: "0.5 s ×1.5 ± 50 %",
        users: "Go's cenkalti/backoff",
        attempts: None,
        policy: scaled(0.75, Growth::Times(1.5), 1.0 / 3.0, 60.0),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_can_be_told_apart() {
        let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
        for (place, row) in ROWS.iter().enumerate() {
            let twins = ROWS[place + 1..].iter().filter(|other| other.policy.resembles(row.policy));
            assert_eq!(twins.count(), 0, "{}", row.name);
        }
    }
}
