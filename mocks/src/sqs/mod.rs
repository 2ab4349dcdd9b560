//! Amazon SQS: queues that follow the cloud's clock, in the AWS JSON protocol.
//!
//! | file | what it decides |
//! | --- | --- |
//! | `operation`, `operations/` | what is asked, and what is answered |
//! | `queue/` | what becomes of messages as time passes: a state machine that reads no clock |
//! | `shared` | the lock of a queue, and how receivers wait at it |
//! | `registry`, `address` | which queues there are, and what their URLs and ARNs say |
//! | `settings`, `redrive` | the attributes of a queue, with their rules |
//! | `message`, `attribute` | what is sent, and its digests |
//! | `moves` | dead letters on their way back |
//! | `luck` | what faults have to say where messages are handed out |
//!
//! Requests wait for each other only at one queue, and there for the time that a look takes.

mod address;
mod attribute;
mod errors;
mod luck;
mod message;
mod moves;
mod operation;
mod operations;
mod queue;
mod redrive;
mod registry;
mod settings;
mod shared;
mod visit;
mod work;

use std::sync::Arc;

use serde_json::Value;

use crate::error::ServiceError;
use crate::ledger::QueueWork;
use registry::Registry;

pub(crate) use errors::SQS;
pub(crate) use luck::Luck;
pub(crate) use operation::Operation;
pub(crate) use visit::{Visit, host};

/// The queues of a cloud, and what may be asked of them.
#[derive(Debug, Default)]
pub(crate) struct Sqs {
    registry: Arc<Registry>,
}

impl Sqs {
    /// Does what `operation` asks in `body`; waits as long as a receive does. What it comes to is told in
    /// `work`, as far as it got, be it an error or a client that leaves.
    pub(crate) async fn run(
        &self,
        operation: Operation,
        body: &[u8],
        visit: &Visit<'_>,
        luck: &mut (impl Luck + Send),
        work: &mut Option<Box<QueueWork>>,
    ) -> Result<Value, ServiceError> {
        operations::run(&self.registry, operation, body, visit, luck, work).await
    }

    /// Forgets all queues.
    pub(crate) fn reset(&self) {
        self.registry.clear();
    }
}
