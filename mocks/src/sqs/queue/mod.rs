//! A queue as a state machine: what it holds, and what becomes of it as time passes.
//!
//! It reads no clock: whoever asks brings the time, as an offset from the Unix epoch, and never an earlier
//! one than before. Nothing here waits either; [`Queue::next_wake`] tells when something will change by
//! itself. Every operation takes time logarithmic in the number of messages, so a queue of a million
//! costs a receiver no more than a short one.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `line` | which messages may be received, and in what order: of a standard queue, of a FIFO queue |
//! | `groups` | the groups of a FIFO queue, each blocked while a message of it is in flight |
//! | `dedup` | what a FIFO queue was sent within five minutes |
//! | `attempts` | receives that a FIFO queue answers again alike |
//! | `handle` | receipt handles |

mod attempts;
mod dedup;
mod groups;
mod handle;
mod line;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::luck::Luck;
use super::message::{Message, Sequence};
use attempts::Attempts;
pub(crate) use dedup::Scope;
use dedup::{Dedup, Original};
pub(crate) use handle::{Handle, Serial};
use line::Line;

/// The longest that a message stays out of sight after a receive: twelve hours.
pub(crate) const LONGEST_VISIBILITY: Duration = Duration::from_secs(43_200);

/// The place of a message in the order of arrival.
type Key = u64;

/// Whether a queue keeps the order of its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It tries to.
    Standard,
    /// It does, within each group.
    Fifo,
}

impl Kind {
    /// The most messages in flight, as AWS's quotas have it.
    fn most_in_flight(self) -> usize {
        match self {
            Kind::Standard => 120_000,
            Kind::Fifo => 20_000,
        }
    }
}

/// The messages of a queue.
#[derive(Debug)]
pub(crate) struct Queue {
    kind: Kind,
    serial: Serial,
    held: BTreeMap<Key, Held>,
    /// What is received next.
    line: Line,
    /// When those that nobody can see come back.
    due: BTreeSet<(Duration, Key)>,
    /// All of them by when they were sent, which their retention counts from.
    sent: BTreeSet<(Duration, Key)>,
    in_flight: usize,
    next_key: Key,
    dedup: Dedup,
    attempts: Attempts,
    /// What has become receivable since somebody asked.
    news: usize,
}

#[derive(Debug)]
struct Held {
    message: Message,
    state: State,
    /// When it came into this queue.
    arrived: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It may be received.
    Visible,
    /// It may not yet.
    Delayed(Duration),
    /// It was received, and comes back if it is not deleted.
    InFlight { received: Duration, until: Duration, changed: bool },
}

/// What a receiver asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// The most messages.
    pub most: usize,
    /// How long they stay out of sight.
    pub visibility: Duration,
    /// One for all attempts of a receive, on a FIFO queue.
    pub attempt: Option<&'a str>,
    /// How often a message is received before it is a dead letter; never, if there is nowhere to put it.
    pub max_receives: Option<u32>,
}

/// A message handed out, and the handle to delete it with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    /// The message.
    pub message: Message,
    /// Its handle.
    pub handle: Handle,
}

/// What a receive takes out of a queue.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Taken {
    /// Messages handed out.
    pub deliveries: Vec<Delivery>,
    /// Messages received too often, which are in the queue no more.
    pub dead: Vec<Message>,
    /// Whether there would have been more, were not too many in flight.
    pub over_limit: bool,
}

/// What was sent: a new message, or one that is there already.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sent {
    /// The id of the message.
    pub id: Arc<str>,
    /// Its place in a FIFO queue.
    pub sequence: Option<Sequence>,
}

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Those that may be received.
    pub visible: usize,
    /// Those in flight.
    pub in_flight: usize,
    /// Those that may not be received yet.
    pub delayed: usize,
}

/// What became of a handle's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grip {
    /// It is held: the handle is the one of its last receive.
    Held(Arc<str>),
    /// It was received again, or on a FIFO queue is in flight no more.
    Lost,
    /// It is there no more.
    Gone,
}

