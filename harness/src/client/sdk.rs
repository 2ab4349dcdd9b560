//! The AWS SDK's client for one region, configured as a scenario's client asks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::retry::RetrySpec;

use super::observer::Observer;
use super::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use crate::clock::Clock;
use crate::transport::http::{Http, Uploads};
use crate::transport::wire::WireDoor;

/// Where a client's requests go.
#[derive(Clone, Debug)]
pub enum Way {
    /// To a cloud of our own, in memory or at an endpoint, with made-up credentials.
    Mock {
        /// The transport.
        http: Http,
        /// The address to sign for, whether or not a socket is opened to it.
        endpoint: String,
    },
    /// To AWS.
    Aws {
        /// With credentials resolved by `aws-config`.
        config: Box<SdkConfig>,
        /// For wire clients, past the faults that stand in `config` before the SDK's.
        wire: WireDoor,
    },
}

impl Way {
    /// What clients of all services have in common: the way there, the region and the time. Their retries and limits are for
    /// their owners to set.
    pub fn shared(&self, region: &str, clock: Clock) -> SdkConfig {
        let builder = match self {
            Way::Mock { http, endpoint } => {
                let builder = SdkConfig::builder()
                    .behavior_version(BehaviorVersion::v2026_01_12())
                    .credentials_provider(SharedCredentialsProvider::new(made_up()))
                    .http_client(http.sdk().clone())
                    .endpoint_url(endpoint);
                match http.uploads() {
                    Uploads::AtOnce => builder.stalled_stream_protection(downloads_alone()),
                    Uploads::InTime => builder,
                }
            }
            Way::Aws { config, .. } => config.to_builder(),
        };
        builder
            .region(Region::new(region.to_owned()))
            .sleep_impl(TokioSleep::new())
            .time_source(clock)
            .build()
    }
}

/// Credentials that a cloud of our own takes for anybody's.
pub(super) fn made_up() -> Credentials {
    Credentials::from_keys("AKIDBEDLOAD", "made-up", None)
}

/// The retry quotas of one run.
///
/// The SDK keeps a quota for each partition in the whole process, and by default one partition for each service and
/// region. Here a partition belongs to one run: clients that share a quota do so by its name and their region, and two
/// runs in one process never drain each other's. As in the SDK, the client that first retries in a partition fixes what
/// a retry costs there, whatever the profiles of the others.
#[derive(Debug)]
pub struct Quotas {
    run: u64,
    built: AtomicU64,
}

impl Quotas {
    /// The quotas of a new run.
    pub fn of_a_run() -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        Quotas { run: RUNS.fetch_add(1, Ordering::Relaxed), built: AtomicU64::new(0) }
    }

    /// A client for one region.
    pub fn client(
        &self,
        way: &Way,
        region: &str,
        retry: &Retry,
        timeouts: &Timeouts,
        clock: Clock,
    ) -> Client {
        let config = Builder::from(&way.shared(region, clock))
            .retry_config(retry_config(retry))
            .retry_partition(self.partition(&retry.quota, region))
            .timeout_config(timeout_config(timeouts))
            .interceptor(Observer)
            .build();
        Client::from_conf(config)
    }

    fn partition(&self, quota: &RetryQuota, region: &str) -> RetryPartition {
        let run = self.run;
        RetryPartition::new(match quota {
            RetryQuota::Own => {
                format!("bedload-{run}-own-{}-{region}", self.built.fetch_add(1, Ordering::Relaxed))
            }
            RetryQuota::Shared(name) => format!("bedload-{run}-shared-{name}-{region}"),
        })
    }
}

/// A client for one region outside of a run: whatever its quota is called, no other client draws on it.
pub fn client(way: &Way, region: &str, retry: &Retry, timeouts: &Timeouts, clock: Clock) -> Client {
    Quotas::of_a_run().client(way, region, retry, timeouts, clock)
}

/// The SDK's guard against streams that stall, without its half for uploads.
///
/// Where an upload is over at once, that half could never act, and would still wake each call every tenth of a second until
/// its answer begins.
fn downloads_alone() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().grace_period(STALL_GRACE).upload_enabled(false).build()
}

/// How long the SDK lets a stream stall (`default_stalled_stream_protection_config_plugin` of aws-smithy-runtime 1.16).
const STALL_GRACE: Duration = Duration::from_secs(5);

fn retry_config(retry: &Retry) -> RetryConfig {
    let config = match retry.mode {
        RetryMode::Standard => RetryConfig::standard(),
        RetryMode::Adaptive => RetryConfig::adaptive(),
        RetryMode::Off => return RetryConfig::disabled(),
    };
    // Setting a retry config replaces what the environment asked for, so both profiles are named outright.
    let spec = match retry.profile {
        RetryProfile::V2_0 => RetrySpec::v2_0(),
        RetryProfile::V2_1 => RetrySpec::v2_1(),
    };
    config.with_max_attempts(retry.attempts).with_max_backoff(retry.max_backoff).with_retry_spec(spec)
}

fn timeout_config(timeouts: &Timeouts) -> TimeoutConfig {
    let mut config = TimeoutConfig::builder().connect_timeout(timeouts.connect);
    config.set_read_timeout(timeouts.read);
    config.set_operation_attempt_timeout(timeouts.attempt);
    config.set_operation_timeout(timeouts.operation);
    config.build()
}
