//! Why the store could not be asked.

use std::error::Error as StdError;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use bedload_reports::record::{Failure, FailureClass};
use thiserror::Error;

use crate::classify;

/// What a caller cannot do anything about but to leave the job to a later delivery.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum StoreError {
    /// The SDK gave up: its retries were used up, or no retry could help.
    #[error("{operation}: {}: {}", failure.class.name(), failure.message)]
    Call {
        /// AWS's name of the operation.
        operation: &'static str,
        /// What the SDK said, in the words of the records.
        failure: Failure,
    },
    /// An item that this store did not write.
    #[error("the item of job `{job}` has no `{attribute}` that a job would have")]
    Foreign {
        /// The item's key.
        job: String,
        /// The attribute that is missing or wrong.
        attribute: &'static str,
    },
    /// A request that the SDK would not even make.
    #[error("the request cannot be made: {0}")]
    Unsendable(String),
    /// The table did not become active.
    #[error("table `{table}` is not active after {waited_s} s")]
    NotActive {
        /// The table's name.
        table: String,
        /// How long it was waited for, in seconds.
        waited_s: u64,
    },
}

impl StoreError {
    pub(super) fn of<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
        R: Debug + 'static,
    {
        StoreError::Call { operation, failure: classify::failure(error) }
    }

    /// Its kind, as the records tell failures apart.
    pub fn class(&self) -> FailureClass {
        match self {
            StoreError::Call { failure, .. } => failure.class,
            StoreError::Foreign { .. } => FailureClass::Unparsable,
            StoreError::Unsendable(_) => FailureClass::Unsendable,
            StoreError::NotActive { .. } => FailureClass::Unavailable,
        }
    }
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        StoreError::Unsendable(error.to_string())
    }
}
