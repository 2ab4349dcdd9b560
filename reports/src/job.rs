//! What a job did on its way through a queue.
//!
//! A job is a request that travels: a producer leaves it in a queue, a worker receives it, asks a model, stores the
//! result and deletes the message. Queues deliver at least once, so a job has deliveries, and the question of every
//! batch is whether each of them had the right effect: one result, once. The facts of each delivery stand here; whether
//! anything was lost or done twice is for readers to count.

use serde::{Deserialize, Serialize};

use crate::record::{Call, Name};
use crate::units::Nanos;

/// The part of a record that only jobs have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What the job is called in the queue and in the store.
    pub name: Name,
    /// When the queue had taken it; none where it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enqueued: Option<Nanos>,
    /// What became of it.
    pub end: JobEnd,
    /// Each receive of its message until it was settled, in order of time.
    pub deliveries: Vec<Delivery>,
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobEnd {
    /// A result was stored.
    Completed,
    /// It was given up, and the store says so.
    Failed,
    /// It was received as often as its queue allows, and moved to the dead-letter queue.
    DeadLettered,
    /// Neither a result nor a failure is stored, and no queue holds it any more.
    Lost,
    /// The run was over while its queue still held it.
    Unfinished,
    /// The queue never took it.
    NotEnqueued,
}

/// One receive of a job's message, to the end of the work upon it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its place in the order of all deliveries of its flow, from 0; what its spans are told apart by.
    pub number: u64,
    /// The how-manieth receive it was, by the queue's own count (`ApproximateReceiveCount`).
    pub receive: u32,
    /// The worker that received it, or the environment of the function.
    pub worker: u32,
    /// When it was received.
    pub received: Nanos,
    /// What the job store said when it was asked for the job.
    pub claim: Claim,
    /// How many of the record's calls were made for it. Calls stand in the order of their deliveries.
    pub calls: u32,
    /// When a result was stored, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<Nanos>,
    /// When the worker was done with it, or was done for.
    pub over: Nanos,
    /// How it ended.
    pub end: DeliveryEnd,
}

/// What the job store said when it was asked for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The job is this worker's.
    Won,
    /// It has a result already: nothing is left to do.
    AlreadyDone,
    /// It was given up before: nothing is left to do.
    GivenUp,
    /// Another worker is at work on it.
    Busy,
    /// Another worker took it at the same time.
    Raced,
    /// The store did not answer.
    Unanswered,
    /// Nobody asked: the worker does not check.
    Unchecked,
}

impl Claim {
    /// Whether the model is asked after this.
    pub fn works(self) -> bool {
        matches!(self, Claim::Won | Claim::Unchecked)
    }

    /// Whether the delivery had nothing to do, and did nothing.
    pub fn is_no_op(self) -> bool {
        matches!(self, Claim::AlreadyDone | Claim::GivenUp | Claim::Busy | Claim::Raced)
    }

    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Claim::Won => "won",
            Claim::AlreadyDone => "already done",
            Claim::GivenUp => "given up before",
            Claim::Busy => "another at work",
            Claim::Raced => "lost the race",
            Claim::Unanswered => "no answer",
            Claim::Unchecked => "not asked",
        }
    }
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryEnd {
    /// The message was deleted.
    Deleted,
    /// It was left to become visible again.
    Left,
    /// It was handed back, to become visible at once or after a wait.
    Released,
    /// The deletion failed, or came when another receive had the message.
    NotDeleted,
    /// The worker died with it.
    Killed {
        /// The scenario's name of the fault.
        fault: Name,
        /// How far it had come.
        at: Point,
    },
    /// The run was over.
    Abandoned,
}

/// How far a delivery has come: the points at which a worker can die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// It holds the message and has done nothing yet.
    Received,
    /// It has claimed the job, and is about to ask the model.
    Claimed,
    /// The model has answered, and nothing is stored.
    Answered,
    /// The result is stored, and the message not deleted.
    Stored,
}

impl Point {
    /// All of them, in the order in which a worker comes by.
    pub const ALL: [Point; 4] = [Point::Received, Point::Claimed, Point::Answered, Point::Stored];

    /// The word for it in scenarios and tables.
    pub fn name(self) -> &'static str {
        match self {
            Point::Received => "received",
            Point::Claimed => "claimed",
            Point::Answered => "answered",
            Point::Stored => "stored",
        }
    }
}

