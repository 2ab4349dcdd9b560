//! Who asks, where and when.

use std::sync::Arc;
use std::time::Duration;

use http::header::HOST;
use http::request::Parts;

use crate::chance::{Chance, Label};
use crate::clock::{self, Epoch};

/// The chance of new messages' ids.
pub(super) const MESSAGE_ID: Label = Label::new("sqs-message-id");
/// The chance of a move task's handle.
pub(super) const TASK_ID: Label = Label::new("sqs-move-task");

/// One request to SQS.
#[derive(Clone, Debug)]
pub(crate) struct Visit<'a> {
    /// The account that asks: twelve digits.
    pub account: Arc<str>,
    /// The region asked.
    pub region: &'a Arc<str>,
    /// Where the URLs of queues begin: `http://127.0.0.1:4580`.
    pub host: String,
    /// Where the cloud's time starts.
    pub epoch: Epoch,
    /// The chance of the exchange.
    pub chance: Chance,
}

impl Visit<'_> {
    /// The present time, from the Unix epoch.
    pub(crate) fn now(&self) -> Duration {
        Duration::from_nanos(self.epoch.unix_ns_at(clock::now()))
    }
}

/// The address that a client knows this cloud by, which its queues' URLs begin with.
pub(crate) fn host(head: &Parts) -> String {
    let named = || head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let scheme = head.uri.scheme_str().unwrap_or("http");
    let authority = head.uri.authority().map(|authority| authority.as_str()).or_else(named);
    format!("{scheme}://{}", authority.unwrap_or("localhost"))
}
