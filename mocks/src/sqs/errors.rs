//! The errors of SQS: its codes, and its own words where they are known.

use std::borrow::Cow;

use http::StatusCode;

use crate::aws_json::{Dialect, Word};
use crate::error::ServiceError;

/// How SQS words its errors. The codes are those of its service model and of AWS's list of common errors.
///
/// A throttle is 400 in this protocol, where every error of the client is; the query protocol had it as 403.
pub(crate) const SQS: Dialect = Dialect {
    namespace: "com.amazonaws.sqs",
    throttled: Word {
        status: StatusCode::BAD_REQUEST,
        code: "RequestThrottled",
        message: "The request was denied due to request throttling.",
    },
    unavailable: Word {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "ServiceUnavailable",
        message: "The request has failed due to a temporary failure of the server.",
    },
    internal: Word {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "InternalFailure",
        message: "The request processing has failed because of an unknown error, exception or failure.",
    },
    query_code,
};

/// The code of the query protocol, which SDKs with a history still go by: those of the service model, and
/// those of the front end without the word `Exception`.
fn query_code(code: &str) -> Option<&str> {
    Some(match code {
        "" => return None,
        "BatchEntryIdsNotDistinct" => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "BatchRequestTooLong" => "AWS.SimpleQueueService.BatchRequestTooLong",
        "EmptyBatchRequest" => "AWS.SimpleQueueService.EmptyBatchRequest",
        "InvalidBatchEntryId" => "AWS.SimpleQueueService.InvalidBatchEntryId",
        "InvalidParameterValueException" => "InvalidParameterValue",
        "MessageNotInflight" => "AWS.SimpleQueueService.MessageNotInflight",
        "MissingRequiredParameterException" => "MissingParameter",
        "PurgeQueueInProgress" => "AWS.SimpleQueueService.PurgeQueueInProgress",
        "QueueDeletedRecently" => "AWS.SimpleQueueService.QueueDeletedRecently",
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "QueueNameExists" => "QueueAlreadyExists",
        "TooManyEntriesInBatchRequest" => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation",
        other => other,
    })
}

/// There is no such queue.
pub(crate) fn no_queue() -> ServiceError {
    SQS.mistake("QueueDoesNotExist", "The specified queue does not exist.")
}

/// A parameter has a value that it may not have.
pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> ServiceError {
    SQS.mistake("InvalidParameterValueException", message)
}

/// The same, of one value of one parameter.
pub(crate) fn invalid_value(value: &str, parameter: &str, reason: &str) -> ServiceError {
    invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}
