//! What one delivery does with its job: claim it, ask the model, store the result.
//!
//! ```text
//! received ─claim─▶ claimed ─ask─▶ answered ─store─▶ stored ─▶ its message may go
//!     │ not ours        │ failed        │ not ours       each arrow may be the worker's last
//!     ▼                 ▼               ▼
//!   may go, or is left: as the store says, and the policy of failures
//! ```
//!
//! A worker dies between two steps, never within one: whether a write that was under way took effect would be known to
//! nobody. Its call to a model is cut off, as the socket of a process that dies is.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bedload_reports::job::{self, Delivery, DeliveryEnd, Point};
use bedload_reports::record::{Call, Decision, Name, Outcome, Record};
use bedload_reports::trace::propagation;
use bedload_reports::units::Nanos;

use super::Site;
use super::hazard::Blow;
use super::life::Life;
use super::register::Visited;
use crate::flow::request::{Arrival, Delivered};
use crate::queue::mailbox::Message;
use crate::queue::policy::{Acknowledge, Idempotency, OnFailure};
use crate::queue::store::record::Token;
use crate::queue::store::verdict::{Claim, Finish};

/// How often a claim that was lost to a race is tried again: Powertools makes two of (`MAX_RETRIES`, base.py).
const RACES: u32 = 2;

/// One delivery under way.
pub(super) struct Visit {
    site: Arc<Site>,
    life: Arc<Life>,
    message: Message,
    job: Name,
    arrival: Arrival,
    number: u64,
    was_open: bool,
    begun: bool,
    received: Nanos,
    point: Point,
    claim: job::Claim,
    made: Made,
    stored: Option<Nanos>,
    unsure: bool,
    gave_up: bool,
}

/// What its call to a model came to.
#[derive(Default)]
struct Made {
    calls: Vec<Call>,
    decisions: Vec<Decision>,
    routed: Option<Name>,
    outcome: Option<Outcome>,
}

/// What is to become of the message.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Then {
    /// It may go.
    Delete,
    /// It stays, and is visible again when its time is over.
    Leave,
    /// It is handed back, visible after this time.
    Release(Duration),
    /// Nothing: the worker is dead.
    Died(Name),
    /// Nothing: the run is over.
    Abandon,
}

impl Visit {
    /// Takes a message in hand. None for a message of no job of this run, which is left alone.
    pub(super) fn begin(site: &Arc<Site>, life: &Arc<Life>, message: Message) -> Option<Self> {
        let (job, arrival, was_open) = site.take(&message)?;
        let number = site.deliveries.fetch_add(1, Ordering::Relaxed);
        let trace = message.trace.as_deref().and_then(propagation::of_message);
        let arrival = Arrival { delivered: Some(Delivered { number, trace }), ..arrival };
        Some(Visit {
            received: site.now(),
            site: site.clone(),
            life: life.clone(),
            message,
            job,
            arrival,
            number,
            was_open,
            begun: false,
            point: Point::Received,
            claim: job::Claim::Unchecked,
            made: Made::default(),
            stored: None,
            unsure: false,
            gave_up: false,
        })
    }

    /// Does all that is to do before the message may go.
    pub(super) async fn work(&mut self) -> Then {
        if self.was_open {
            self.begun = true;
            self.site.register.begun(&self.job);
        }
        match self.steps().await {
            Ok(then) | Err(then) => then,
        }
    }

    /// Puts the message away as `then` says, and tells what was done.
    pub(super) async fn end(self, then: &Then) {
        let (end, deleted) = self.put_away(then).await;
        self.tell(end, deleted);
    }

    /// Deletes the message, or hands it back; tells how the delivery ended, and whether the message is gone.
    async fn put_away(&self, then: &Then) -> (DeliveryEnd, bool) {
        let mailbox = &self.site.mailbox;
        let end = then.without_deletion(self.point);
        match then {
            Then::Delete => match mailbox.delete(&self.message.receipt).await {
                Ok(()) => (DeliveryEnd::Deleted, true),
                Err(_) => (end, false),
            },
            Then::Release(after) => match mailbox.hide(&self.message.receipt, *after).await {
                Ok(()) => (end, false),
                Err(_) => (DeliveryEnd::Left, false),
            },
            Then::Leave | Then::Died(_) | Then::Abandon => (end, false),
        }
    }