impl Job {
    /// When its first result was there to be read.
    pub fn visible(&self) -> Option<Nanos> {
        self.deliveries.iter().filter_map(|delivery| delivery.stored).min()
    }

    /// How often a result was stored.
    pub fn stores(&self) -> u64 {
        self.deliveries.iter().filter(|delivery| delivery.stored.is_some()).count() as u64
    }

    /// Results stored beyond the first.
    pub fn duplicate_effects(&self) -> u64 {
        self.stores().saturating_sub(1)
    }

    /// Receives beyond the first.
    pub fn redeliveries(&self) -> u64 {
        (self.deliveries.len() as u64).saturating_sub(1)
    }

    /// From the queue's having taken it to the first receive.
    pub fn queue_wait(&self) -> Option<Nanos> {
        Some(self.deliveries.first()?.received.since(self.enqueued?))
    }

    /// From the queue's having taken it to its result.
    pub fn latency(&self) -> Option<Nanos> {
        Some(self.visible()?.since(self.enqueued?))
    }

    /// Of the calls made for it, those of the delivery that stored the first result.
    pub fn answering<'a>(&self, calls: &'a [Call]) -> &'a [Call] {
        let Some(first) = self.visible() else { return &[] };
        let mut before = 0;
        for delivery in &self.deliveries {
            let upto = before + delivery.calls as usize;
            if delivery.stored == Some(first) {
                return calls.get(before..upto.min(calls.len())).unwrap_or_default();
            }
            before = upto;
        }
        &[]
    }
}

/// A delivery of a job that was settled already: a copy that a standard queue may still hand out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stray {
    /// Whose job.
    pub flow: Name,
    /// The stage in which the message was received.
    pub stage: Name,
    /// The job's name.
    pub job: Name,
    /// The job's place among the requests of the run.
    pub request: u64,
    /// When the job was due.
    pub due: Nanos,
    /// What was done.
    pub delivery: Delivery,
    /// The calls made for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
}

/// A queue and its workers at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueSample {
    /// Whose queue.
    pub flow: Name,
    /// When.
    pub at: Nanos,
    /// Jobs that the queue had taken and no worker held.
    pub waiting: u64,
    /// Jobs that workers held.
    pub held: u64,
    /// Jobs that were settled: completed, failed or dead-lettered.
    pub settled: u64,
    /// How long the oldest job that is not settled had been there.
    pub oldest: Nanos,
    /// Jobs that could have been worked on at once.
    pub slots: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::answered;

    fn delivery(receive: u32, calls: u32, stored: Option<u64>) -> Delivery {
        Delivery {
            number: u64::from(receive),
            receive,
            worker: 0,
            received: Nanos::from_secs(u64::from(receive)),
            claim: Claim::Won,
            calls,
            stored: stored.map(Nanos::from_secs),
            over: Nanos::from_secs(99),
            end: DeliveryEnd::Left,
        }
    }

    #[test]
    fn the_first_result_counts_and_every_further_one_is_an_effect_too_many() {
        let deliveries = vec![delivery(1, 1, None), delivery(2, 2, Some(30)), delivery(3, 1, Some(20))];
        let job =
            Job { name: "job-7".into(), enqueued: Some(Nanos::ZERO), end: JobEnd::Completed, deliveries };
        let calls: Vec<Call> = (0..4).map(|at| answered(at, Nanos::from_secs(at)).calls.remove(0)).collect();
        assert_eq!((job.stores(), job.duplicate_effects(), job.redeliveries()), (2, 1, 2));
        assert_eq!(
            (job.latency(), job.queue_wait()),
            (Some(Nanos::from_secs(20)), Some(Nanos::from_secs(1)))
        );
        assert_eq!(
            job.answering(&calls).iter().map(|call| call.sent).collect::<Vec<_>>(),
            [Nanos::from_secs(3)]
        );
    }

    #[test]
    fn a_job_without_a_result_has_no_answer() {
        let deliveries = vec![delivery(1, 1, None)];
        let job = Job { name: "job-7".into(), enqueued: None, end: JobEnd::DeadLettered, deliveries };
        let calls = answered(0, Nanos::ZERO).calls;
        assert!(job.answering(&calls).is_empty());
        assert_eq!((job.stores(), job.duplicate_effects(), job.latency()), (0, 0, None));
    }
}
