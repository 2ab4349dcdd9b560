//! Throttles and outages: the SDK's retries overcome some, and the rest has a class.

use std::num::NonZeroU32;
use std::time::Duration;

use bedload::queue::store::census::Census;
use bedload::queue::store::error::StoreError;
use bedload::queue::store::verdict::{Claim, Finish};
use bedload_mocks::faults::{Fault, Kind, Latency, Share, Throttle, Unavailable};
use bedload_mocks::{Exchange, Spread};
use bedload_reports::record::FailureClass;

use crate::support::{World, fault, virtually};

const JOBS: u32 = 60;

fn throttle(share: f64) -> Vec<Fault> {
    vec![fault(Kind::Throttle(Throttle::default()), &[]).share(Share::new(share).unwrap())]
}

/// Asks until there is an answer, as a worker to whom a job is delivered again.
async fn insist<T, F: Future<Output = Result<T, StoreError>>>(
    world: &World,
    mut ask: impl FnMut() -> F,
) -> T {
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(error) => assert_eq!(error.class(), FailureClass::Throttled, "{error}"),
        }
        world.sleep(Duration::from_secs(1)).await;
    }
}

/// Every job claimed by two workers at once and done by whoever won; gives the results stored and the ledger.
async fn work(world: World) -> (u32, Vec<Exchange>) {
    let (store, world) = (world.store.clone(), &world);
    let mut stored = 0;
    for job in 0..JOBS {
        let job = format!("j{job}");
        insist(world, || store.enqueue(&job, world.now())).await;
        let claim = |owner| {
            let (store, job) = (store.clone(), job.clone());
            async move { insist(world, || store.claim(&job, owner, world.now(), Duration::from_secs(300))).await }
        };
        let (one, other) = tokio::join!(claim("w1"), claim("w2"));
        let won: Vec<_> = [one, other]
            .into_iter()
            .filter_map(|claim| match claim {
                Claim::Won(token) => Some(token),
                Claim::InProgressElsewhere { .. } => None,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(won.len(), 1, "{job}");
        let finish = insist(world, || store.complete(&won[0], world.now(), "42")).await;
        stored += u32::from(finish == Finish::Stored);
    }
    let complete = u64::from(JOBS);
    let census = insist(world, || store.census(NonZeroU32::new(25).unwrap())).await;
    assert_eq!(census, Census { complete, ..Census::default() });
    (stored, world.exchanges())
}

#[test]
fn under_throttles_every_job_is_stored_once() {
    let (stored, exchanges) = virtually(throttle(0.4), work);
    assert_eq!(stored, JOBS);
    let throttled = exchanges.iter().filter(|exchange| exchange.fault.is_some()).count();
    assert!(throttled > JOBS as usize, "only {throttled} of {} were throttled", exchanges.len());
}

#[test]
fn one_seed_is_one_ledger() {
    // The SDK names each call by a random id, which no seed reaches; all else must be the same.
    let ledger = || {
        let (_, exchanges) = virtually(throttle(0.4), work);
        exchanges.into_iter().map(|it| Exchange { invocation_id: None, ..it }).collect::<Vec<_>>()
    };
    assert_eq!(ledger(), ledger());
}

#[test]
fn what_retries_do_not_overcome_has_its_class() {
    let cases = [
        (Kind::Throttle(Throttle::default()), FailureClass::Throttled),
        (Kind::Unavailable(Unavailable::default()), FailureClass::Unavailable),
    ];
    for (kind, class) in cases {
        virtually(vec![fault(kind, &[])], async |world| {
            let error = world.store.enqueue("j1", world.now()).await.unwrap_err();
            assert_eq!(error.class(), class, "{error}");
            let asked = world.exchanges().iter().filter(|it| it.operation == Some("PutItem")).count();
            assert_eq!(asked, 4, "all attempts were made");
        });
    }
}

#[test]
fn latency_is_waited_for() {
    let added = Spread::constant(Duration::from_secs(2));
    virtually(vec![fault(Kind::Latency(Latency { added }), &[])], async |world| {
        let before = world.now();
        world.win("j1", "w1").await;
        assert!(world.now() >= before + Duration::from_secs(2));
    });
}
