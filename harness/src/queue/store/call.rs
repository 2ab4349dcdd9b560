//! From the SDK's answer to a conditional write to what it means.

use std::error::Error as StdError;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;

use super::error::StoreError;
use super::record::Record;

/// What became of a conditional write.
#[derive(Debug)]
pub(super) enum Written {
    /// The condition held.
    Stored,
    /// It did not, and this is the record that was there, if one was.
    Refused(Option<Record>),
}

/// The record that a refusal brings.
pub(super) fn refusal(error: &ConditionalCheckFailedException) -> Result<Option<Record>, StoreError> {
    error.item().map(Record::try_from).transpose()
}

/// Tells a condition that did not hold from an error. `refused` reads the refusal of the operation.
pub(super) fn written<A, E, R>(
    operation: &'static str,
    answer: Result<A, SdkError<E, R>>,
    refused: impl FnOnce(&E) -> Option<Result<Option<Record>, StoreError>>,
) -> Result<Written, StoreError>
where
    E: ProvideErrorMetadata + StdError + 'static,
    R: Debug + 'static,
{
    let error = match answer {
        Ok(_) => return Ok(Written::Stored),
        Err(error) => error,
    };
    match error.as_service_error().and_then(refused) {
        Some(old) => Ok(Written::Refused(old?)),
        None => Err(StoreError::of(operation, &error)),
    }
}
