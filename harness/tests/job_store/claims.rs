//! Who may have a job, and what becomes of whoever was late.

use std::time::Duration;

use bedload::queue::store::record::Status;
use bedload::queue::store::verdict::{Claim, Enqueued, Extended, Finish, Release};

use crate::support::{LEASE, virtually, virtually_keeping};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_job_is_done_once_and_its_redelivery_does_nothing() {
    virtually(Vec::new(), async |world| {
        let store = &world.store;
        assert_eq!(store.enqueue("j1", world.now()).await, Ok(Enqueued::New));
        assert_eq!(store.enqueue("j1", world.now()).await, Ok(Enqueued::Known(Status::Pending)));
        let token = world.win("j1", "w1").await;
        assert_eq!(store.enqueue("j1", world.now()).await, Ok(Enqueued::Known(Status::InProgress)));
        assert_eq!(store.complete(&token, world.now(), "42").await, Ok(Finish::Stored));
        let before = store.read("j1").await.unwrap().unwrap();
        assert_eq!((before.status(), before.result()), (Status::Complete, Some("42")));
        assert_eq!(world.claim("j1", "w2").await, Claim::AlreadyDone("42".into()));
        assert_eq!(store.read("j1").await.unwrap(), Some(before), "the redelivery has changed nothing");
    });
}

#[test]
fn a_job_that_nobody_put_down_can_be_claimed_as_powertools_does() {
    virtually(Vec::new(), async |world| {
        world.win("j1", "w1").await;
        assert_eq!(world.store.read("j1").await.unwrap().unwrap().status(), Status::InProgress);
    });
}