    /// Whether the message is deleted before the work begins.
    pub(super) fn acknowledges_early(&self) -> bool {
        self.site.policy.handling.acknowledge == Acknowledge::OnReceive
    }

    /// Deletes the message before the work begins; tells whether it is gone.
    pub(super) async fn acknowledge(&self) -> bool {
        self.site.mailbox.delete(&self.message.receipt).await.is_ok()
    }

    /// Tells what was done. `end` and `deleted` say what became of the message.
    pub(super) fn tell(self, end: DeliveryEnd, deleted: bool) {
        let (site, job, was_open) = (self.site.clone(), self.job.clone(), self.was_open);
        let arrival = self.arrival.clone();
        site.visited(&job, &arrival, was_open, self.visited(end, deleted));
    }

    fn visited(self, end: DeliveryEnd, deleted: bool) -> Visited {
        Visited {
            delivery: Delivery {
                number: self.number,
                receive: self.message.receive_count,
                worker: self.life.worker,
                received: self.received,
                claim: self.claim,
                calls: u32::try_from(self.made.calls.len()).unwrap_or(u32::MAX),
                stored: self.stored,
                over: self.site.now(),
                end,
            },
            calls: self.made.calls,
            decisions: self.made.decisions,
            routed: self.made.routed,
            outcome: self.made.outcome,
            gave_up: self.gave_up,
            unsure: self.unsure,
            deleted,
            begun: self.begun,
        }
    }

    /// How far it has come.
    pub(super) fn point(&self) -> Point {
        self.point
    }

    async fn steps(&mut self) -> Result<Then, Then> {
        self.come_to(Point::Received).await?;
        let token = self.claim().await?;
        self.come_to(Point::Claimed).await?;
        if self.site.hazards.poisons(self.arrival.id, self.site.now()) {
            return Ok(self.fail(token.as_ref(), "the document cannot be read").await);
        }
        if !self.ask(token.as_ref()).await? {
            return Ok(self.fail(token.as_ref(), "no answer").await);
        }
        self.come_to(Point::Answered).await?;
        let then = self.store(token.as_ref()).await;
        if self.stored.is_some() {
            self.come_to(Point::Stored).await?;
        }
        Ok(then)
    }

    /// Comes to a point, where the worker may die or stand still.
    async fn come_to(&mut self, point: Point) -> Result<(), Then> {
        self.point = point;
        let now = self.site.now();
        match self.site.hazards.blow(self.life.worker, point, now) {
            Some(Blow::Death { fault, restart_after }) => {
                self.life.end(&fault, restart_after.map(Nanos::from));
            }
            Some(Blow::Standstill { lasts }) => self.life.freeze(now.plus(Nanos::from(lasts))),
            None => {}
        }
        self.stand_still().await;
        match self.life.cause() {
            Some(fault) => Err(Then::Died(fault)),
            None => Ok(()),
        }
    }

    async fn stand_still(&self) {
        while self.life.frozen_until() > self.site.now() {
            self.site.dispatcher.clock().sleep_until(self.life.frozen_until()).await;
        }
    }

    /// Makes the job the worker's own. Without a check every delivery is.
    async fn claim(&mut self) -> Result<Option<Token>, Then> {
        if self.site.policy.handling.idempotency == Idempotency::Off {
            return Ok(None);
        }
        let owner = format!("{}-{}", self.site.flow, self.life.worker);
        let lease = self.site.policy.handling.lease;
        let mut races = 0;
        let (claim, then) = loop {
            break match self.site.store.claim(&self.job, &owner, self.clock(), lease).await {
                Ok(Claim::Won(token)) => {
                    self.claim = job::Claim::Won;
                    return Ok(Some(token));
                }
                Ok(Claim::AlreadyDone(_)) => (job::Claim::AlreadyDone, Then::Delete),
                Ok(Claim::AlreadyFailed(_)) => (job::Claim::GivenUp, Then::Delete),
                Ok(Claim::InProgressElsewhere { .. }) => (job::Claim::Busy, Then::Leave),
                Ok(Claim::Lost) if races < RACES => {
                    races += 1;
                    continue;
                }
                Ok(Claim::Lost) => (job::Claim::Raced, Then::Leave),
                Err(_) => (job::Claim::Unanswered, Then::Leave),
            };
        };
        self.claim = claim;
        Err(then)
    }

