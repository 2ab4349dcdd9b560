//! The errors of DynamoDB: its codes, and its own words where they are known.

use dynoxide::DynoxideError;
use http::StatusCode;
use serde_json::Value;

use super::Operation;
use crate::aws_json::{Dialect, Word};
use crate::error::ServiceError;

/// How DynamoDB words the errors that are not its tables' own. Codes and texts are those of its guide's page
/// on errors; a table on demand, as job stores are, throttles with `ThrottlingException`.
pub(crate) const DYNAMODB: Dialect = Dialect {
    namespace: "com.amazonaws.dynamodb.v20120810",
    throttled: Word {
        status: StatusCode::BAD_REQUEST,
        code: "ThrottlingException",
        message: "Rate of requests exceeds the allowed throughput.",
    },
    unavailable: Word {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "ServiceUnavailable",
        message: "DynamoDB is currently unavailable.",
    },
    internal: Word {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "InternalServerError",
        message: "DynamoDB could not process your request.",
    },
    query_code: |_| None,
};

/// What stands before a validation error of a single-item write.
const ENVELOPE: &str = "1 validation error detected: ";

/// 500: the service broke.
pub(super) fn internal() -> ServiceError {
    DYNAMODB.error(DYNAMODB.internal.status, DYNAMODB.internal.code, DYNAMODB.internal.message)
}

/// What the database answers instead. Its own trouble is no client's business.
pub(super) fn of(error: &DynoxideError) -> ServiceError {
    let status = match error.status_code() {
        500 => return internal(),
        status => StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
    };
    let code = error.error_type().rsplit('#').next().unwrap_or_default();
    let mut body: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
    body.sort_all_objects();
    ServiceError::with_body(status, code, body).in_aws_json()
}

/// A request that could not be read, told as the database's own server would.
///
/// Its types leave word in the text of what kind of error it is; what they do not mark is a missing member,
/// which the service's validation finds, or a value of the wrong JSON type, which its parser does.
pub(super) fn unreadable(operation: Operation, error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let marked = |marks: &[&str]| marks.iter().find_map(|mark| text.strip_prefix(mark));
    if let Some(text) = marked(&["VALIDATION_REQUEST:"]) {
        return DynoxideError::ValidationException(match operation {
            Operation::PutItem | Operation::UpdateItem | Operation::DeleteItem => format!("{ENVELOPE}{text}"),
            _ => text.to_owned(),
        });
    }
    if let Some(text) = marked(&["VALIDATION:", "VALIDATION_AS_READ:"]) {
        return DynoxideError::ValidationException(text.to_owned());
    }
    if let Some(text) = marked(&["SERIALIZATION:", "SERIALIZATION_AS_READ:"]) {
        return DynoxideError::SerializationException(text.to_owned());
    }
    let missing = ["missing field", "unknown variant", "invalid type: null", "AttributeValue"];
    match missing.iter().any(|sign| text.contains(sign)) {
        true => DynoxideError::ValidationException(text.to_owned()),
        false => DynoxideError::SerializationException(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde::de::Error;

    use super::*;

    fn said(error: &DynoxideError) -> (u16, String, String) {
        let error = of(error);
        let body = String::from_utf8_lossy(&error.body()).into_owned();
        (error.status().as_u16(), error.code().to_owned(), body)
    }

    #[test]
    fn the_databases_own_trouble_stays_its_own() {
        let (status, code, body) = said(&DynoxideError::InternalServerError("no such column: pk".into()));
        assert_eq!((status, code.as_str()), (500, "InternalServerError"));
        assert!(!body.contains("column"), "{body}");
    }

    #[test]
    fn a_failed_condition_shows_what_is_there_in_one_order() {
        let item = serde_json::from_str(r#"{"b":{"N":"1"},"a":{"S":"x"}}"#).ok();
        let (status, code, body) = said(&DynoxideError::ConditionalCheckFailedException(
            "The conditional request failed".into(),
            item,
        ));
        assert_eq!((status, code.as_str()), (400, "ConditionalCheckFailedException"));
        assert_eq!(
            body,
            r#"{"Item":{"a":{"S":"x"},"b":{"N":"1"}},"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_mark() {
        let validation = "com.amazon.coral.validate#ValidationException";
        let serialization = "com.amazon.coral.service#SerializationException";
        let cases = [
            ("VALIDATION:no name", Operation::PutItem, validation, "no name"),
            ("VALIDATION_REQUEST:no", Operation::PutItem, validation, "1 validation error detected: no"),
            ("VALIDATION_REQUEST:no", Operation::Query, validation, "no"),
            ("SERIALIZATION:no list", Operation::Scan, serialization, "no list"),
            ("missing field `Key`", Operation::GetItem, validation, "missing field `Key`"),
            ("invalid type: map", Operation::GetItem, serialization, "invalid type: map"),
        ];
        for (text, operation, kind, message) in cases {
            let error = unreadable(operation, &serde_json::Error::custom(text));
            assert_eq!((error.error_type(), error.to_string().as_str()), (kind, message), "{text}");
        }
    }
}