#[test]
fn of_fifty_claims_at_once_one_is_won() {
    virtually(Vec::new(), async |world| {
        world.store.enqueue("j1", world.now()).await.unwrap();
        let claims: Vec<_> = (0..50)
            .map(|worker| {
                let (store, now) = (world.store.clone(), world.now());
                tokio::spawn(async move { store.claim("j1", &format!("w{worker}"), now, LEASE).await })
            })
            .collect();
        let mut won = 0;
        for claim in claims {
            match claim.await.unwrap().unwrap() {
                Claim::Won(_) => won += 1,
                Claim::InProgressElsewhere { until: Some(_) } => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1);
    });
}

#[test]
fn two_copies_of_a_message_that_one_worker_gets_at_once_are_one_job() {
    virtually(Vec::new(), async |world| {
        world.win("j1", "w1").await;
        assert!(matches!(world.claim("j1", "w1").await, Claim::InProgressElsewhere { .. }));
    });
}

#[test]
fn a_claim_that_ran_out_is_taken_over_and_its_holder_is_refused() {
    virtually(Vec::new(), async |world| {
        let store = &world.store;
        let first = world.win("j1", "w1").await;
        let Claim::InProgressElsewhere { until: Some(until) } = world.claim("j1", "w2").await else {
            panic!("w1 should hold it");
        };
        world.sleep(until.duration_since(world.now()).unwrap() + Duration::from_millis(1)).await;
        let second = world.win("j1", "w2").await;
        assert_eq!(store.complete(&first, world.now(), "late").await, Ok(Finish::LeaseLost));
        assert_eq!(store.extend(&first, world.now(), LEASE).await, Ok(Extended::LeaseLost));
        assert_eq!(store.release(&first).await, Ok(Release::LeaseLost));
        assert_eq!(store.complete(&second, world.now(), "in time").await, Ok(Finish::Stored));
        assert_eq!(store.complete(&first, world.now(), "later").await, Ok(Finish::AlreadyComplete));
        assert_eq!(store.fail(&first, world.now(), "later still").await, Ok(Finish::AlreadyComplete));
        assert_eq!(world.claim("j1", "w3").await, Claim::AlreadyDone("in time".into()));
    });
}

#[test]
fn the_same_worker_holds_two_claims_apart() {
    virtually(Vec::new(), async |world| {
        let first = world.win("j1", "w1").await;
        world.sleep(LEASE + SECOND).await;
        let second = world.win("j1", "w1").await;
        assert_eq!(world.store.complete(&first, world.now(), "late").await, Ok(Finish::LeaseLost));
        assert_eq!(world.store.complete(&second, world.now(), "in time").await, Ok(Finish::Stored));
    });
}

#[test]
fn a_late_result_is_kept_while_nobody_else_is_at_it() {
    virtually(Vec::new(), async |world| {
        let store = &world.store;
        let first = world.win("j1", "w1").await;
        world.sleep(LEASE + SECOND).await;
        assert_eq!(store.complete(&first, world.now(), "late").await, Ok(Finish::Stored));

        let first = world.win("j2", "w1").await;
        world.sleep(LEASE + SECOND).await;
        let second = world.win("j2", "w2").await;
        world.sleep(LEASE + SECOND).await;
        assert_eq!(store.complete(&first, world.now(), "first").await, Ok(Finish::Stored));
        assert_eq!(store.complete(&second, world.now(), "second").await, Ok(Finish::AlreadyComplete));
        assert_eq!(world.claim("j2", "w3").await, Claim::AlreadyDone("first".into()));
    });
}

#[test]
fn heartbeats_hold_a_claim() {
    virtually(Vec::new(), async |world| {
        let token = world.win("j1", "w1").await;
        for _ in 0..5 {
            world.sleep(Duration::from_secs(20)).await;
            let until = Extended::Until(world.now() + LEASE);
            assert_eq!(world.store.extend(&token, world.now(), LEASE).await, Ok(until));
            assert!(matches!(world.claim("j1", "w2").await, Claim::InProgressElsewhere { .. }));
        }
        assert_eq!(world.store.complete(&token, world.now(), "42").await, Ok(Finish::Stored));
    });
}

#[test]
fn what_is_given_back_is_to_be_had_at_once() {
    virtually(Vec::new(), async |world| {
        let first = world.win("j1", "w1").await;
        assert_eq!(world.store.release(&first).await, Ok(Release::Released));
        assert_eq!(world.store.read("j1").await.unwrap().unwrap().status(), Status::Pending);
        let second = world.win("j1", "w2").await;
        assert_eq!(world.store.complete(&first, world.now(), "late").await, Ok(Finish::LeaseLost));
        assert_eq!(world.store.complete(&second, world.now(), "42").await, Ok(Finish::Stored));
    });
}

#[test]
fn what_can_never_be_done_is_over() {
    virtually(Vec::new(), async |world| {
        let token = world.win("j1", "w1").await;
        assert_eq!(world.store.fail(&token, world.now(), "no such model").await, Ok(Finish::Stored));
        assert_eq!(world.claim("j1", "w2").await, Claim::AlreadyFailed("no such model".into()));
        assert_eq!(world.store.complete(&token, world.now(), "42").await, Ok(Finish::AlreadyFailed));
    });
}

#[test]
fn an_expired_record_is_as_if_it_were_not_there() {
    virtually_keeping(Duration::from_secs(60), Vec::new(), async |world| {
        let token = world.win("j1", "w1").await;
        world.store.complete(&token, world.now(), "42").await.unwrap();
        world.sleep(Duration::from_secs(60)).await;
        assert_eq!(world.claim("j1", "w2").await, Claim::AlreadyDone("42".into()));
        world.sleep(SECOND).await;
        assert!(world.store.read("j1").await.unwrap().unwrap().is_expired(world.now()));
        let token = world.win("j1", "w2").await;
        world.store.complete(&token, world.now(), "43").await.unwrap();
        world.sleep(Duration::from_secs(62)).await;
        assert_eq!(world.store.enqueue("j1", world.now()).await, Ok(Enqueued::New));
    });
}

#[test]
fn a_clock_that_is_ahead_takes_over_early_and_the_token_still_guards_the_result() {
    virtually(Vec::new(), async |world| {
        let store = &world.store;
        let right = world.win("j1", "w1").await;
        let ahead = world.now() + Duration::from_secs(3600);
        let Claim::Won(early) = store.claim("j1", "w2", ahead, LEASE).await.unwrap() else {
            panic!("by its clock the claim had run out");
        };
        assert_eq!(store.complete(&right, world.now(), "right").await, Ok(Finish::LeaseLost));
        assert_eq!(store.complete(&early, ahead, "early").await, Ok(Finish::Stored));
    });
}
