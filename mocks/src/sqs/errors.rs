//! The errors of SQS: its codes, and its own words where they are known.

use std::borrow::Cow;
use std::fmt::Display;

use http::StatusCode;
use serde_json::{Value, json};
use thiserror::Error;

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
pub(crate) fn no_queue() -> Mistake {
    Mistake::new("QueueDoesNotExist", "The specified queue does not exist.")
}

/// A parameter has a value that it may not have.
pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Mistake {
    Mistake::new("InvalidParameterValueException", message)
}

/// The same, of one value of one parameter.
pub(crate) fn invalid_value(value: impl Display, parameter: &str, reason: &str) -> Mistake {
    invalid(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}

/// A parameter is not there.
pub(crate) fn missing(parameter: &str) -> Mistake {
    let message = format!("The request must contain the parameter {parameter}.");
    Mistake::new("MissingRequiredParameterException", message)
}

/// A receipt handle is none.
pub(crate) fn no_handle(text: &str) -> Mistake {
    Mistake::new(
        "ReceiptHandleIsInvalid",
        format!("The input receipt handle \"{text}\" is not a valid receipt handle."),
    )
}

/// There is no such resource: a queue by its ARN, or a move task.
pub(crate) fn no_resource(message: &'static str) -> Mistake {
    Mistake::new("ResourceNotFoundException", message)
}

/// What a caller did wrong, before it stands in an answer: a whole error, or one entry of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub(crate) struct Mistake {
    code: &'static str,
    message: Cow<'static, str>,
}

impl Mistake {
    /// A mistake with this code of the service model, and this text.
    pub(crate) fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Mistake { code, message: message.into() }
    }

    /// How it stands in the answer to a batch, for the entry with this id.
    pub(crate) fn entry(&self, id: &str) -> Value {
        let code = query_code(self.code).unwrap_or(self.code);
        json!({ "Id": id, "SenderFault": true, "Code": code, "Message": self.message })
    }
}

impl From<Mistake> for ServiceError {
    fn from(mistake: Mistake) -> Self {
        SQS.mistake(mistake.code, mistake.message)
    }
}