/// Why a message's visibility was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unchanged {
    /// The handle has no hold of a message.
    NotHeld,
    /// The message can be seen already.
    NotInFlight,
    /// It would stay out of sight for more than twelve hours after its receive.
    TooLong,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(kind: Kind, serial: Serial) -> Self {
        Queue {
            kind,
            serial,
            held: BTreeMap::new(),
            line: Line::new(kind),
            due: BTreeSet::new(),
            sent: BTreeSet::new(),
            in_flight: 0,
            next_key: 0,
            dedup: Dedup::default(),
            attempts: Attempts::default(),
            news: 0,
        }
    }

    /// Lets time pass: what is due can be seen again, and what is older than `retention` is gone.
    pub(crate) fn advance(&mut self, now: Duration, retention: Duration) {
        while let Some((_, key)) = self.due.first().copied().filter(|(due, _)| *due <= now) {
            self.show(key);
        }
        while let Some((_, key)) = self.sent.first().copied().filter(|(sent, _)| *sent + retention <= now) {
            self.remove(key);
        }
        self.dedup.forget(now);
        self.attempts.forget(now);
    }

    /// Takes a message in, which nobody can see before `delay` is over. What a FIFO queue was sent within
    /// the last five minutes it takes in no second time.
    pub(crate) fn send(
        &mut self,
        now: Duration,
        mut message: Message,
        delay: Duration,
        scope: Scope,
    ) -> Sent {
        let content = message.content.clone();
        let seen = content.deduplication_id.as_ref().filter(|_| self.kind == Kind::Fifo);
        if let Some(id) = seen
            && let Some(original) = self.dedup.find(scope, content.group.as_ref(), id)
        {
            return Sent { id: original.id.clone(), sequence: Some(original.sequence) };
        }
        message.sequence = None;
        if self.kind == Kind::Fifo {
            let sequence = Sequence(self.next_key);
            message.sequence = Some(sequence);
            if let Some(id) = seen {
                let original = Original { id: message.id.clone(), sequence };
                self.dedup.note(now, scope, content.group.as_ref(), id, original);
            }
        }
        let sent = Sent { id: message.id.clone(), sequence: message.sequence };
        self.take_in(now, message, delay);
        sent
    }

    /// Hands messages out, and takes those out that were received too often.
    pub(crate) fn receive(&mut self, now: Duration, ask: Ask<'_>, luck: &mut impl Luck) -> Taken {
        if let Some(again) = self.receive_again(now, ask) {
            return Taken { deliveries: again, ..Taken::default() };
        }
        let mut taken = Taken::default();
        let mut group = None;
        let mut copies = Vec::new();
        while taken.deliveries.len() < ask.most {
            if self.in_flight >= self.kind.most_in_flight() {
                taken.over_limit = !self.line.is_empty();
                break;
            }
            let place = if self.line.has_a_choice() { luck.place() } else { None };
            let Some(key) = self.line.take(&mut group, place) else { break };
            if self.is_dead(key, ask.max_receives) {
                taken.dead.extend(self.remove(key));
                continue;
            }
            taken.deliveries.extend(self.hand_out(now, key, ask.visibility));
            if self.kind == Kind::Standard && luck.twice() {
                copies.push(key);
            }
        }
        // Not before, so that no receive hands one message out twice.
        copies.into_iter().for_each(|key| self.double(now, key));
        if ask.visibility.is_zero() {
            taken.deliveries.iter().for_each(|delivery| self.show(delivery.handle.key));
        }
        if let (Some(attempt), Kind::Fifo, false) = (ask.attempt, self.kind, taken.deliveries.is_empty()) {
            self.attempts.note(now, attempt, taken.deliveries.iter().map(|it| it.handle).collect());
        }
        taken
    }

    /// Whether a handle is one of this queue's.
    pub(crate) fn knows(&self, handle: Handle) -> bool {
        handle.serial == self.serial && handle.key < self.next_key
    }

    /// Deletes the message that a handle holds.
    ///
    /// A standard queue lets go of a message whose time in flight is over, as long as nobody has received
    /// it since. It may still delete one that somebody has; that it does not is the worse of two cases
    /// that AWS's documentation leaves open.
    pub(crate) fn delete(&mut self, handle: Handle) -> Grip {
        let grip = self.grip(handle);
        if let Grip::Held(_) = grip {
            self.remove(handle.key);
        }
        grip
    }

    /// Has the message that a handle holds be seen again `timeout` from now.
    pub(crate) fn change_visibility(
        &mut self,
        now: Duration,
        handle: Handle,
        timeout: Duration,
    ) -> Result<Arc<str>, Unchanged> {
        let Grip::Held(id) = self.grip(handle) else { return Err(Unchanged::NotHeld) };
        let Some(State::InFlight { received, until, .. }) = self.held.get(&handle.key).map(|held| held.state)
        else {
            return Err(Unchanged::NotInFlight);
        };
        if now + timeout > received + LONGEST_VISIBILITY {
            return Err(Unchanged::TooLong);
        }
        self.due.remove(&(until, handle.key));
        let until = now + timeout;
        self.due.insert((until, handle.key));
        self.set(handle.key, State::InFlight { received, until, changed: true });
        if timeout.is_zero() {
            self.show(handle.key);
        }
        Ok(id)
    }

    /// Takes all messages out.
    pub(crate) fn purge(&mut self) {
        *self = Queue {
            next_key: self.next_key,
            dedup: std::mem::take(&mut self.dedup),
            ..Queue::new(self.kind, self.serial)
        };
    }

    /// Takes the first message out that can be seen, to be moved to another queue.
    pub(crate) fn take_one(&mut self) -> Option<Message> {
        let key = self.line.take(&mut None, None)?;
        self.remove(key)
    }

    /// Takes a dead letter in. A FIFO queue gives it a place and an age of its own.
    pub(crate) fn adopt(&mut self, now: Duration, mut message: Message) {
        message.sequence = None;
        if self.kind == Kind::Fifo {
            message.sequence = Some(Sequence(self.next_key));
            message.sent_at = now;
        }
        self.take_in(now, message, Duration::ZERO);
    }

    fn take_in(&mut self, now: Duration, message: Message, delay: Duration) {
        let key = self.next_key;
        self.next_key += 1;
        self.sent.insert((message.sent_at, key));
        let group = message.content.group.clone();
        let state = if delay.is_zero() { State::Visible } else { State::Delayed(now + delay) };
        self.held.insert(key, Held { message, state, arrived: now });
        match state {
            State::Delayed(until) => {
                self.due.insert((until, key));
                self.line.hold(key, group.as_ref());
            }
            _ => self.news += self.line.join(key, group.as_ref()),
        }
    }

    /// How many messages there are.
    pub(crate) fn counts(&self) -> Counts {
        let delayed = self.due.len() - self.in_flight;
        Counts { visible: self.held.len() - self.due.len(), in_flight: self.in_flight, delayed }
    }

    /// How long ago the oldest message came into this queue.
    pub(crate) fn oldest_age(&self, now: Duration) -> Option<Duration> {
        self.held.values().next().map(|held| now.saturating_sub(held.arrived))
    }

    /// Whether something may be received at present.
    pub(crate) fn has_some(&self) -> bool {
        !self.line.is_empty()
    }

    /// When something can be received, at the latest, that cannot be at present.
    pub(crate) fn next_wake(&self) -> Option<Duration> {
        self.due.first().map(|(due, _)| *due)
    }

    /// How many messages have become receivable since this was asked last.
    pub(crate) fn take_news(&mut self) -> usize {
        std::mem::take(&mut self.news)
    }

    /// The same answer as to an earlier attempt of the same receive, if all its messages are still as it
    /// left them. They stay out of sight from now on.
    fn receive_again(&mut self, now: Duration, ask: Ask<'_>) -> Option<Vec<Delivery>> {
        let handles = self.attempts.find(ask.attempt?)?;
        if !handles.iter().all(|handle| self.is_in_flight_for(*handle) && !self.is_changed(handle.key)) {
            return None;
        }
        Some(handles.into_iter().filter_map(|handle| self.hold_on(now, handle, ask.visibility)).collect())
    }

    /// Counts a message's time in flight from now on.
    fn hold_on(&mut self, now: Duration, handle: Handle, visibility: Duration) -> Option<Delivery> {
        let held = self.held.get_mut(&handle.key)?;
        if let State::InFlight { until, .. } = held.state {
            self.due.remove(&(until, handle.key));
        }
        let until = now + visibility;
        self.due.insert((until, handle.key));
        held.state = State::InFlight { received: now, until, changed: false };
        Some(Delivery { message: held.message.clone(), handle })
    }

    fn is_dead(&self, key: Key, max_receives: Option<u32>) -> bool {
        let receives = self.held.get(&key).map_or(0, |held| held.message.receives);
        max_receives.is_some_and(|most| receives >= most)
    }

    fn hand_out(&mut self, now: Duration, key: Key, visibility: Duration) -> Option<Delivery> {
        let held = self.held.get_mut(&key)?;
        held.message.receives += 1;
        held.message.first_received_at.get_or_insert(now);
        let until = now + visibility;
        held.state = State::InFlight { received: now, until, changed: false };
        let message = held.message.clone();
        self.due.insert((until, key));
        self.in_flight += 1;
        self.line.fly(message.content.group.as_ref());
        let handle = Handle { serial: self.serial, key, receive: message.receives };
        Some(Delivery { message, handle })
    }

    /// Puts a copy of a message that is in flight behind it, which lives on its own.
    fn double(&mut self, now: Duration, key: Key) {
        if let Some(copy) = self.held.get(&key).map(|held| held.message.clone()) {
            self.take_in(now, copy, Duration::ZERO);
        }
    }

    fn grip(&self, handle: Handle) -> Grip {
        let Some(held) = self.held.get(&handle.key) else { return Grip::Gone };
        let holds = match self.kind {
            Kind::Standard => held.message.receives == handle.receive,
            Kind::Fifo => self.is_in_flight_for(handle),
        };
        if holds { Grip::Held(held.message.id.clone()) } else { Grip::Lost }
    }

    fn is_in_flight_for(&self, handle: Handle) -> bool {
        self.held.get(&handle.key).is_some_and(|held| {
            held.message.receives == handle.receive && matches!(held.state, State::InFlight { .. })
        })
    }

    /// Whether a message's time in flight is another than its receive gave it.
    fn is_changed(&self, key: Key) -> bool {
        self.held.get(&key).is_some_and(|held| matches!(held.state, State::InFlight { changed: true, .. }))
    }

    /// Lets a message be seen that could not be.
    fn show(&mut self, key: Key) {
        let Some(held) = self.held.get_mut(&key) else { return };
        let was = std::mem::replace(&mut held.state, State::Visible);
        let group = held.message.content.group.clone();
        self.leave(key, was, group.as_ref());
        self.news += self.line.join(key, group.as_ref());
    }

    fn remove(&mut self, key: Key) -> Option<Message> {
        let Held { message, state, .. } = self.held.remove(&key)?;
        self.sent.remove(&(message.sent_at, key));
        let group = message.content.group.as_ref();
        self.leave(key, state, group);
        self.news += self.line.quit(key, group);
        Some(message)
    }

    /// Ends a state in which nobody could see the message.
    fn leave(&mut self, key: Key, state: State, group: Option<&Arc<str>>) {
        match state {
            State::Visible => {}
            State::Delayed(until) => {
                self.due.remove(&(until, key));
                self.news += self.line.release(key, group);
            }
            State::InFlight { until, .. } => {
                self.due.remove(&(until, key));
                self.in_flight -= 1;
                self.news += self.line.land(group);
            }
        }
    }

    fn set(&mut self, key: Key, state: State) {
        if let Some(held) = self.held.get_mut(&key) {
            held.state = state;
        }
    }
}
