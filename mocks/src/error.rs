//! An error as a service answers it, in the JSON of AWS's REST protocol unless its service speaks another.
//!
//! Clients in every language find the code in `x-amzn-errortype` and the text in the body's `message`; a
//! 429 without a code is retried by some SDKs and not by others, so none leaves without one unless a fault
//! has it so. Behind
//! the code the real Bedrock adds a colon and an internal address
//! (`ValidationException:http://internal.amazon.com/coral/com.amazon.bedrock/`), which every SDK cuts off
//! and which is left out here.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::aws_json;
use crate::bedrock::exception::Exception;

/// The header that names an error's code.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// The header by which a service asks for a wait, in milliseconds, before the next attempt.
pub(crate) const RETRY_AFTER: HeaderName = HeaderName::from_static("x-amz-retry-after");

/// An error that a service answers instead of what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ServiceError {
    status: StatusCode,
    code: Cow<'static, str>,
    body: Bytes,
    protocol: Protocol,
    extra: Vec<(HeaderName, HeaderValue)>,
}

/// How the head of an error is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    /// The code stands in the head.
    RestJson,
    /// The code stands in the body alone.
    AwsJson,
}

impl ServiceError {
    /// An error with this status, code and text.
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::with_body(status, code, json!({ "message": message.into() }))
    }

    /// A modelled exception with this text.
    pub(crate) fn of(exception: Exception, message: &str) -> Self {
        Self::with_body(exception.status(), exception.name(), exception.payload(message))
    }

    /// An error with a JSON body of its own shape.
    pub(crate) fn with_body(status: StatusCode, code: impl Into<Cow<'static, str>>, body: Value) -> Self {
        let (protocol, body) = (Protocol::RestJson, body.to_string().into());
        ServiceError { status, code: code.into(), body, protocol, extra: Vec::new() }
    }

    /// The same error in the head of the AWS JSON protocol, whose bodies name their code themselves.
    pub(crate) fn in_aws_json(mut self) -> Self {
        self.protocol = Protocol::AwsJson;
        self
    }

    /// The same error, asking the client to wait before its next attempt.
    pub(crate) fn retry_after_ms(mut self, retry_after_ms: Option<u64>) -> Self {
        self.extra.extend(retry_after_ms.map(|ms| (RETRY_AFTER, HeaderValue::from(ms))));
        self
    }

    /// The same error with more in its head, in the place of what is there under the same names.
    pub(crate) fn with_headers(mut self, headers: Vec<(HeaderName, HeaderValue)>) -> Self {
        self.extra.extend(headers);
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The code that SDKs tell errors apart by; empty if it has none, as the errors of proxies have not.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// The headers that describe it. No code, and one that no header can hold, is left out of them.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(4);
        match self.protocol {
            Protocol::AwsJson => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(aws_json::CONTENT_TYPE));
            }
            Protocol::RestJson => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                let code = Some(self.code()).filter(|code| !code.is_empty());
                let code = code.and_then(|code| HeaderValue::try_from(code).ok());
                headers.extend(code.map(|code| (ERROR_TYPE, code)));
            }
        }
        for (name, value) in &self.extra {
            headers.insert(name, value.clone());
        }
        headers
    }

    /// The JSON body.
    pub(crate) fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// The code, once nothing else of the error is needed.
    pub(crate) fn into_code(self) -> Cow<'static, str> {
        self.code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_brings_its_status_its_code_and_its_members() {
        for exception in Exception::ALL {
            let error = ServiceError::of(exception, "no");
            assert_eq!(error.status(), exception.status());
            assert_eq!(error.headers()[ERROR_TYPE], exception.name());
            assert_eq!(error.body(), exception.payload("no").to_string());
        }
    }

    #[test]
    fn a_code_that_is_no_header_leaves_no_header() {
        let error = ServiceError::new(StatusCode::BAD_REQUEST, "two\nlines", "no");
        assert!(!error.headers().contains_key(ERROR_TYPE));
        assert_eq!(error.code(), "two\nlines");
    }
}
