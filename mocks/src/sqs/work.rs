//! Taking note of what an exchange did to a queue.

use std::time::Duration;

use super::queue::Queue;
use super::shared::SharedQueue;
use crate::ledger::QueueWork;

/// Notes the queue itself, as it is when the exchange is done with it.
pub(super) fn note_depth(work: &mut QueueWork, shared: &SharedQueue, queue: &Queue, now: Duration) {
    let (counts, age) = (queue.counts(), queue.oldest_age(now));
    work.name = shared.address.name.clone();
    work.visible = counts.visible as u64;
    work.in_flight = counts.in_flight as u64;
    work.delayed = counts.delayed as u64;
    work.oldest_age_ms = age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
}
