//! The errors of Bedrock Runtime, with the statuses of its service model and its own words.

use std::borrow::Cow;

use http::{Method, StatusCode};

use crate::error::ServiceError;
use crate::faults::{Reason, Refusal};

/// 400: the request breaks a rule of the operation or the model.
pub(crate) fn validation(message: impl Into<Cow<'static, str>>) -> ServiceError {
    ServiceError::new(StatusCode::BAD_REQUEST, "ValidationException", message)
}

/// 400: the body is not what the operation reads.
pub(crate) fn malformed(error: &serde_json::Error) -> ServiceError {
    validation(format!("Malformed input request: {error}, please reformat your input and try again."))
}

/// 400: there is no model with that id.
pub(crate) fn unknown_model() -> ServiceError {
    validation("The provided model identifier is invalid.")
}

/// 404: no operation has that method and path.
pub(crate) fn unknown_operation(method: &Method, path: &str) -> ServiceError {
    let message = format!("There is no operation {method} {path} in this cloud's Bedrock Runtime.");
    ServiceError::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
}

/// What Bedrock answers when a fault refuses a request.
pub(crate) fn refused(refusal: Refusal) -> ServiceError {
    let (status, code) = match refusal.reason {
        Reason::Throttled => (StatusCode::TOO_MANY_REQUESTS, "ThrottlingException"),
        Reason::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException"),
        Reason::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServerException"),
    };
    ServiceError::new(status, code, refusal.message).retry_after_ms(refusal.retry_after_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_in_bedrocks_words() {
        let cases = [
            (Reason::Throttled, 429, "ThrottlingException"),
            (Reason::Unavailable, 503, "ServiceUnavailableException"),
            (Reason::Internal, 500, "InternalServerException"),
        ];
        for (reason, status, code) in cases {
            let error = refused(Refusal { reason, message: "no".into(), retry_after_ms: Some(250) });
            assert_eq!((error.status().as_u16(), error.code()), (status, code));
            assert_eq!(error.headers()["x-amzn-errortype"], code);
            assert_eq!(error.headers()["x-amz-retry-after"], "250");
            assert_eq!(error.body(), r#"{"message":"no"}"#);
        }
    }
}
