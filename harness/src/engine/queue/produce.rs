//! The producer: takes jobs in hand on schedule, puts them in a batch at a time, and does not wait for their results.
//!
//! The schedule and the sending are apart, so that a queue which answers slowly makes jobs late, and not the schedule:
//! else the harness would seem to be late itself.

use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

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
    let (hand_over, mut batches) = unbounded_channel::<Vec<Due>>();
    // One after the other, as the groups of a FIFO queue keep the order in which they were sent.
    let send = async {
        while let Some(batch) = batches.recv().await {
            site.send(&batch).await;
        }
    };
    let (all, ()) = tokio::join!(site.take_in_hand(hand_over), send);
    if !all {
        site.register.cut_short();
    }
}

impl Site {
    /// Takes each job in hand when it is due, and hands them over by the batch. Tells whether that was all of them.
    async fn take_in_hand(&self, hand_over: UnboundedSender<Vec<Due>>) -> bool {
        let full = self.policy.send_batch.max(1) as usize;
        let mut batch = Vec::with_capacity(full);
        let mut taken = 0;
        for number in 0..self.policy.jobs {
            if !self.dispatcher.reached(self.due(number)).await || self.dispatcher.is_over() {
                break;
            }
            batch.push(self.expect(number));
            taken = number + 1;
            if batch.len() == full {
                // Who sends is there for as long as this is.
                let _ = hand_over.send(std::mem::take(&mut batch));
            }
        }
        if !batch.is_empty() {
            let _ = hand_over.send(batch);
        }
        taken == self.policy.jobs
    }

    /// When a job is due, by its place in the batch.
    pub(super) fn due(&self, number: u64) -> Nanos {
        self.from.plus(self.policy.due(number))
    }

    /// Takes a job in hand.
    fn expect(&self, number: u64) -> Due {
        let due = self.due(number);
        let id = self.dispatcher.number(&self.flow);
        let job: Name = format!("{}{number:06}", self.prefix).into();
        let arrival = Arrival::new(id, self.dispatcher.stage_at(due), due);
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
