//! The two shapes of a request that does something to messages: to one, or to each of a batch.

use serde::Deserialize;

/// One message of a queue: what a batch has as an entry stands beside the queue's URL.
#[derive(Debug, Deserialize)]
pub(super) struct One<E> {
    #[serde(rename = "QueueUrl")]
    pub queue_url: Option<String>,
    #[serde(flatten)]
    pub entry: E,
}

/// Many messages of a queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", bound = "E: Deserialize<'de>")]
pub(super) struct Many<E> {
    pub queue_url: Option<String>,
    #[serde(default)]
    pub entries: Vec<E>,
}
