//! The SDK's retry quota, of a client's own or shared by name.

use std::sync::Arc;

use bedload::client::policy::{RetryMode, RetryQuota};
use bedload::client::sdk::Quotas;
use bedload::flow::client_state::ClientState;
use bedload::flow::request::Requester;
use bedload::seed::Seed;
use bedload_mocks::faults::Fault;
use bedload_reports::record::{CallEnd, Operation, Record};

use crate::support::{Bench, EAST, WEST, requester, requests, retry, throttle, virtually, way};

/// How many of thirty calls each of two clients were refused a retry, the clients taking turns.
fn refused(quotas: [RetryQuota; 2], regions: [&str; 2]) -> [usize; 2] {
    virtually(async |clock| {
        let way = way(clock, vec![Fault::new("f", throttle())]);
        let of_run = Quotas::of_a_run();
        let client = |(quota, region): (RetryQuota, &str)| {
            let mut bench = Bench::plain(Operation::Converse);
            bench.policy.regions.order = vec![region.into()];
            bench.retry = retry(RetryMode::Standard, quota);
            let state = Arc::new(ClientState::new(bench.policy.clone(), clock));
            requester(&bench, "chat", state, &way, &of_run, clock, Seed::new(7))
        };
        let [one, other] = quotas;
        let clients: [Arc<Requester>; 2] = [client((one, regions[0])), client((other, regions[1]))];
        let mut refused = [0, 0];
        for _ in 0..30 {
            for (client, refused) in clients.iter().zip(&mut refused) {
                let records = requests(client.clone(), &[0], clock).await;
                *refused += records.iter().filter(|record| is_refused(record)).count();
            }
        }
        refused
    })
}

fn is_refused(record: &Record) -> bool {
    record.calls.iter().any(|call| matches!(&call.end, CallEnd::Failed(failure) if failure.retry_refused))
}

/// A quota of 500 at 5 a retry lasts for fifty calls of three attempts.
#[test]
fn clients_that_share_a_quota_drain_it_together_and_others_do_not() {
    let shared = || RetryQuota::Shared("process".into());
    assert_eq!(refused([shared(), shared()], [EAST, EAST]), [5, 5]);
    assert_eq!(refused([RetryQuota::Own, RetryQuota::Own], [EAST, EAST]), [0, 0]);
    assert_eq!(refused([shared(), RetryQuota::Shared("other".into())], [EAST, EAST]), [0, 0]);
    assert_eq!(refused([shared(), shared()], [EAST, WEST]), [0, 0], "one for each region, as in the SDK");
}
