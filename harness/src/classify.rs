//! From what the SDK says to what a caller would do about it: one table, and no second opinion.

use std::error::Error as StdError;

use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use bedload_reports::record::{Attempt, Failure, FailureClass, is_throttling_code};

/// How much of an error's text is kept: enough for the service's sentence, too little for a body.
const MESSAGE_CHARS: usize = 300;

/// What an SDK error means to a caller.
pub fn failure<E, R>(error: &SdkError<E, R>) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
    R: std::fmt::Debug + 'static,
{
    let code = error.code();
    let class = match error {
        SdkError::ConstructionFailure(_) => FailureClass::Unsendable,
        SdkError::TimeoutError(_) => FailureClass::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => FailureClass::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_user() => FailureClass::Unsendable,
        SdkError::DispatchFailure(_) => FailureClass::Connection,
        SdkError::ResponseError(_) => FailureClass::Unparsable,
        SdkError::ServiceError(_) => of_code(code),
        _ => FailureClass::Unparsable,
    };
    let message = match error.message() {
        Some(message) => message.to_owned(),
        None => chain(error),
    };
    Failure { class, code: code.map(Into::into), message: cut(&message), retry_refused: false }
}

/// What a service's error code means to a caller. Codes of Bedrock Runtime's service model
/// 2023-09-30, and of SQS and DynamoDB where theirs mean the same; a code that nobody modelled is the service's own trouble.
pub fn of_code(code: Option<&str>) -> FailureClass {
    match code {
        Some(code) if is_throttling_code(code) => FailureClass::Throttled,
        Some("ModelNotReadyException") => FailureClass::Throttled,
        Some("ServiceUnavailableException" | "ServiceUnavailable") => FailureClass::Unavailable,
        Some("ModelTimeoutException") => FailureClass::Timeout,
        Some(
            "ValidationException"
            | "ResourceNotFoundException"
            | "ServiceQuotaExceededException"
            | "ConflictException"
            | "UnknownOperationException",
        ) => FailureClass::Rejected,
        Some(
            "AccessDeniedException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "MissingAuthenticationToken",
        ) => FailureClass::Denied,
        Some(_) | None => FailureClass::ServerError,
    }
}

/// An error that arrived inside a stream, or a stream that could not be read: no SDK retries it.
pub fn stream_failure<E, R>(error: &SdkError<E, R>) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
    R: std::fmt::Debug + 'static,
{
    Failure { class: FailureClass::StreamBroken, ..failure(error) }
}

/// Whether the SDK's standard retry mode retries what this attempt met: throttling codes, the statuses 500, 502, 503 and
/// 504, `ModelNotReadyException`, the codes of request timeouts, connections that failed, attempts that timed out, and
/// answers that broke off (aws-runtime 1.10 and aws-smithy-runtime 1.16, `retries/classifiers.rs`). That it also retries
/// some errors of a clock that is off, no attempt tells.
pub fn is_retryable(attempt: &Attempt) -> bool {
    match (attempt.status, attempt.error.as_deref()) {
        (Some(500 | 502 | 503 | 504), _) => true,
        (_, Some(CONNECTION_FAILED | ATTEMPT_TIMED_OUT | BROKEN_OFF)) => true,
        (_, Some("ModelNotReadyException" | "RequestTimeout" | "RequestTimeoutException")) => true,
        (_, code) => code.is_some_and(is_throttling_code),
    }
}

/// The error word of an attempt whose connection failed.
pub const CONNECTION_FAILED: &str = "connection failed";
/// The error word of an attempt that took longer than its limit.
pub const ATTEMPT_TIMED_OUT: &str = "attempt timed out";
/// The error word of an attempt that a limit over the whole call cut off.
pub const CUT_OFF: &str = "cut off by the total timeout";
/// The error word of an attempt that was given up, because another call of the request was faster.
pub const GIVEN_UP: &str = "given up for a faster call";
/// The code of a stream that was silent for too long: a limit of the client's, which no service would name.
pub const STREAM_IDLE: &str = "stream idle";
/// The error word of an attempt whose answer could not be read.
pub const NOT_UNDERSTOOD: &str = "answer not understood";
/// The error word of an attempt whose answer did not come to its end.
pub const BROKEN_OFF: &str = "answer broken off";

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The first characters of a text that somebody else wrote.
pub fn cut(text: &str) -> String {
    text.chars().take(MESSAGE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedload_reports::units::Nanos;

    #[test]
    fn every_modelled_error_has_its_class() {
        let table = [
            ("ThrottlingException", FailureClass::Throttled),
            ("ModelNotReadyException", FailureClass::Throttled),
            ("ServiceUnavailableException", FailureClass::Unavailable),
            ("ServiceUnavailable", FailureClass::Unavailable),
            ("InternalServerException", FailureClass::ServerError),
            ("ModelTimeoutException", FailureClass::Timeout),
            ("ModelErrorException", FailureClass::ServerError),
            ("ServiceQuotaExceededException", FailureClass::Rejected),
            ("ValidationException", FailureClass::Rejected),
            ("AccessDeniedException", FailureClass::Denied),
            ("ResourceNotFoundException", FailureClass::Rejected),
            ("NobodyModelledThisException", FailureClass::ServerError),
        ];
        for (code, class) in table {
            assert_eq!(of_code(Some(code)), class, "{code}");
        }
        assert_eq!(of_code(None), FailureClass::ServerError);
    }

    #[test]
    fn the_sdk_retries_by_code_and_by_status_but_not_a_bare_429() {
        let table = [
            (Some(429), Some("ThrottlingException"), true),
            (Some(429), None, false),
            (Some(429), Some("ModelNotReadyException"), true),
            (Some(503), None, true),
            (Some(500), Some("InternalServerException"), true),
            (Some(408), Some("ModelTimeoutException"), false),
            (Some(424), Some("ModelErrorException"), false),
            (Some(400), Some("ValidationException"), false),
            (None, Some(CONNECTION_FAILED), true),
            (None, Some(ATTEMPT_TIMED_OUT), true),
            (Some(200), Some(ATTEMPT_TIMED_OUT), true),
            (Some(200), Some(BROKEN_OFF), true),
            (Some(400), Some("RequestTimeout"), true),
            (None, Some(CUT_OFF), false),
            (None, Some(NOT_UNDERSTOOD), false),
            (Some(200), None, false),
        ];
        for (status, error, expected) in table {
            let attempt = Attempt {
                number: 1,
                backoff: Nanos::ZERO,
                sent: Nanos::ZERO,
                done: Nanos::ZERO,
                status,
                error: error.map(Into::into),
                request_id: None,
                fault: None,
            };
            assert_eq!(is_retryable(&attempt), expected, "{status:?} {error:?}");
        }
    }
}
