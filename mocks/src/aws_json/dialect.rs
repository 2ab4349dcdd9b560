//! How one service of the protocol words its errors.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use crate::error::ServiceError;
use crate::faults::{Reason, Refusal};

/// Where a service that once spoke the query protocol tells the code that it had there, and whose fault it is.
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// The words of a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    /// Stands before the codes of its model, with a `#` between.
    pub namespace: &'static str,
    /// What it says to a caller over its quota.
    pub throttled: Word,
    /// What it says where it has no room.
    pub unavailable: Word,
    /// What it says where it broke.
    pub internal: Word,
    /// The code that an error had in the query protocol; none for a service that never spoke it.
    pub query_code: fn(&str) -> Option<&str>,
}

/// An error of a service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code.
    pub code: &'static str,
    /// The text, in the service's own words.
    pub message: &'static str,
}

impl Dialect {
    /// An error with this status, code and text.
    pub(crate) fn error(
        &self,
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> ServiceError {
        let (code, message) = (code.into(), message.into());
        let body = match code.is_empty() {
            true => json!({ "message": message }),
            false => json!({ "__type": format!("{}#{code}", self.namespace), "message": message }),
        };
        let query = self.query_error(status, &code);
        ServiceError::with_body(status, code, body).in_aws_json().with_headers(query.into_iter().collect())
    }

    /// 400: what the caller did wrong.
    pub(crate) fn mistake(&self, code: &'static str, message: impl Into<Cow<'static, str>>) -> ServiceError {
        self.error(StatusCode::BAD_REQUEST, code, message)
    }

    /// 400: no operation has that name. The code stands as the front end of these services writes it.
    pub(crate) fn unknown_operation(&self) -> ServiceError {
        let body = json!({ "__type": "com.amazon.coral.service#UnknownOperationException" });
        ServiceError::with_body(StatusCode::BAD_REQUEST, "UnknownOperationException", body).in_aws_json()
    }

    /// 400: the body is no JSON, or not of the shape that the operation reads.
    pub(crate) fn malformed(&self, error: &serde_json::Error) -> ServiceError {
        let body = json!({
            "__type": "com.amazon.coral.service#SerializationException",
            "Message": error.to_string(),
        });
        ServiceError::with_body(StatusCode::BAD_REQUEST, "SerializationException", body).in_aws_json()
    }

    /// What the service answers when a fault refuses a request. Texts of Bedrock's are left to Bedrock.
    pub(crate) fn refused(&self, refusal: Refusal) -> ServiceError {
        let word = match refusal.reason {
            Reason::Throttled => self.throttled,
            Reason::Unavailable => self.unavailable,
            Reason::Internal => self.internal,
            Reason::Said { status, code } => {
                return self
                    .error(status, code, refusal.message)
                    .retry_after_ms(refusal.retry_after_ms)
                    .with_headers(refusal.headers);
            }
        };
        let message = if refusal.own_words { refusal.message } else { word.message.into() };
        self.error(word.status, word.code, message)
            .retry_after_ms(refusal.retry_after_ms)
            .with_headers(refusal.headers)
    }

    fn query_error(&self, status: StatusCode, code: &str) -> Option<(HeaderName, HeaderValue)> {
        let side = if status.is_server_error() { "Receiver" } else { "Sender" };
        let value = format!("{};{side}", (self.query_code)(code)?);
        Some((QUERY_ERROR, HeaderValue::try_from(value).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: Dialect = Dialect {
        namespace: "com.acme.shop",
        throttled: Word { status: StatusCode::BAD_REQUEST, code: "Throttled", message: "Slow down." },
        unavailable: Word { status: StatusCode::SERVICE_UNAVAILABLE, code: "Closed", message: "Closed." },
        internal: Word { status: StatusCode::INTERNAL_SERVER_ERROR, code: "Broken", message: "Broken." },
        query_code: |code| (code == "SoldOut").then_some("Shop.SoldOut"),
    };

    fn said(error: &ServiceError) -> (u16, String, Option<String>) {
        let query = error.headers().get(QUERY_ERROR).and_then(|value| value.to_str().ok().map(str::to_owned));
        (error.status().as_u16(), String::from_utf8_lossy(&error.body()).into_owned(), query)
    }

    #[test]
    fn a_code_stands_behind_the_namespace_and_as_the_query_protocol_had_it() {
        let error = SHOP.mistake("SoldOut", "None left.");
        let body = r#"{"__type":"com.acme.shop#SoldOut","message":"None left."}"#;
        assert_eq!(said(&error), (400, body.into(), Some("Shop.SoldOut;Sender".into())));
        assert_eq!(error.headers()["content-type"], "application/x-amz-json-1.0");
        assert!(!error.headers().contains_key("x-amzn-errortype"), "the body alone has the code");
    }

    #[test]
    fn refusals_are_in_the_services_words() {
        let cases = [
            (Reason::Throttled, 400, r#"{"__type":"com.acme.shop#Throttled","message":"Slow down."}"#),
            (Reason::Unavailable, 503, r#"{"__type":"com.acme.shop#Closed","message":"Closed."}"#),
            (Reason::Internal, 500, r#"{"__type":"com.acme.shop#Broken","message":"Broken."}"#),
            (Reason::Said { status: StatusCode::BAD_GATEWAY, code: "".into() }, 502, r#"{"message":"no"}"#),
        ];
        let own = Refusal { own_words: true, ..Refusal::new(Reason::Throttled, "Ours.") };
        assert!(SHOP.refused(own).body().ends_with(br#""message":"Ours."}"#));
        for (reason, status, body) in cases {
            let error = SHOP.refused(Refusal { retry_after_ms: Some(250), ..Refusal::new(reason, "no") });
            assert_eq!(said(&error), (status, body.into(), None));
            assert_eq!(error.headers()["x-amz-retry-after"], "250");
        }
    }
}
