//! ChangeMessageVisibility and ChangeMessageVisibilityBatch.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::request::{Many, One};
use super::{Desk, batch, done, handle};
use crate::ledger::QueueWork;
use crate::sqs::errors::{Mistake, invalid, invalid_value, missing};
use crate::sqs::queue::{LONGEST_VISIBILITY, Unchanged};
use crate::sqs::shared::State;
use crate::sqs::work::note_depth;

/// One message, and how long it is to stay out of sight. `id` is that of an entry.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Entry {
    id: Option<String>,
    receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

pub(super) fn change(desk: &mut Desk<'_>, request: One<Entry>) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let now = desk.visit.now();
    let work = desk.work();
    queue.with(now, |state| {
        let outcome = request.entry.apply(state, now, work);
        work.failed = u32::from(outcome.is_err());
        note_depth(work, &state.queue, now);
        outcome.map(|()| done())
    })?
}

pub(super) fn change_batch(desk: &mut Desk<'_>, request: Many<Entry>) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let shape = "ChangeMessageVisibilityBatchRequestEntry";
    batch::check(shape, request.entries.iter().map(|entry| entry.id.as_deref()))?;
    let now = desk.visit.now();
    let work = desk.work();
    queue.with(now, |state| {
        let outcomes = request.entries.into_iter().map(|mut entry| {
            let id = entry.id.take().unwrap_or_default();
            (id, entry.apply(state, now, work).map(|()| json!({})))
        });
        let (answer, failed) = batch::answer(outcomes);
        work.failed = failed;
        note_depth(work, &state.queue, now);
        answer
    })
}

impl Entry {
    fn apply(&self, state: &mut State, now: Duration, work: &mut QueueWork) -> Result<(), Mistake> {
        let text = self.receipt_handle.as_deref();
        let handle = handle(text, |handle| state.queue.knows(handle))?;
        let asked = self.visibility_timeout.ok_or_else(|| missing("VisibilityTimeout"))?;
        if !(0..=LONGEST_VISIBILITY.as_secs() as i64).contains(&asked) {
            let reason = "VisibilityTimeout must be an integer between 0 and 43200.";
            return Err(invalid_value(asked, "VisibilityTimeout", reason));
        }
        let timeout = Duration::from_secs(asked.unsigned_abs());
        let id = state.queue.change_visibility(now, handle, timeout).map_err(|why| match why {
            Unchanged::NotInFlight => {
                Mistake::new("MessageNotInflight", "The message referred to isn't in flight.")
            }
            Unchanged::NotHeld => invalid_value(
                text.unwrap_or_default(),
                "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change.",
            ),
            Unchanged::TooLong => {
                invalid("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")
            }
        })?;
        work.message_ids.push(id);
        Ok(())
    }
}
