//! Move tasks: dead letters on their way back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::address::Address;
use super::message::Message;
use super::queue::Queue;
use super::registry::Registry;
use super::visit::{MESSAGE_ID, TASK_ID};
use crate::chance::Chance;
use crate::clock::{self, Epoch};
use crate::request_id;

/// The most messages that a task moves in a second, and as many as it does unless told otherwise.
pub(crate) const MOST_A_SECOND: u32 = 500;

/// A task that moves all messages of a dead-letter queue away.
#[derive(Debug)]
pub(crate) struct MoveTask {
    /// What names it while it runs.
    pub handle: String,
    /// The dead-letter queue.
    pub source: Address,
    /// Where to; if it is not said, each message goes where it came from.
    pub destination: Option<Address>,
    /// Messages a second, if that was said.
    pub rate: Option<u32>,
    /// When it began, from the Unix epoch.
    pub started: Duration,
    /// Messages that there were when it began.
    pub to_move: u64,
    moved: AtomicU64,
    over: AtomicBool,
    cancelled: AtomicBool,
}

impl MoveTask {
    /// A task that has moved nothing yet.
    pub(crate) fn new(
        source: Address,
        destination: Option<Address>,
        rate: Option<u32>,
        to_move: u64,
        started: Duration,
        chance: Chance,
    ) -> Arc<Self> {
        Arc::new(MoveTask {
            handle: request_id::uuid(&mut chance.stream(TASK_ID)),
            source,
            destination,
            rate,
            started,
            to_move,
            moved: AtomicU64::new(0),
            over: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
        })
    }

    /// Whether it still runs.
    pub(crate) fn runs(&self) -> bool {
        !self.over.load(Ordering::Relaxed) && !self.cancelled.load(Ordering::Relaxed)
    }

    /// Stops it before its next message.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// How many messages it has moved.
    pub(crate) fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Moves one message after another until there is none, at the task's pace.
    pub(crate) async fn run(self: Arc<Self>, registry: Arc<Registry>, epoch: Epoch, chance: Chance) {
        let gap = Duration::from_secs(1) / self.rate.unwrap_or(MOST_A_SECOND).max(1);
        let mut ids = chance.stream(MESSAGE_ID);
        let mut due = clock::now();
        while self.runs() {
            let now = Duration::from_nanos(epoch.unix_ns_at(clock::now()));
            let Some(message) = self.take(&registry, now) else { break };
            self.put(&registry, now, request_id::uuid(&mut ids), &message);
            due = clock::later(due, gap);
            clock::reach(due).await;
        }
        self.over.store(true, Ordering::Relaxed);
    }

    /// What ListMessageMoveTasks tells of it. The handle is told while it runs, as it is of no use after that.
    pub(crate) fn tell(&self) -> Value {
        let status = match (self.runs(), self.cancelled.load(Ordering::Relaxed)) {
            (true, _) => "RUNNING",
            (false, true) => "CANCELLED",
            (false, false) => "COMPLETED",
        };
        let mut told = json!({
            "Status": status,
            "SourceArn": self.source.to_string(),
            "ApproximateNumberOfMessagesMoved": self.moved(),
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "StartedTimestamp": u64::try_from(self.started.as_millis()).unwrap_or(u64::MAX),
        });
        if self.runs() {
            told["TaskHandle"] = json!(self.handle);
        }
        if let Some(destination) = &self.destination {
            told["DestinationArn"] = json!(destination.to_string());
        }
        if let Some(rate) = self.rate {
            told["MaxNumberOfMessagesPerSecond"] = json!(rate);
        }
        told
    }

    fn take(&self, registry: &Registry, now: Duration) -> Option<Message> {
        registry.find(&self.source).ok()?.with(now, |state| state.queue.take_one()).ok()?
    }

    /// Puts a message where it belongs, as a new one: it has another id, and starts its receives and its
    /// retention anew. Where that queue is gone it goes back.
    fn put(&self, registry: &Registry, now: Duration, id: String, message: &Message) {
        let origin = || message.dead_letter_of.as_deref().and_then(Address::from_arn);
        let target = self.destination.clone().or_else(origin);
        let adopt = |queue: &mut Queue| {
            queue.adopt(now, Message::new(id.clone(), message.content.clone(), now));
        };
        let moved = target
            .and_then(|target| registry.find(&target).ok())
            .and_then(|queue| queue.with(now, |state| adopt(&mut state.queue)).ok());
        if moved.is_some() {
            self.moved.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if let Ok(source) = registry.find(&self.source) {
            // A source that is gone since has taken its messages with it.
            let _ = source.with(now, |state| state.queue.adopt(now, message.clone()));
        }
        self.cancel();
    }
}
