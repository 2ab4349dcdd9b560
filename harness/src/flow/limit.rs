//! The limit of a client at work: who finds no room or too little waits in line, or is turned away.

use std::sync::Arc;
use std::time::Duration;

use bedload_reports::units::Nanos;
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};

use super::piece::Piece;
use crate::clock::Clock;
use crate::resilience::limiter::Limiter;
use crate::resilience::policy::{LimitPolicy, WhenEmpty};

/// The limit that all flows of a client are under.
#[derive(Debug)]
pub(super) struct Limit {
    clock: Clock,
    when_empty: WhenEmpty,
    /// Room for calls, if that is limited. Whoever came first is served first.
    room: Option<Arc<Semaphore>>,
    buckets: Piece<Limiter>,
    /// Held by the head of the line. It is fair: whoever came first is served first.
    line: Mutex<()>,
    /// Something was given back, so the head of the line may be told a shorter wait.
    given_back: Notify,
}

/// What was taken for a call. Given back whole if the call is not made.
#[derive(Debug)]
pub(super) struct Allowance {
    limit: Option<Arc<Limit>>,
    tokens: u64,
    /// The room that the call takes, for as long as it lasts.
    _room: Option<OwnedSemaphorePermit>,
}

impl Limit {
    pub(super) fn new(policy: &LimitPolicy, clock: Clock) -> Self {
        Limit {
            clock,
            when_empty: policy.when_empty,
            room: policy.in_flight.map(|most| Arc::new(Semaphore::new(most as usize))),
            buckets: Piece::new(Limiter::new(policy)),
            line: Mutex::new(()),
            given_back: Notify::new(),
        }
    }

    /// Takes what a call of `tokens` needs, after a wait if need be, but none longer than `left`. None if the call is
    /// turned away.
    pub(super) async fn enter(self: &Arc<Self>, tokens: u64, left: Option<Duration>) -> Option<Allowance> {
        let at_most = match self.when_empty {
            WhenEmpty::Shed => return self.enter_now(tokens),
            WhenEmpty::Wait { at_most } => at_most,
        };
        let patience = [at_most, left].into_iter().flatten().min();
        self.clock.within(patience, self.wait(tokens)).await
    }

    /// Takes what a call needs if it is there and nobody waits for it.
    pub(super) fn enter_now(self: &Arc<Self>, tokens: u64) -> Option<Allowance> {
        let room = match &self.room {
            Some(room) => Some(room.clone().try_acquire_owned().ok()?),
            None => None,
        };
        let _head = self.line.try_lock().ok()?;
        self.take(tokens).ok()?;
        Some(self.allowance(tokens, room))
    }

    async fn wait(self: &Arc<Self>, tokens: u64) -> Allowance {
        let room = match &self.room {
            // Only a closed semaphore refuses, and this one is never closed.
            Some(room) => room.clone().acquire_owned().await.ok(),
            None => None,
        };
        let _head = self.line.lock().await;
        loop {
            match self.take(tokens) {
                Ok(()) => return self.allowance(tokens, room),
                Err(wait) => tokio::select! {
                    biased;
                    () = self.given_back.notified() => {}
                    () = self.clock.sleep(wait) => {}
                },
            }
        }
    }

    fn take(&self, tokens: u64) -> Result<(), Duration> {
        let now = self.clock.now();
        self.buckets.with(|buckets| buckets.take(now, tokens))
    }

    fn allowance(self: &Arc<Self>, tokens: u64, room: Option<OwnedSemaphorePermit>) -> Allowance {
        Allowance { limit: Some(self.clone()), tokens, _room: room }
    }
}

impl Allowance {
    /// What a client without a limit takes.
    pub(super) fn unlimited() -> Self {
        Allowance { limit: None, tokens: 0, _room: None }
    }

    /// Puts the estimate right once the call is over.
    pub(super) fn settle(mut self, now: Nanos, used: u64) {
        if let Some(limit) = self.limit.take() {
            limit.buckets.with(|buckets| buckets.correct(now, self.tokens, used));
            limit.given_back.notify_one();
        }
    }
}

impl Drop for Allowance {
    fn drop(&mut self) {
        if let Some(limit) = self.limit.take() {
            let now = limit.clock.now();
            limit.buckets.with(|buckets| buckets.give_back(now, self.tokens));
            limit.given_back.notify_one();
        }
    }
}
