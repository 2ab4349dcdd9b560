//! The AWS SDK's clients for queues and for the job store, set up as the models' clients are.
//!
//! Workers come with the SDK's standard retries in the profile of the flow's client, and a retry quota of their own: a
//! queue that is throttled must not use up the quota that the model's calls need.

use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::retry::{RetryConfig, RetrySpec};

use super::store;
use crate::client::policy::RetryProfile;
use crate::client::sdk::Way;
use crate::clock::Clock;

/// How workers reach queues and stores.
#[derive(Clone, Debug)]
pub struct Reach<'a> {
    /// The way to the queues.
    pub sqs: &'a Way,
    /// The way to the job store.
    pub dynamodb: &'a Way,
    /// The region of both.
    pub region: &'a str,
    /// Which generation of the SDK's retry constants.
    pub profile: RetryProfile,
    /// A name that no other client of the process has, for its retry quotas.
    pub partition: String,
    /// The run's clock.
    pub clock: Clock,
}

impl Reach<'_> {
    /// A client for queues.
    pub fn queues(&self) -> aws_sdk_sqs::Client {
        let shared = self.sqs.shared(self.region, self.clock);
        let config = aws_sdk_sqs::config::Builder::from(&shared)
            .retry_config(retries(self.profile))
            .retry_partition(self.partition("sqs"));
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// A client for the job store.
    pub fn tables(&self) -> aws_sdk_dynamodb::Client {
        let shared = self.dynamodb.shared(self.region, self.clock);
        store::sdk::client(&shared, retries(self.profile), self.partition("dynamodb"))
    }

    fn partition(&self, service: &str) -> RetryPartition {
        RetryPartition::new(format!("{}-{service}", self.partition))
    }
}

/// Standard mode, with the SDK's own number of attempts.
fn retries(profile: RetryProfile) -> RetryConfig {
    let spec = match profile {
        RetryProfile::V2_0 => RetrySpec::v2_0(),
        RetryProfile::V2_1 => RetrySpec::v2_1(),
    };
    RetryConfig::standard().with_retry_spec(spec)
}
