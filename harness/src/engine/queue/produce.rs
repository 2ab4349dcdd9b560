//! The producer: puts jobs in on schedule, a batch at a time, and does not wait for their results.

use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use super::Site;
use crate::flow::request::Arrival;
use crate::queue::mailbox::{Parcel, Sending};
use crate::queue::policy::Idempotency;

/// A job that is about to be sent.
struct Due {
    job: Name,
    sending: Sending,
}

/// Sends all jobs of the plan, or as many as are due before the word to stop.
pub(super) async fn produce(site: Arc<Site>) {
    let batch = u64::from(site.policy.send_batch.max(1));
    let mut next = 0;
    while next < site.policy.jobs {
        let last = (next + batch).min(site.policy.jobs);
        // A batch goes when its last job is due: until then the producer has nothing to hand over.
        if !site.dispatcher.reached(site.due(last - 1)).await || site.dispatcher.is_over() {
            break;
        }
        let due: Vec<Due> = (next..last).map(|number| site.expect(number)).collect();
        site.send(&due).await;
        next = last;
    }
    if next < site.policy.jobs {
        site.register.cut_short();
    }
}

impl Site {
    /// When a job is due, by its place in the batch.
    fn due(&self, number: u64) -> Nanos {
        self.from.plus(self.policy.due(number))
    }

    /// Takes a job in hand.
    fn expect(&self, number: u64) -> Due {
        let due = self.due(number);
        let id = self.dispatcher.number(&self.flow);
        let job: Name = format!("{}{number:06}", self.prefix).into();
        let arrival = Arrival { id, stage: self.dispatcher.stage_at(due), due, calls_before: 0 };
        let trace = self.requester.trace_header(&arrival);
        self.register.expect(&job, arrival, self.now());
        let group = self.policy.groups.map(|groups| format!("group-{}", number % u64::from(groups)));
        let parcel = Parcel { job_id: job.clone(), document: id };
        Due { job, sending: Sending { parcel, group, trace } }
    }

    /// Puts jobs down in the store and into the queue.
    async fn send(&self, due: &[Due]) {
        let checks = self.policy.handling.idempotency == Idempotency::Careful;
        if checks {
            let now = self.dispatcher.clock().wall_epoch() + Duration::from(self.now());
            let jobs: Vec<&str> = due.iter().map(|due| &*due.job).collect();
            // A job that is not put down is claimed all the same: the claim takes what is not there.
            let _ = self.store.enqueue_all(&jobs, now).await;
        }
        let sendings: Vec<Sending> = due.iter().map(|due| due.sending.clone()).collect();
        let taken = self.mailbox.send(&sendings).await.unwrap_or_else(|_| vec![false; due.len()]);
        let at = self.now();
        for (due, taken) in due.iter().zip(taken) {
            let record = match taken {
                true => self.register.enqueued(&due.job, &self.flow, at),
                false => self.register.refused(&due.job, &self.flow, at),
            };
            record.into_iter().for_each(|record| self.dispatcher.deliver(record));
        }
    }
}
