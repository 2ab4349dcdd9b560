//! Taking note of what an exchange did to a queue.

use std::time::Duration;

use super::queue::Queue;
use crate::ledger::{QueueDepth, QueueWork};

/// Notes what the queue holds when the exchange is done with it.
pub(super) fn note_depth(work: &mut QueueWork, queue: &Queue, now: Duration) {
    let (counts, age) = (queue.counts(), queue.oldest_age(now));
    work.depth = Some(QueueDepth {
        visible: counts.visible as u64,
        in_flight: counts.in_flight as u64,
        delayed: counts.delayed as u64,
        oldest_age_ms: age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
    });
}
