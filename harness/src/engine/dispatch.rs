//! Sends single requests: permits, numbers, records.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bedload_reports::generator::GeneratorSample;
use bedload_reports::job::{QueueSample, Stray};
use bedload_reports::log::Dropped;
use bedload_reports::record::{Name, Record};
use bedload_reports::stop::Stopped;
use bedload_reports::units::Nanos;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::edges::Lookout;
use super::halt::{Halt, Halted, halt};
use super::occupancy::Occupancy;
use super::{Bed, DRAIN_AFTER_END, DRAIN_AFTER_STOP};
use crate::clock::Clock;
use crate::flow::prompt::Matter;
use crate::flow::request::{Arrival, Requester, Turn};
use crate::pace::Due;
use crate::seed::Seed;

pub(super) struct Dispatcher {
    bed: Bed,
    permits: Arc<Semaphore>,
    cap: u32,
    lookout: Lookout,
    numbers: AtomicU64,
    occupancy: Occupancy,
    halted: Halted,
    abandon: Halt,
    abandoned: Halted,
}

impl Dispatcher {
    pub(super) fn new(bed: Bed, halted: Halted) -> Self {
        let cap = u32::try_from(bed.max_in_flight).unwrap_or(u32::MAX).min(Semaphore::MAX_PERMITS as u32);
        let (abandon, abandoned) = halt();
        Dispatcher {
            lookout: Lookout::new(&bed.stages, &bed.faults),
            permits: Arc::new(Semaphore::new(cap as usize)),
            cap,
            bed,
            numbers: AtomicU64::new(0),
            occupancy: Occupancy::default(),
            halted,
            abandon,
            abandoned,
        }
    }

    pub(super) fn clock(&self) -> Clock {
        self.bed.clock
    }

    pub(super) fn seed(&self) -> Seed {
        self.bed.seed
    }

    /// Whether no new request may be sent: the word to stop was said, or the budget is spent.
    pub(super) fn is_over(&self) -> bool {
        self.halted.is_stopped() || self.budget_is_spent()
    }

    /// Whether the budget ended the sending.
    pub(super) fn budget_is_spent(&self) -> bool {
        self.bed.budget.is_spent(self.numbers.load(Ordering::Relaxed))
    }

    /// What ended the run before its time, if a rule did.
    pub(super) fn stopped(&self) -> Option<Stopped> {
        self.bed.stop.as_ref().and_then(|stop| stop.stopped())
    }

    /// Waits until `at`; false if the word to stop came first.
    pub(super) async fn reached(&self, at: Nanos) -> bool {
        tokio::select! {
            biased;
            () = self.halted.stopped() => false,
            () = self.bed.clock.sleep_until(at) => true,
        }
    }

    /// A permit if there is room now.
    pub(super) fn room(&self) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().try_acquire_owned().ok()
    }

    /// A permit once there is room; none if the word to stop came first.
    pub(super) async fn wait_for_room(&self) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            () = self.halted.stopped() => None,
            permit = self.permits.clone().acquire_owned() => permit.ok(),
        }
    }

    /// Something happens at this time.
    pub(super) fn passed(&self, now: Nanos) {
        self.bed.board.at(now);
        self.lookout.at(now);
    }

    /// The number of a new request.
    pub(super) fn number(&self, flow: &Name) -> u64 {
        self.passed(self.bed.clock.now());
        self.bed.board.sent(flow);
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Hands on the record of a request that is over.
    pub(super) fn deliver(&self, record: Record) {
        self.passed(record.done);
        self.bed.board.over(&record.flow, record.outcome);
        self.bed.budget.spend(&record);
        if let Some(stop) = &self.bed.stop {
            stop.observe(&record);
        }
        self.bed.sink.record(record);
    }

    /// Hands on a delivery of a job that was settled before.
    pub(super) fn stray(&self, stray: Stray) {
        self.bed.sink.stray(stray);
    }

    /// Hands on what a queue looked like.
    pub(super) fn sample(&self, sample: QueueSample) {
        self.passed(sample.at);
        self.bed.sink.sample(sample);
    }

    /// When the last stage ends.
    pub(super) fn end(&self) -> Nanos {
        self.bed.stages.last().map_or(Nanos::ZERO, |stage| stage.to)
    }

    /// Waits for as long as what is under way may take to finish, once nothing new is begun.
    pub(super) async fn patience(&self) {
        tokio::select! {
            biased;
            () = self.halted.stopped() => self.bed.clock.sleep(DRAIN_AFTER_STOP).await,
            () = self.bed.clock.sleep(DRAIN_AFTER_END) => {}
        }
    }

    /// Sends an arrival of an open load into a task of its own. One that finds no room is counted and not made up for.
    pub(super) fn send(
        self: &Arc<Self>,
        runtime: &Handle,
        flow: &Name,
        requester: &Arc<Requester>,
        due: Due,
    ) {
        let Some(permit) = self.room() else { return self.drop_arrival(flow, due.at) };
        let (dispatcher, flow, requester) = (self.clone(), flow.clone(), requester.clone());
        let matter = Matter { lengths: due.lengths, ..Matter::default() };
        runtime.spawn(async move {
            dispatcher.perform(permit, requester, &flow, due.at, matter, || {}).await;
        });
    }

    /// Makes one request, from its due time to its record, and tells what was said if it was answered. `free` is called once its caller has an answer, if that is before.
    pub(super) async fn perform(
        &self,
        permit: OwnedSemaphorePermit,
        requester: Arc<Requester>,
        flow: &Name,
        due: Nanos,
        matter: Matter,
        free: impl FnOnce(),
    ) -> Option<Turn> {
        self.occupancy.enter(self.bed.clock.now());
        let id = self.number(flow);
        let arrival = Arrival { matter, ..Arrival::new(id, self.stage_at(due), due) };
        let record = requester.perform(arrival, self.abandoned.stopped(), free).await;
        let turn = Turn::of(&record);
        self.deliver(record);
        self.occupancy.leave(self.bed.clock.now());
        drop(permit);
        turn
    }

    /// Counts an arrival that found no room.
    pub(super) fn drop_arrival(&self, flow: &Name, due: Nanos) {
        tracing::warn!(due_s = due.as_secs_f64(), "an arrival found no room");
        self.bed.board.dropped(flow);
        let dropped = Dropped { flow: flow.clone(), stage: self.stage_at(due), due };
        if let Some(stop) = &self.bed.stop {
            stop.drop_arrival(&dropped);
        }
        self.bed.sink.dropped(dropped);
    }

    /// Requests of open and closed loads that are in flight.
    pub(super) fn in_flight(&self) -> u64 {
        self.occupancy.now()
    }

    /// How long all of them were in flight, once none is.
    pub(super) fn time_in_flight(&self) -> Nanos {
        self.occupancy.time()
    }

    /// Hands on what the generator says of itself.
    pub(super) fn tell(&self, sample: GeneratorSample) {
        self.bed.sink.generator(sample);
    }

    /// Waits until nothing is in flight.
    pub(super) async fn empty(&self) {
        // Only a closed semaphore refuses, and this one is never closed.
        drop(self.permits.acquire_many(self.cap).await);
    }

    /// Cuts off whatever is still in flight.
    pub(super) fn abandon(&self) {
        self.abandon.stop();
    }

    /// The stage that `due` falls in; the last one for what is due at the very end.
    pub(super) fn stage_at(&self, due: Nanos) -> Name {
        let stages = &self.bed.stages;
        let stage = stages.iter().find(|stage| due < stage.to).or(stages.last());
        stage.map_or_else(|| "".into(), |stage| stage.name.clone())
    }
}
