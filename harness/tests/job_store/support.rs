//! A cloud with a table of jobs, and a store in it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::retry::RetrySpec;
use bedload::client::sdk::Way;
use bedload::clock::{self, Clock};
use bedload::queue::store::record::Token;
use bedload::queue::store::table::TableName;
use bedload::queue::store::verdict::Claim;
use bedload::queue::store::{JobStore, sdk};
use bedload::seed::Seed;
use bedload::transport::http::Http;
use bedload_mocks::faults::{Aim, Fault, Kind, Script};
use bedload_mocks::{Cloud, CloudSpec, Epoch, Exchange, LedgerSink, Service};
use bedload_reports::header::ClockKind;

pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// How long records count: longer than any test but those of expiry.
pub(crate) const KEEP: Duration = Duration::from_secs(24 * 3600);

/// Keeps every exchange noted.
#[derive(Default)]
pub(crate) struct Book(Mutex<Vec<Exchange>>);

impl LedgerSink for Book {
    fn note(&self, exchange: Exchange) {
        self.0.lock().unwrap().push(exchange);
    }
}

/// A store whose table is there, and what stands behind it.
pub(crate) struct World {
    pub(crate) store: JobStore,
    pub(crate) clock: Clock,
    book: Arc<Book>,
}

impl World {
    /// The time of day.
    pub(crate) fn now(&self) -> SystemTime {
        TimeSource::now(&self.clock)
    }

    pub(crate) async fn sleep(&self, length: Duration) {
        self.clock.sleep(length).await;
    }

    pub(crate) async fn claim(&self, job: &str, owner: &str) -> Claim {
        self.store.claim(job, owner, self.now(), LEASE).await.unwrap()
    }

    /// Claims what nobody else holds.
    pub(crate) async fn win(&self, job: &str, owner: &str) -> Token {
        match self.claim(job, owner).await {
            Claim::Won(token) => token,
            other => panic!("{owner} should have won {job}: {other:?}"),
        }
    }

    /// What the cloud saw, in the order in which it was over.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.book.0.lock().unwrap().clone()
    }
}

/// Runs a test in virtual time, with faults that begin once the table is there.
pub(crate) fn virtually<T>(faults: Vec<Fault>, test: impl AsyncFnOnce(World) -> T) -> T {
    virtually_keeping(KEEP, faults, test)
}

pub(crate) fn virtually_keeping<T>(
    keep: Duration,
    faults: Vec<Fault>,
    test: impl AsyncFnOnce(World) -> T,
) -> T {
    Seed::new(7).pin_sdk_jitter();
    clock::runtime(ClockKind::Virtual).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Virtual);
        let spec = CloudSpec::new(7, vec!["us-east-1".into()], Vec::new(), Script::default()).unwrap();
        let book = Arc::new(Book::default());
        let epoch = Epoch { instant: clock.epoch(), wall: clock.wall_epoch() };
        let cloud = Cloud::new(spec, epoch, book.clone());
        let http = Http::memory(cloud.clone());
        let way = Way::Mock { http, endpoint: "http://dynamodb.in-memory".into() };
        let client = sdk::client(&way.shared("us-east-1", clock), retries(), partition());
        let store = JobStore::new(client, TableName::of_run("test").unwrap(), keep);
        store.ensure("test", &clock).await.unwrap();
        cloud.add_faults(faults).unwrap();
        test(World { store, clock, book }).await
    })
}

/// As the newer generation of SDKs retries DynamoDB: 4 attempts, from 25 ms on.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4).with_retry_spec(RetrySpec::v2_1())
}

/// A retry quota of the test's own, since all tests share a process.
fn partition() -> RetryPartition {
    use std::sync::atomic::{AtomicU64, Ordering};
    static WORLDS: AtomicU64 = AtomicU64::new(0);
    RetryPartition::new(format!("job-store-{}", WORLDS.fetch_add(1, Ordering::Relaxed)))
}

/// A fault that strikes these operations of DynamoDB; all of them, if none is named.
pub(crate) fn fault(kind: Kind, operations: &[&str]) -> Fault {
    let operations = operations.iter().map(|&operation| operation.into()).collect();
    Fault::new("trouble", kind).aimed_at(Aim {
        services: vec![Service::DynamoDb],
        operations,
        ..Aim::default()
    })
}