    /// Asks the model; meanwhile message and claim are held on to. Tells whether there is an answer.
    async fn ask(&mut self, token: Option<&Token>) -> Result<bool, Then> {
        let cut_off = async {
            tokio::select! {
                biased;
                () = self.life.over() => {}
                () = self.site.abandoned.stopped() => {}
            }
        };
        let asked = self.site.requester.clone().perform(self.arrival.clone(), cut_off, || {});
        let record = tokio::select! {
            biased;
            record = asked => record,
            () = self.hold_on(token) => return Ok(false),
        };
        let outcome = record.outcome;
        self.made = made(record);
        match (outcome, self.life.cause()) {
            (Outcome::Abandoned, Some(fault)) => Err(Then::Died(fault)),
            (Outcome::Abandoned, None) => Err(Then::Abandon),
            (outcome, _) => Ok(outcome.answered()),
        }
    }

    /// Extends visibility and claim at each beat of the heart; never ends.
    async fn hold_on(&self, token: Option<&Token>) {
        let handling = &self.site.policy.handling;
        let Some(heartbeat) = handling.heartbeat else { return std::future::pending().await };
        loop {
            self.site.sleep(heartbeat).await;
            self.stand_still().await;
            // What a beat does not reach is tried again at the next; until then the message is hidden still.
            let _ = self.site.mailbox.hide(&self.message.receipt, self.site.policy.visibility).await;
            if let Some(token) = token {
                let _ = self.site.store.extend(token, self.clock(), handling.lease).await;
            }
        }
    }

    /// Stores the result, and says what is to become of the message.
    async fn store(&mut self, token: Option<&Token>) -> Then {
        let result = "done";
        let Some(token) = token else {
            let owner = format!("{}-{}", self.site.flow, self.life.worker);
            return match self.site.store.overwrite(&self.job, &owner, self.clock(), result).await {
                Ok(()) => self.has_stored(),
                Err(_) => self.is_unsure(),
            };
        };
        match self.site.store.complete(token, self.clock(), result).await {
            Ok(Finish::Stored) => self.has_stored(),
            Ok(Finish::AlreadyComplete | Finish::AlreadyFailed) => Then::Delete,
            Ok(Finish::LeaseLost) => Then::Leave,
            Err(_) => self.is_unsure(),
        }
    }

    fn has_stored(&mut self) -> Then {
        self.stored = Some(self.site.now());
        Then::Delete
    }

    fn is_unsure(&mut self) -> Then {
        self.unsure = true;
        Then::Leave
    }

    /// Does what the policy says of jobs that failed.
    async fn fail(&mut self, token: Option<&Token>, why: &str) -> Then {
        match self.site.policy.handling.on_failure {
            OnFailure::GiveUp => {
                let told = match token {
                    Some(token) => self.site.store.fail(token, self.clock(), why).await.is_ok(),
                    None => true,
                };
                self.gave_up = told;
                if told { Then::Delete } else { Then::Leave }
            }
            OnFailure::Leave => {
                self.give_back(token).await;
                Then::Leave
            }
            OnFailure::Release(after) => {
                self.give_back(token).await;
                Then::Release(after)
            }
        }
    }

    /// Gives the claim back, so that the next delivery need not wait for its end.
    async fn give_back(&self, token: Option<&Token>) {
        if let Some(token) = token {
            // A claim that cannot be given back ends by itself.
            let _ = self.site.store.release(token).await;
        }
    }

    /// The time by the worker's own clock.
    fn clock(&self) -> SystemTime {
        let now = self.site.now();
        let wall = self.site.dispatcher.clock().wall_epoch() + Duration::from(now);
        wall + self.site.hazards.skew(self.life.worker, now)
    }
}

fn made(record: Record) -> Made {
    Made {
        calls: record.calls,
        decisions: record.decisions,
        routed: record.routed,
        outcome: Some(record.outcome),
    }
}

impl Then {
    /// How a delivery ends that did not delete its message.
    pub(super) fn without_deletion(&self, point: Point) -> DeliveryEnd {
        match self {
            Then::Delete => DeliveryEnd::NotDeleted,
            Then::Leave => DeliveryEnd::Left,
            Then::Release(_) => DeliveryEnd::Released,
            Then::Died(fault) => DeliveryEnd::Killed { fault: fault.clone(), at: point },
            Then::Abandon => DeliveryEnd::Abandoned,
        }
    }
}
