//! The errors of Bedrock Runtime, with the statuses of its service model and its own words.

use http::StatusCode;
use serde_json::json;

use super::exception::Exception;
use super::quota::Exhausted;
use crate::error::ServiceError;
use crate::faults::{Reason, Refusal};

/// 400: the request breaks a rule of the operation or the model.
pub(crate) fn validation(message: impl AsRef<str>) -> ServiceError {
    ServiceError::of(Exception::Validation, message.as_ref())
}

/// 400: the body is not what the operation reads.
pub(crate) fn malformed(error: &serde_json::Error) -> ServiceError {
    validation(format!("Malformed input request: {error}, please reformat your input and try again."))
}

/// 400: a field breaks a rule of the service model. `value` is as the error shows it: quoted, or `null`.
pub(crate) fn constraint(value: &str, field: &str, rule: &str) -> ServiceError {
    validation(format!(
        "1 validation error detected: Value {value} at '{field}' failed to satisfy constraint: {rule}"
    ))
}

/// 400: there is no model with that id.
pub(crate) fn unknown_model() -> ServiceError {
    validation("The provided model identifier is invalid.")
}

/// 400: the model is served through its profiles only, as quoted in FlowiseAI/Flowise#4253 and others.
pub(crate) fn profiles_only(model_id: &str) -> ServiceError {
    validation(format!(
        "Invocation of model ID {model_id} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model."
    ))
}

/// 400: the tier `reserved` where nothing is reserved, as quoted in envoyproxy/ai-gateway#1749.
pub(crate) fn no_reservation() -> ServiceError {
    validation("Reservation not found.")
}

/// 429: a quota is used up.
pub(crate) fn throttled(exhausted: Exhausted) -> ServiceError {
    ServiceError::of(Exception::Throttling, exhausted.message())
}

/// 503: no region that might serve has room.
pub(crate) fn no_room() -> ServiceError {
    ServiceError::of(Exception::ServiceUnavailable, "Too many connections, please wait before trying again.")
}

/// 500: the service broke.
pub(crate) fn internal() -> ServiceError {
    ServiceError::of(Exception::InternalServer, Exception::InternalServer.message())
}

/// 404: no operation has that method and path.
///
/// AWS's front end answers before Bedrock does, so the body has another shape than every other error's; it
/// is as quoted in BerriAI/litellm#13618. The status is that of AWS's list of common errors, which knows no
/// other for a wrong method; the header is recalled.
pub(crate) fn unknown_operation() -> ServiceError {
    let body = json!({
        "Output": { "__type": "com.amazon.coral.service#UnknownOperationException" },
        "Version": "1.0",
    });
    ServiceError::with_body(StatusCode::NOT_FOUND, "UnknownOperationException", body)
}

/// What Bedrock answers when a fault refuses a request.
pub(crate) fn refused(refusal: Refusal) -> ServiceError {
    let error = match refusal.reason {
        Reason::Throttled => ServiceError::of(Exception::Throttling, &refusal.message),
        Reason::Unavailable => ServiceError::of(Exception::ServiceUnavailable, &refusal.message),
        Reason::Internal => ServiceError::of(Exception::InternalServer, &refusal.message),
        Reason::Said { status, code } => {
            let payload = match Exception::from_name(&code) {
                Some(exception) => exception.payload(&refusal.message),
                None => json!({ "message": refusal.message }),
            };
            ServiceError::with_body(status, code, payload)
        }
    };
    error.retry_after_ms(refusal.retry_after_ms).with_headers(refusal.headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_operation_is_answered_by_the_front_end() {
        let error = unknown_operation();
        assert_eq!((error.status().as_u16(), error.code()), (404, "UnknownOperationException"));
        assert_eq!(
            error.body(),
            r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#
        );
    }

    #[test]
    fn refusals_in_bedrocks_words() {
        let cases = [
            (Reason::Throttled, 429, "ThrottlingException"),
            (Reason::Unavailable, 503, "ServiceUnavailableException"),
            (Reason::Internal, 500, "InternalServerException"),
        ];
        for (reason, status, code) in cases {
            let error = refused(Refusal { retry_after_ms: Some(250), ..Refusal::new(reason, "no") });
            assert_eq!((error.status().as_u16(), error.code()), (status, code));
            assert_eq!(error.headers()["x-amzn-errortype"], code);
            assert_eq!(error.headers()["x-amz-retry-after"], "250");
            assert_eq!(error.body(), r#"{"message":"no"}"#);
        }
    }
}
