//! What SQS does for each operation: the body read, the queue asked, the answer told.

mod attributes;
mod batch;
mod delete;
mod moves;
mod permissions;
mod queues;
mod receive;
mod request;
mod send;
mod tags;
mod visibility;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::address::Address;
use super::errors::{Mistake, SQS, missing};
use super::luck::Luck;
use super::operation::Operation;
use super::queue::Handle;
use super::registry::Registry;
use super::shared::SharedQueue;
use super::visit::Visit;
use crate::error::ServiceError;
use crate::ledger::QueueWork;

/// What the operations work with.
struct Desk<'a> {
    registry: &'a Arc<Registry>,
    visit: &'a Visit<'a>,
    /// Where the ledger is told of messages.
    work: &'a mut Option<Box<QueueWork>>,
}

/// Does what `operation` asks in `body`.
pub(super) async fn run(
    registry: &Arc<Registry>,
    operation: Operation,
    body: &[u8],
    visit: &Visit<'_>,
    luck: &mut (impl Luck + Send),
    work: &mut Option<Box<QueueWork>>,
) -> Result<Value, ServiceError> {
    let mut desk = Desk { registry, visit, work };
    let desk = &mut desk;
    Ok(match operation {
        Operation::AddPermission => permissions::add(desk, read(body)?)?,
        Operation::CancelMessageMoveTask => moves::cancel(desk, read(body)?)?,
        Operation::ChangeMessageVisibility => visibility::change(desk, read(body)?)?,
        Operation::ChangeMessageVisibilityBatch => visibility::change_batch(desk, read(body)?)?,
        Operation::CreateQueue => queues::create(desk, read(body)?)?,
        Operation::DeleteMessage => delete::delete(desk, read(body)?)?,
        Operation::DeleteMessageBatch => delete::delete_batch(desk, read(body)?)?,
        Operation::DeleteQueue => queues::delete(desk, read(body)?)?,
        Operation::GetQueueAttributes => attributes::get(desk, read(body)?)?,
        Operation::GetQueueUrl => queues::url(desk, read(body)?)?,
        Operation::ListDeadLetterSourceQueues => queues::dead_letter_sources(desk, read(body)?)?,
        Operation::ListMessageMoveTasks => moves::list(desk, read(body)?)?,
        Operation::ListQueueTags => tags::list(desk, read(body)?)?,
        Operation::ListQueues => queues::list(desk, read(body)?)?,
        Operation::PurgeQueue => queues::purge(desk, read(body)?)?,
        Operation::ReceiveMessage => receive::receive(desk, read(body)?, luck).await?,
        Operation::RemovePermission => permissions::remove(desk, read(body)?)?,
        Operation::SendMessage => send::send(desk, read(body)?)?,
        Operation::SendMessageBatch => send::send_batch(desk, read(body)?)?,
        Operation::SetQueueAttributes => attributes::set(desk, read(body)?)?,
        Operation::StartMessageMoveTask => moves::start(desk, read(body)?)?,
        Operation::TagQueue => tags::add(desk, read(body)?)?,
        Operation::UntagQueue => tags::remove(desk, read(body)?)?,
    })
}

impl Desk<'_> {
    /// The queue that a request names by its URL.
    fn queue(&mut self, url: Option<&str>) -> Result<Arc<SharedQueue>, Mistake> {
        let url = url.filter(|url| !url.is_empty()).ok_or_else(|| missing("QueueUrl"))?;
        let address = Address::from_url(url, self.visit.region)?;
        let queue = self.registry.find(&address)?;
        self.work().name = queue.address.name.clone();
        Ok(queue)
    }

    /// What the ledger is told.
    fn work(&mut self) -> &mut QueueWork {
        self.work.get_or_insert_default()
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| SQS.malformed(&error))
}

/// The answer that says no more than that it was done.
fn done() -> Value {
    json!({})
}

/// The handle in a text, if it is one of a queue.
fn handle(text: Option<&str>, knows: impl FnOnce(Handle) -> bool) -> Result<Handle, Mistake> {
    let text = text.filter(|text| !text.is_empty()).ok_or_else(|| missing("ReceiptHandle"))?;
    Handle::parse(text).filter(|handle| knows(*handle)).ok_or_else(|| super::errors::no_handle(text))
}
