//! Whether a body is of a type that its operation reads.
//!
//! InvokeModel hands the body to the model, which knows one type by its exact name: even a charset behind
//! it is refused, in words quoted in aws/aws-sdk-ruby#3033. The bodies of all other operations are read by
//! the service's front end, which minds no charset; its refusal is that of the protocol's own tests
//! (smithy-lang/smithy, restJson1, `MalformedContentType`). A request that names no type is taken at its
//! word by both, as `application/json` is the default.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use super::errors;
use super::operation::Operation;
use crate::error::ServiceError;

const JSON: &str = "application/json";

/// Refuses a body that the operation does not read.
pub(crate) fn check(operation: Operation, headers: &HeaderMap) -> Result<(), ServiceError> {
    let Some(content_type) = headers.get(CONTENT_TYPE).filter(|content_type| **content_type != JSON) else {
        return Ok(());
    };
    let named = String::from_utf8_lossy(content_type.as_bytes());
    match operation {
        Operation::GetAsyncInvoke | Operation::ListAsyncInvokes => Ok(()),
        Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
            Err(errors::validation("The provided Content Type is invalid or not supported for this model"))
        }
        _ if essence(&named).eq_ignore_ascii_case(JSON) => Ok(()),
        _ => Err(unsupported()),
    }
}

/// A media type without its parameters.
fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn unsupported() -> ServiceError {
    let message = "The content type of the request is not application/json.";
    ServiceError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaTypeException", message)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn each_operation_has_its_types() {
        let cases = [
            (Operation::Converse, "application/json", None),
            (Operation::Converse, "Application/JSON; charset=utf-8", None),
            (Operation::Converse, "text/plain", Some("UnsupportedMediaTypeException")),
            (Operation::StartAsyncInvoke, "", Some("UnsupportedMediaTypeException")),
            (Operation::ListAsyncInvokes, "text/plain", None),
            (Operation::InvokeModel, "application/json", None),
            (Operation::InvokeModel, "application/json; charset=utf-8", Some("ValidationException")),
            (
                Operation::InvokeModelWithResponseStream,
                "application/octet-stream",
                Some("ValidationException"),
            ),
        ];
        for (operation, content_type, code) in cases {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            let refused = check(operation, &headers).err().map(|error| error.code().to_owned());
            assert_eq!(refused.as_deref(), code, "{operation:?} {content_type}");
        }
        assert_eq!(check(Operation::Converse, &HeaderMap::new()), Ok(()));
        assert_eq!(check(Operation::InvokeModel, &HeaderMap::new()), Ok(()));
    }
}
