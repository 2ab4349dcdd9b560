//! A message, from its sending on.

use std::sync::Arc;
use std::time::Duration;

use super::attribute::Attributes;

/// What a producer sent, which nothing changes any more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    /// The body.
    pub body: String,
    /// Its MD5, in hex.
    pub md5: String,
    /// The attributes that are the producer's own.
    pub attributes: Attributes,
    /// The attributes that are SQS's: a trace header.
    pub system_attributes: Attributes,
    /// The group, of which a FIFO queue keeps the order.
    pub group: Option<Arc<str>>,
    /// What tells a repetition of it, on a FIFO queue.
    pub deduplication_id: Option<Arc<str>>,
    /// Who sent it.
    pub sender: Arc<str>,
}

/// A message in a queue. Times are counted from the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// Its id. It keeps it in a dead-letter queue.
    pub id: Arc<str>,
    /// What was sent.
    pub content: Arc<Content>,
    /// When it was sent, from which its retention counts.
    pub sent_at: Duration,
    /// When it was first handed out.
    pub first_received_at: Option<Duration>,
    /// How often it was handed out.
    pub receives: u32,
    /// Its place in a FIFO queue.
    pub sequence: Option<Sequence>,
    /// The ARN of the queue that it is a dead letter of.
    pub dead_letter_of: Option<Arc<str>>,
}

/// The place of a message in its FIFO queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sequence(pub u64);

impl Sequence {
    /// Twenty digits that grow with each message and are not consecutive, as the real ones.
    pub(crate) fn digits(self) -> String {
        const FIRST: u128 = 18_849_496_460_467_696_128;
        (FIRST + u128::from(self.0) * 256).to_string()
    }
}

impl Message {
    /// A message that nobody has received yet.
    pub(crate) fn new(id: impl Into<Arc<str>>, content: Arc<Content>, now: Duration) -> Self {
        Message {
            id: id.into(),
            content,
            sent_at: now,
            first_received_at: None,
            receives: 0,
            sequence: None,
            dead_letter_of: None,
        }
    }
}
