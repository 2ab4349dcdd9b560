//! A queue that many share: its lock, and how receivers wait at it.
//!
//! A receiver that finds nothing waits for a bell, which is rung once for each message that becomes
//! receivable, and wakes one receiver. Messages also come back by themselves; so that not all receivers
//! wake for each of them, one at a time is the keeper, and has a timer for the next. Whoever leaves hands
//! that on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::address::Address;
use super::errors::{Mistake, no_queue};
use super::queue::{Queue, Serial};
use super::settings::Settings;

/// A queue behind its lock.
#[derive(Debug)]
pub(crate) struct SharedQueue {
    /// Where it is.
    pub address: Address,
    state: Mutex<State>,
    bell: Notify,
    alarm: Notify,
}

/// All of a queue. Times are counted from the Unix epoch.
#[derive(Debug)]
pub(crate) struct State {
    /// Its attributes.
    pub settings: Settings,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its messages.
    pub queue: Queue,
    /// When it was made.
    pub created: Duration,
    /// When its attributes were last changed.
    pub modified: Duration,
    /// When it was last purged.
    pub purged: Option<Duration>,
    /// Whether it was deleted, and whoever still has it is late.
    gone: bool,
    watch: Watch,
}

/// Whether a receiver is the keeper, and what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    Vacant,
    Kept { until: Option<Duration> },
}

impl SharedQueue {
    /// An empty queue.
    pub(crate) fn new(
        address: Address,
        serial: Serial,
        settings: Settings,
        tags: BTreeMap<String, String>,
        now: Duration,
    ) -> Arc<Self> {
        let queue = Queue::new(settings.kind(), serial);
        let state = State {
            settings,
            tags,
            queue,
            created: now,
            modified: now,
            purged: None,
            gone: false,
            watch: Watch::Vacant,
        };
        Arc::new(SharedQueue { address, state: Mutex::new(state), bell: Notify::new(), alarm: Notify::new() })
    }

    /// Does something with the queue as it is `now`, and wakes whom it concerns.
    ///
    /// # Errors
    /// The queue was deleted.
    pub(crate) fn with<T>(&self, now: Duration, act: impl FnOnce(&mut State) -> T) -> Result<T, Mistake> {
        let mut state = self.lock();
        if state.gone {
            return Err(no_queue());
        }
        let retention = state.settings.retention();
        state.queue.advance(now, retention);
        let done = act(&mut state);
        let (news, sooner) = (state.queue.take_news(), state.wakes_too_late());
        drop(state);
        (0..news).for_each(|_| self.bell.notify_one());
        if sooner {
            self.alarm.notify_one();
        }
        Ok(done)
    }

    /// Deletes it; whoever waits at it hears of it.
    pub(crate) fn delete(&self) {
        self.lock().gone = true;
        self.bell.notify_waiters();
        self.alarm.notify_one();
    }

    /// The bell to wait for. It is to be enabled before the queue is looked at, so that no ring is missed.
    pub(crate) fn bell(&self) -> Notified<'_> {
        self.bell.notified()
    }

    /// Comes to wait at it.
    pub(crate) fn come(&self) -> Waiter<'_> {
        Waiter { queue: self, keeps: false }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // What panics while it holds the lock is a defect of ours; the messages are whole all the same.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the keeper would wake after something has come back.
    fn wakes_too_late(&self) -> bool {
        match (self.watch, self.queue.next_wake()) {
            (Watch::Kept { until: Some(until) }, Some(next)) => next < until,
            (Watch::Kept { until: None }, Some(_)) => true,
            _ => false,
        }
    }
}

/// A receiver that waits at a queue.
pub(crate) struct Waiter<'a> {
    queue: &'a SharedQueue,
    keeps: bool,
}

impl Waiter<'_> {
    /// Takes the watch, if nobody has it; gives when to look again by itself, if it is the keeper and there
    /// is something to come.
    pub(crate) fn watch(&mut self) -> Option<Duration> {
        let mut state = self.queue.lock();
        if !self.keeps && state.watch != Watch::Vacant {
            return None;
        }
        self.keeps = true;
        let until = state.queue.next_wake();
        state.watch = Watch::Kept { until };
        until
    }

    /// Waits until something is to come sooner than the keeper knew; for ever, for whoever is not the keeper.
    pub(crate) async fn alarm(&self) {
        match self.keeps {
            true => self.queue.alarm.notified().await,
            false => std::future::pending().await,
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        if self.keeps {
            state.watch = Watch::Vacant;
        }
        let vacant = state.watch == Watch::Vacant;
        drop(state);
        if vacant {
            self.queue.bell.notify_one();
        }
    }
}
