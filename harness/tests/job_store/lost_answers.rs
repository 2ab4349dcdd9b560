//! Answers that are cut after the table has taken a write: the SDK asks again and meets its own work.

use std::num::NonZeroU64;

use bedload::queue::store::verdict::{Enqueued, Extended, Finish, Release};
use bedload_mocks::faults::{Fault, Kind, Reset};

use crate::support::{LEASE, World, fault, virtually};

/// Cuts the first answer of this operation in its middle.
fn cut(operation: &str) -> Vec<Fault> {
    vec![fault(Kind::Reset(Reset::WithinBody { after: 0 }), &[operation]).first(NonZeroU64::MIN)]
}

/// How often this operation was asked.
fn asked(world: &World, operation: &str) -> usize {
    world.exchanges().iter().filter(|exchange| exchange.operation == Some(operation)).count()
}

#[test]
fn a_claim_whose_answer_was_lost_is_won_all_the_same() {
    virtually(cut("PutItem"), async |world| {
        world.win("j1", "w1").await;
        assert_eq!(asked(&world, "PutItem"), 2);
    });
}

#[test]
fn a_job_whose_answer_was_lost_is_new_all_the_same() {
    virtually(cut("PutItem"), async |world| {
        assert_eq!(world.store.enqueue("j1", world.now()).await, Ok(Enqueued::New));
    });
}

#[test]
fn a_result_whose_answer_was_lost_is_stored_all_the_same() {
    virtually(cut("UpdateItem"), async |world| {
        let token = world.win("j1", "w1").await;
        assert_eq!(world.store.complete(&token, world.now(), "42").await, Ok(Finish::Stored));
        assert_eq!(asked(&world, "UpdateItem"), 2);
    });
}

#[test]
fn a_release_whose_answer_was_lost_is_one_all_the_same() {
    virtually(cut("UpdateItem"), async |world| {
        let token = world.win("j1", "w1").await;
        assert_eq!(world.store.release(&token).await, Ok(Release::Released));
        assert_eq!(asked(&world, "UpdateItem"), 2);
    });
}

#[test]
fn a_heartbeat_whose_answer_was_lost_holds_all_the_same() {
    virtually(cut("UpdateItem"), async |world| {
        let token = world.win("j1", "w1").await;
        let until = Extended::Until(world.now() + LEASE);
        assert_eq!(world.store.extend(&token, world.now(), LEASE).await, Ok(until));
        assert_eq!(asked(&world, "UpdateItem"), 2);
    });
}
