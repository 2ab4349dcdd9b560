//! `error`: any error at all.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, StatusCode};
use thiserror::Error;

use super::refusal::{Reason, Refusal};
use super::verdict::Verdict;
use crate::bedrock::exception::Exception;

/// Refuses requests with an error of any status, code, text and headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    status: StatusCode,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl ErrorAnswer {
    /// An error. What is not given of one that the service's model knows is as in the model; one without a
    /// code names none, as a proxy's errors do. `headers` may hold `x-amz-retry-after` (milliseconds),
    /// `Retry-After` (seconds) and whatever else.
    ///
    /// # Errors
    /// A status outside of 400 to 599; no status where the model knows none; a code or a header that HTTP
    /// cannot carry.
    pub fn new(
        code: Option<&str>,
        status: Option<u16>,
        message: Option<&str>,
        headers: &[(String, String)],
    ) -> Result<Self, ErrorAnswerError> {
        let known = code.and_then(Exception::from_name);
        let code = match (known, code) {
            (Some(exception), _) => Cow::Borrowed(exception.name()),
            (None, Some(other)) => spelt(other)?.into(),
            (None, None) => Cow::Borrowed(""),
        };
        let status = match (status, known) {
            (Some(status), _) => error_status(status)?,
            (None, Some(exception)) => exception.status(),
            (None, None) => return Err(ErrorAnswerError::NoStatus),
        };
        let message = match message {
            Some(message) => Cow::Owned(message.to_owned()),
            None => known.unwrap_or(Exception::InternalServer).message().into(),
        };
        Ok(ErrorAnswer { status, code, message, headers: self::headers(headers)? })
    }

    pub(super) fn verdict(&self) -> Verdict {
        let reason = Reason::Said { status: self.status, code: self.code.clone() };
        Verdict::Refuse(Refusal {
            headers: self.headers.clone(),
            ..Refusal::new(reason, self.message.clone())
        })
    }
}

fn error_status(status: u16) -> Result<StatusCode, ErrorAnswerError> {
    match StatusCode::from_u16(status) {
        Ok(code) if (400..=599).contains(&status) => Ok(code),
        _ => Err(ErrorAnswerError::Status(status)),
    }
}

fn spelt(code: &str) -> Result<String, ErrorAnswerError> {
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ErrorAnswerError::Code(code.to_owned()));
    }
    Ok(code.to_owned())
}

fn headers(given: &[(String, String)]) -> Result<Vec<(HeaderName, HeaderValue)>, ErrorAnswerError> {
    let header = |(name, value): &(String, String)| {
        let wrong = || ErrorAnswerError::Header(name.clone());
        let key = HeaderName::try_from(name).map_err(|_| wrong())?;
        Ok((key, HeaderValue::try_from(value).map_err(|_| wrong())?))
    };
    given.iter().map(header).collect()
}

/// Why words make no error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ErrorAnswerError {
    /// The status is no error's.
    #[error("an error has a status from 400 to 599, not {0}")]
    Status(u16),
    /// Nobody knows the status.
    #[error("an error that Bedrock's service model does not know needs a status")]
    NoStatus,
    /// The code holds what no header may.
    #[error("`{0}` cannot be the code of an error")]
    Code(String),
    /// The header's name or value is none.
    #[error("`{0}` is no header that HTTP can carry")]
    Header(String),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn said(code: Option<&str>, status: Option<u16>) -> Result<(u16, String), ErrorAnswerError> {
        let error = ErrorAnswer::new(code, status, None, &[])?;
        Ok((error.status.as_u16(), error.code.into_owned()))
    }

    #[test]
    fn the_model_knows_what_is_not_said() {
        let named = str::to_owned;
        let cases = [
            (Some("ModelTimeoutException"), None, Ok((408, named("ModelTimeoutException")))),
            (Some("modelErrorException"), None, Ok((424, named("ModelErrorException")))),
            (Some("ThrottlingException"), Some(400), Ok((400, named("ThrottlingException")))),
            (Some("SlowDown"), Some(503), Ok((503, named("SlowDown")))),
            (None, Some(429), Ok((429, named("")))),
            (Some("SlowDown"), None, Err(ErrorAnswerError::NoStatus)),
            (None, None, Err(ErrorAnswerError::NoStatus)),
            (Some("SlowDown"), Some(200), Err(ErrorAnswerError::Status(200))),
            (Some("Slow Down"), Some(503), Err(ErrorAnswerError::Code("Slow Down".into()))),
        ];
        for (code, status, expected) in cases {
            assert_eq!(said(code, status), expected, "{code:?} {status:?}");
        }
    }

    #[test]
    fn headers_are_what_http_can_carry() {
        let header = |name: &str, value: &str| [(name.to_owned(), value.to_owned())];
        let error = ErrorAnswer::new(None, Some(503), None, &header("Retry-After", "2")).unwrap();
        let expected = (HeaderName::from_static("retry-after"), HeaderValue::from_static("2"));
        assert_eq!(error.headers, [expected]);
        for wrong in [header("two words", "2"), header("ok", "two\nlines")] {
            assert!(ErrorAnswer::new(None, Some(503), None, &wrong).is_err(), "{wrong:?}");
        }
    }
}
