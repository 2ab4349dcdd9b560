//! What the cloud's front end says of a request that it does not take in.

use http::StatusCode;

use crate::error::ServiceError;

/// The body is over the limit.
///
/// InvokeModel's body is a member of its input, and Bedrock answers one that is too long by the rule that
/// it breaks (the text as in langchain-aws issue 419). For the other operations no text has been seen;
/// 413 is what HTTP has for it, and the code is recalled, not sourced.
pub(super) fn too_large(path: &str, body_bytes: usize) -> ServiceError {
    let operation = path.rsplit('/').next().unwrap_or_default();
    if matches!(operation, "invoke" | "invoke-with-response-stream") {
        let message = format!(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to {body_bytes}"
        );
        return ServiceError::new(StatusCode::BAD_REQUEST, "ValidationException", message);
    }
    let message = format!("The request's body is over {body_bytes} bytes.");
    ServiceError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", message)
}

/// The body did not come to its end in time. SDKs retry this code as transient; that Bedrock says it in
/// these words is recalled, not sourced.
pub(super) fn too_slow() -> ServiceError {
    let message = "The request's body did not arrive in time.";
    ServiceError::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", message)
}
