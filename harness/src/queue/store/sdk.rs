//! The AWS SDK's client for a store.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_smithy_runtime::client::retries::RetryPartition;

/// A client that goes the shared way, retries so, and draws on the retry quota of this partition.
///
/// The partition is named outright, as the SDK would else share one quota among all clients of the process.
pub fn client(shared: &SdkConfig, retry: RetryConfig, partition: RetryPartition) -> Client {
    Client::from_conf(Builder::from(shared).retry_config(retry).retry_partition(partition).build())
}
