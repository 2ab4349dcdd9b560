//! Why a request is not let in, as AWS says it.
//!
//! The texts on expired and early signatures, on missing parts and on API keys are as quoted in
//! anthropic-sdk-go#122, glacier-cli#36, chalice#828, cloud9-sync#10 and open-science#53; statuses are
//! those seen there and in Bedrock's list of error codes, which has 400 for an incomplete signature and
//! 403 for the rest. The text on a signature that does not match is AWS's everywhere. That Bedrock words
//! the scope's mistakes as other services do is recalled.

use http::StatusCode;

use crate::bedrock::exception::Exception;
use crate::error::ServiceError;

/// There is no `Authorization` at all.
pub(super) fn missing() -> ServiceError {
    forbidden("MissingAuthenticationTokenException", "Missing Authentication Token")
}

/// The header lacks something.
pub(super) fn incomplete(message: String) -> ServiceError {
    ServiceError::new(StatusCode::BAD_REQUEST, "IncompleteSignatureException", message)
}

/// Nobody has that access key or session token.
pub(super) fn unknown_key() -> ServiceError {
    forbidden("UnrecognizedClientException", "The security token included in the request is invalid.")
}

/// Nobody has that API key.
pub(super) fn unknown_bearer() -> ServiceError {
    ServiceError::of(
        Exception::AccessDenied,
        "Authentication failed: Please make sure your API Key is valid.",
    )
}

/// The signature is another than the key makes of this request.
pub(super) fn mismatch() -> ServiceError {
    invalid(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    )
}

/// The signature is for something else, or for another time.
pub(super) fn invalid(message: impl Into<String>) -> ServiceError {
    forbidden("InvalidSignatureException", message)
}

fn forbidden(code: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::new(StatusCode::FORBIDDEN, code, message.into())
}
