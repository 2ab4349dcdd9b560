//! What became of each job, one by one.
//!
//! A job is open from the time at which its producer has it in hand until it is settled and nobody holds a message of
//! its any more; then its record is made. What is received of a job after that is a stray. So the register holds what is
//! under way, not what there ever was.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bedload_reports::job::{Claim, Delivery, Job, JobEnd, QueueSample};
use bedload_reports::record::{Call, Decision, Name, Outcome, Record};
use bedload_reports::units::Nanos;
use tokio::sync::watch;

use crate::flow::request::Arrival;

/// Every job that is not settled.
#[derive(Debug)]
pub(super) struct Register {
    planned: u64,
    slots: u64,
    books: Mutex<Books>,
    settled: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Books {
    open: BTreeMap<Name, Open>,
    /// Jobs whose producer is done with them.
    produced: u64,
    /// Open jobs that the queue has taken and nobody holds: counted as they change, since a queue is looked at every second.
    waiting: u64,
    held: u64,
    settled: u64,
}

/// A job that is not settled.
#[derive(Debug)]
struct Open {
    arrival: Arrival,
    sent: Nanos,
    enqueued: Option<Nanos>,
    /// Deliveries that have its message in hand.
    holders: u64,
    /// Those of them that are worked on.
    working: u64,
    visits: Vec<Visited>,
    /// Its message is deleted, or is with the dead letters.
    gone: bool,
    given_up: Option<Nanos>,
    dead: Option<Nanos>,
}

/// What one delivery did, as far as a record tells.
#[derive(Debug)]
pub(super) struct Visited {
    pub(super) delivery: Delivery,
    pub(super) calls: Vec<Call>,
    pub(super) decisions: Vec<Decision>,
    pub(super) routed: Option<Name>,
    /// How the request ended for the worker that made it, if it made one.
    pub(super) outcome: Option<Outcome>,
    /// The job was given up, and the store says so.
    pub(super) gave_up: bool,
    /// The store did not say whether it took the result.
    pub(super) unsure: bool,
    /// The message is deleted.
    pub(super) deleted: bool,
    /// It was worked on, and not only held.
    pub(super) begun: bool,
}

/// What a finished delivery makes of its job.
#[derive(Debug)]
pub(super) enum Settled {
    /// The job is still under way.
    No,
    /// It is settled, and this is its record.
    Job(Box<Record>),
    /// It had been settled before.
    Stray(Box<Visited>),
}

/// What the store knows of a job at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Result,
    Failure,
    Nothing,
}

impl Register {
    pub(super) fn new(planned: u64, slots: u64) -> Self {
        Register { planned, slots, books: Mutex::default(), settled: watch::Sender::new(false) }
    }

    /// A producer has a job in hand.
    pub(super) fn expect(&self, job: &Name, arrival: Arrival, sent: Nanos) {
        let open = Open {
            arrival,
            sent,
            enqueued: None,
            holders: 0,
            working: 0,
            visits: Vec::new(),
            gone: false,
            given_up: None,
            dead: None,
        };
        self.with(|books| books.open.insert(job.clone(), open));
    }

    /// The queue has taken a job. A worker may have had it before its producer knew.
    pub(super) fn enqueued(&self, job: &Name, flow: &Name, at: Nanos) -> Option<Record> {
        self.change(|books| {
            books.produced += 1;
            books.update(job, |open| open.enqueued = Some(at))?;
            books.settle(job, flow)
        })
    }

    /// The queue did not take a job.
    pub(super) fn refused(&self, job: &Name, flow: &Name, at: Nanos) -> Option<Record> {
        self.change(|books| {
            books.produced += 1;
            let open = books.take(job)?;
            books.settled += 1;
            Some(open.record(job, flow, JobEnd::NotEnqueued, at, Outcome::Failed))
        })
    }

    /// A producer will send no more: what it had planned beyond this is not to come.
    pub(super) fn cut_short(&self) {
        self.change(|books| books.produced = self.planned);
    }

    /// A worker holds a message of a job. Tells what is known of the job; nothing of one that is settled.
    pub(super) fn received(&self, job: &Name) -> Option<Arrival> {
        self.with(|books| {
            books.update(job, |open| {
                open.holders += 1;
                open.arrival.clone()
            })
        })
    }

