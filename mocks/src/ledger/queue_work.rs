//! What an exchange did to a queue.

use std::sync::Arc;

use serde::Serialize;

/// The part of an exchange with SQS that tells what became of messages.
///
/// All lists are in the order of the answer, and none is longer than a batch: ten. What an exchange has
/// nothing to say of is left out of the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QueueWork {
    /// The queue's name.
    pub name: Arc<str>,
    /// Ids of the messages sent, handed out, deleted, or whose visibility was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub message_ids: Vec<Arc<str>>,
    /// How often each message handed out has been by now, this time included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub receives: Vec<u32>,
    /// Ids of the messages that went to the dead-letter queue instead of being handed out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dead_lettered: Vec<Arc<str>>,
    /// Entries of a batch, or the one message, that nothing was done for.
    #[serde(skip_serializing_if = "is_zero")]
    pub failed: u32,
    /// What the queue held once it was over, where it was about messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<QueueDepth>,
}

/// How much a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QueueDepth {
    /// Messages that may be received.
    pub visible: u64,
    /// Messages in flight.
    pub in_flight: u64,
    /// Messages that may not be received yet.
    pub delayed: u64,
    /// The age of the oldest message, as CloudWatch's `ApproximateAgeOfOldestMessage` tells it; none in an
    /// empty queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_age_ms: Option<u64>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}
