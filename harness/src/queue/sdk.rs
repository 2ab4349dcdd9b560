//! The AWS SDK's clients for queues and for the job store, set up as the models' clients are.
//!
//! Workers come with the SDK's standard retries in the profile of the flow's client, and a retry quota of their own: a
//! queue that is throttled must not use up the quota that the model's calls need.

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::retry::{RetryConfig, RetrySpec};

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

/// Sets up a client of one service. The SDK has a type of its own for each, and no trait over them.
macro_rules! client {
    ($sdk:ident, $reach:expr, $way:expr, $name:literal) => {{
        use $sdk::config::{BehaviorVersion, Builder, Region};

        let builder = match $way {
            Way::Mock { http, endpoint } => Builder::new()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .credentials_provider(Credentials::from_keys("AKIDBEDLOAD", "made-up", None))
                .http_client(http.clone())
                .endpoint_url(endpoint),
            Way::Aws(config) => Builder::from(config.as_ref()),
        };
        let config = builder
            .region(Region::new($reach.region.to_owned()))
            .sleep_impl(TokioSleep::new())
            .time_source($reach.clock)
            .retry_config(retries($reach.profile))
            .retry_partition(RetryPartition::new(format!("{}-{}", $reach.partition, $name)))
            .build();
        $sdk::Client::from_conf(config)
    }};
}

impl Reach<'_> {
    /// A client for queues.
    pub fn queues(&self) -> aws_sdk_sqs::Client {
        client!(aws_sdk_sqs, self, self.sqs, "sqs")
    }

    /// A client for the job store.
    pub fn tables(&self) -> aws_sdk_dynamodb::Client {
        client!(aws_sdk_dynamodb, self, self.dynamodb, "dynamodb")
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
