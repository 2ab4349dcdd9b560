//! What a queue or a job store may refuse.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bedload_reports::record::{Failure, FailureClass};

use crate::classify;

/// A call to a queue or a job store that failed, with all the attempts that the SDK gave it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation} failed: {}", .failure.message)]
pub struct QueueError {
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// What the last attempt met.
    pub failure: Failure,
}

impl QueueError {
    /// What an SDK error means to a worker.
    pub fn of<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
        R: std::fmt::Debug + 'static,
    {
        QueueError { operation, failure: classify::failure(error) }
    }

    /// What the service said was not what it says.
    pub fn unreadable(operation: &'static str, message: String) -> Self {
        let failure = Failure { class: FailureClass::Unparsable, code: None, message, retry_refused: false };
        QueueError { operation, failure }
    }

    /// The service's code, where it gave one.
    pub fn code(&self) -> Option<&str> {
        self.failure.code.as_deref()
    }
}