    /// A worker begins to work on a message that it holds.
    pub(super) fn begun(&self, job: &Name) {
        self.with(|books| books.held += u64::from(books.update(job, |open| open.working += 1).is_some()));
    }

    /// A worker is done with a message that it had received while the job was open, or after.
    pub(super) fn visited(&self, job: &Name, flow: &Name, was_open: bool, visited: Visited) -> Settled {
        self.change(|books| {
            if !was_open || !books.open.contains_key(job) {
                return Settled::Stray(Box::new(visited));
            }
            books.held -= u64::from(visited.begun);
            books.update(job, |open| open.take(visited));
            books.settle(job, flow).map_or(Settled::No, |record| Settled::Job(Box::new(record)))
        })
    }

    /// The message of a job lies with the dead letters.
    pub(super) fn dead_lettered(&self, job: &Name, flow: &Name, at: Nanos) -> Option<Record> {
        self.change(|books| {
            books.update(job, |open| {
                open.gone = true;
                open.dead = open.dead.or(Some(at));
            })?;
            books.settle(job, flow)
        })
    }

    /// Waits until every job is settled.
    pub(super) async fn settled(&self) {
        let mut receiver = self.settled.subscribe();
        if receiver.wait_for(|settled| *settled).await.is_err() {
            std::future::pending().await
        }
    }

    /// The queue and its workers at this time.
    pub(super) fn sample(&self, flow: &Name, at: Nanos) -> QueueSample {
        self.with(|books| {
            let oldest = books.open.values().find_map(|open| open.enqueued);
            QueueSample {
                flow: flow.clone(),
                at,
                waiting: books.waiting,
                held: books.held,
                settled: books.settled,
                oldest: oldest.map_or(Nanos::ZERO, |since| at.since(since)),
                slots: self.slots,
            }
        })
    }

    /// The jobs that are still open.
    pub(super) fn left(&self) -> Vec<Name> {
        self.with(|books| books.open.keys().cloned().collect())
    }

