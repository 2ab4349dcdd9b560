//! DeleteMessage and DeleteMessageBatch.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::request::Many;
use super::{Desk, batch, done, handle};
use crate::ledger::QueueWork;
use crate::sqs::errors::{Mistake, invalid_value};
use crate::sqs::queue::{Grip, Kind};
use crate::sqs::shared::State;
use crate::sqs::work::note_depth;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    id: Option<String>,
    receipt_handle: Option<String>,
}

pub(super) fn delete(desk: &mut Desk<'_>, request: Request) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let now = desk.visit.now();
    let work = desk.work();
    queue.with(now, |state| {
        let outcome = one(state, request.receipt_handle.as_deref(), work);
        work.failed = u32::from(outcome.is_err());
        note_depth(work, &state.queue, now);
        outcome.map(|()| done())
    })?
}

pub(super) fn delete_batch(desk: &mut Desk<'_>, request: Many<Entry>) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let shape = "DeleteMessageBatchRequestEntry";
    batch::check(shape, request.entries.iter().map(|entry| entry.id.as_deref()))?;
    let now: Duration = desk.visit.now();
    let work = desk.work();
    queue.with(now, |state| {
        let outcomes = request.entries.into_iter().map(|entry| {
            let outcome = one(state, entry.receipt_handle.as_deref(), work);
            (entry.id.unwrap_or_default(), outcome.map(|()| json!({})))
        });
        let (answer, failed) = batch::answer(outcomes);
        work.failed = failed;
        note_depth(work, &state.queue, now);
        answer
    })
}

/// Deletes one message. A handle that has lost its hold deletes nothing: a standard queue does not say so.
fn one(state: &mut State, text: Option<&str>, work: &mut QueueWork) -> Result<(), Mistake> {
    let handle = handle(text, |handle| state.queue.knows(handle))?;
    match state.queue.delete(handle) {
        Grip::Held(id) => work.message_ids.push(id),
        Grip::Gone => {}
        Grip::Lost if state.settings.kind() == Kind::Standard => {}
        Grip::Lost => {
            let value = text.unwrap_or_default();
            return Err(invalid_value(value, "ReceiptHandle", "The receipt handle has expired."));
        }
    }
    Ok(())
}
