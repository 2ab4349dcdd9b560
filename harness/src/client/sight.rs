//! What is known of a call while it runs: kept outside of it, so that a call that is given up, or cut off by a limit, can
//! still be told with the attempts it had made, the content it had received and the tokens it will be charged for.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bedload_reports::trace::propagation::CallIds;
use bedload_reports::units::Nanos;

use super::attempts::Attempts;
use super::event::Event;

/// What is known of one call.
#[derive(Clone, Debug, Default)]
pub struct Sight(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    attempts: Attempts,
    content: Mutex<Content>,
    /// How often an asynchronous invocation was asked after.
    polls: AtomicU32,
}

/// What a call has received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The first non-empty content; streams only.
    pub first: Option<Nanos>,
    /// The last non-empty content; streams only.
    pub last: Option<Nanos>,
    /// Gaps between content events in microseconds; streams only.
    pub gaps_us: Vec<u32>,
    /// The characters of all content; streams only.
    pub chars: usize,
    /// Tokens read by the model, where the service told.
    pub input: Option<u64>,
    /// Tokens written by the model, where the service told.
    pub output: Option<u64>,
}

impl Sight {
    /// Of a call whose attempts carry the ids of their spans.
    pub fn traced(ids: Option<CallIds>) -> Self {
        Sight(Arc::new(Known { attempts: Attempts::traced(ids), ..Known::default() }))
    }

    /// The attempts.
    pub fn attempts(&self) -> &Attempts {
        &self.0.attempts
    }

    /// An asynchronous invocation is asked after.
    pub fn polled(&self) {
        self.0.polls.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it was.
    pub fn polls(&self) -> u32 {
        self.0.polls.load(Ordering::Relaxed)
    }

    /// Takes in what a stream has brought at once.
    pub fn take(&self, events: &[Event], now: Nanos) {
        self.with(|content| events.iter().for_each(|event| content.take(event, now)));
    }

    /// Takes in what a whole answer tells of tokens.
    pub fn told(&self, input: Option<u64>, output: Option<u64>) {
        self.with(|content| (content.input, content.output) = (input, output));
    }

    /// Whether a stream has brought any content.
    pub fn has_content(&self) -> bool {
        self.with(|content| content.first.is_some())
    }

    /// What has been received; nothing is left of it here.
    pub fn content(&self) -> Content {
        self.with(std::mem::take)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Content) -> T) -> T {
        // A poisoned lock still holds whole content: each event is taken in at once.
        act(&mut self.0.content.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Content {
    fn take(&mut self, event: &Event, now: Nanos) {
        match event {
            Event::Content(chars) => {
                if let Some(last) = self.last {
                    self.gaps_us.push(u32::try_from(now.since(last).as_micros()).unwrap_or(u32::MAX));
                }
                self.chars += chars;
                self.first.get_or_insert(now);
                self.last = Some(now);
            }
            Event::Input(tokens) => self.input = Some(*tokens),
            Event::Output(tokens) => self.output = Some(*tokens),
            Event::Stopped(_) | Event::Close => {}
        }
    }
}
