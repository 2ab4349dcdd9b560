//! An error as a service answers it, in the JSON of AWS's REST protocol.
//!
//! Clients in every language find the code in `x-amzn-errortype` and the text in the body's `message`; a
//! 429 without a code is retried by some SDKs and not by others, so none ever leaves without one.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;

/// The header that names an error's code.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// The header by which a service asks for a wait, in milliseconds, before the next attempt.
pub(crate) const RETRY_AFTER: HeaderName = HeaderName::from_static("x-amz-retry-after");

/// An error that a service answers instead of what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceError {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    retry_after_ms: Option<u64>,
}

impl ServiceError {
    /// An error with this status, code and text.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        ServiceError { status, code, message: message.into(), retry_after_ms: None }
    }

    /// The same error, asking the client to wait before its next attempt.
    pub(crate) fn retry_after_ms(mut self, retry_after_ms: Option<u64>) -> Self {
        self.retry_after_ms = retry_after_ms;
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The code that SDKs tell errors apart by.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The headers that describe it.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ERROR_TYPE, HeaderValue::from_static(self.code));
        headers.extend(self.retry_after_ms.map(|ms| (RETRY_AFTER, HeaderValue::from(ms))));
        headers
    }

    /// The JSON body.
    pub(crate) fn body(&self) -> Bytes {
        json!({ "message": self.message }).to_string().into()
    }
}