    /// Closes a job that is still open when all is over. `in_queue` says whether a queue holds it.
    pub(super) fn close(
        &self,
        job: &Name,
        flow: &Name,
        at: Nanos,
        known: Known,
        in_queue: bool,
        interrupted: bool,
    ) -> Option<Record> {
        self.with(|books| {
            let mut open = books.take(job)?;
            if known == Known::Result {
                open.believe_the_store(at);
            }
            let end = match (open.visible().is_some(), known) {
                (true, _) => JobEnd::Completed,
                (false, Known::Failure) => JobEnd::Failed,
                (false, _) if open.dead.is_some() => JobEnd::DeadLettered,
                (false, _) if open.enqueued.is_none() => JobEnd::NotEnqueued,
                (false, _) if in_queue => JobEnd::Unfinished,
                (false, _) => JobEnd::Lost,
            };
            let open_still = matches!(end, JobEnd::Unfinished | JobEnd::NotEnqueued);
            let outcome = match interrupted && open_still {
                true => Outcome::Abandoned,
                false => open.outcome(end),
            };
            Some(open.record(job, flow, end, at, outcome))
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Books) -> T) -> T {
        look(&mut self.books.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same, and tells whoever waits if that settled the last job.
    fn change<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        let (result, over) = self.with(|books| {
            let result = change(books);
            (result, books.produced >= self.planned && books.open.is_empty())
        });
        if over {
            self.settled.send_replace(true);
        }
        result
    }
}

impl Books {
    /// Changes a job that is open, and keeps count of those that wait.
    fn update<T>(&mut self, job: &Name, change: impl FnOnce(&mut Open) -> T) -> Option<T> {
        let open = self.open.get_mut(job)?;
        let before = open.is_waiting();
        let changed = change(open);
        match (before, open.is_waiting()) {
            (false, true) => self.waiting += 1,
            (true, false) => self.waiting -= 1,
            _ => {}
        }
        Some(changed)
    }

    /// Takes a job out.
    fn take(&mut self, job: &Name) -> Option<Open> {
        let open = self.open.remove(job)?;
        self.waiting -= u64::from(open.is_waiting());
        Some(open)
    }

    /// The record of a job, if it is settled and nobody holds it any more.
    fn settle(&mut self, job: &Name, flow: &Name) -> Option<Record> {
        let open = self.open.get(job)?;
        if open.holders > 0 || !open.gone || open.enqueued.is_none() {
            return None;
        }
        let mut open = self.take(job)?;
        self.settled += 1;
        open.clear_up();
        let (end, at) = open.end();
        let outcome = open.outcome(end);
        Some(open.record(job, flow, end, at, outcome))
    }
}

impl Open {
    fn is_waiting(&self) -> bool {
        self.enqueued.is_some() && self.working == 0 && !self.gone
    }

    fn take(&mut self, visited: Visited) {
        self.holders = self.holders.saturating_sub(1);
        self.working -= u64::from(visited.begun);
        self.gone |= visited.deleted;
        if visited.gave_up {
            self.given_up = self.given_up.or(Some(visited.delivery.over));
        }
        let place =
            self.visits.partition_point(|before| before.delivery.received <= visited.delivery.received);
        self.visits.insert(place, visited);
    }

    /// Clears up what was unsure, now that nobody holds the job any more and all that was done is known: where a delivery
    /// found it done, and none is known to have done it, one that could not tell had.
    fn clear_up(&mut self) {
        let found = self.visits.iter().find(|visit| visit.delivery.claim == Claim::AlreadyDone);
        if let Some(at) = found.map(|visit| visit.delivery.received).filter(|_| self.visible().is_none()) {
            self.believe_the_store(at);
        }
    }

    /// A result is stored: by the last delivery that could not tell, or else by the last that asked a model.
    fn believe_the_store(&mut self, at: Nanos) {
        let unsure = self.visits.iter().rposition(|visit| visit.unsure);
        let asked = || self.visits.iter().rposition(|visit| visit.delivery.calls > 0);
        if let Some(place) = unsure.or_else(asked) {
            let delivery = &mut self.visits[place].delivery;
            delivery.stored.get_or_insert(delivery.over.min(at));
        }
    }

    fn visible(&self) -> Option<Nanos> {
        self.visits.iter().filter_map(|visit| visit.delivery.stored).min()
    }

    /// What became of it, and when, now that its message is gone.
    fn end(&self) -> (JobEnd, Nanos) {
        let last = self.visits.iter().map(|visit| visit.delivery.over).max().unwrap_or(self.sent);
        match (self.visible(), self.given_up, self.dead) {
            (Some(at), ..) => (JobEnd::Completed, at),
            (None, Some(at), _) => (JobEnd::Failed, at),
            (None, None, Some(at)) => (JobEnd::DeadLettered, at),
            (None, None, None) => (JobEnd::Lost, last),
        }
    }

    fn outcome(&self, end: JobEnd) -> Outcome {
        if end != JobEnd::Completed {
            return Outcome::Failed;
        }
        let first = self.visits.iter().filter(|visit| visit.delivery.stored.is_some());
        let first = first.min_by_key(|visit| visit.delivery.stored).and_then(|visit| visit.outcome);
        match first {
            Some(Outcome::FirstTry) | None if self.visits.len() > 1 => Outcome::Retried,
            Some(outcome) if outcome.answered() => outcome,
            _ => Outcome::Retried,
        }
    }

    fn record(self, job: &Name, flow: &Name, end: JobEnd, at: Nanos, outcome: Outcome) -> Record {
        let done = self.visible().unwrap_or(at);
        let (mut deliveries, mut calls, mut decisions, mut routed) =
            (Vec::new(), Vec::new(), Vec::new(), None);
        for visit in self.visits {
            deliveries.push(visit.delivery);
            calls.extend(visit.calls);
            decisions.extend(visit.decisions);
            routed = visit.routed.or(routed);
        }
        Record {
            id: self.arrival.id,
            flow: flow.clone(),
            stage: self.arrival.stage,
            due: self.arrival.due,
            sent: self.sent,
            done,
            outcome,
            calls,
            routed,
            decisions,
            job: Some(Box::new(Job { name: job.clone(), enqueued: self.enqueued, end, deliveries })),
        }
    }
}
