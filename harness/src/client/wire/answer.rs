//! What is read of answers: how many tokens, why the model stopped, or what the service refused. The rest is passed over.

use std::borrow::Cow;

use bedload_reports::record::{Failure, FailureClass};
use serde::Deserialize;

use crate::classify;
use crate::client::attempts::error_code;
use crate::client::operation::failure;

/// What Converse answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    pub(super) stop_reason: Cow<'a, str>,
    pub(super) usage: Option<Usage>,
}

/// The service's own count.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage {
    input_tokens: u64,
    cache_read_input_tokens: Option<u64>,
    cache_write_input_tokens: Option<u64>,
    pub(super) output_tokens: u64,
}

impl Usage {
    /// The tokens of the whole prompt: what the cache held of it, or took in, is not among the input tokens.
    pub(super) fn prompt(&self) -> u64 {
        let cached = [self.cache_read_input_tokens, self.cache_write_input_tokens];
        self.input_tokens + cached.into_iter().flatten().sum::<u64>()
    }
}

/// Why there is no answer in this body. The SDK calls a whole answer that it cannot read an unknown error of the service,
/// and for a caller that is what it comes to.
pub(super) fn unreadable(error: &serde_json::Error) -> Failure {
    failure(FailureClass::ServerError, &format!("the answer could not be read: {error}"))
}

/// An error as REST JSON has it, in the body of a refusal and in that of an exception inside a stream.
#[derive(Debug, Default, Deserialize)]
struct Refusal<'a> {
    #[serde(borrow, rename = "__type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "Message", alias = "errorMessage")]
    message: Option<Cow<'a, str>>,
}

/// What a refusal says: with this status, this type in its headers, and this body.
pub(super) fn refusal(status: u16, error_type: Option<&str>, body: &[u8]) -> Failure {
    let Ok(Refusal { kind, code, message }) = read(body) else {
        // As with the SDK, whose reader of errors says nothing of the headers once the body makes no sense.
        let message = format!("HTTP {status} with an error that could not be read");
        return failure(classify::of_code(None), &message);
    };
    let code = error_type.or(code.as_deref()).or(kind.as_deref()).map(error_code);
    Failure {
        code: code.map(Into::into),
        ..match &message {
            Some(message) => failure(classify::of_code(code), message),
            None => failure(classify::of_code(code), &format!("HTTP {status}")),
        }
    }
}

/// What an exception inside a stream says.
pub(super) fn exception(kind: &str, payload: &[u8]) -> Failure {
    let Refusal { kind: named, code, message } = read(payload).unwrap_or_default();
    let message = message.unwrap_or_else(|| kind.into());
    let code = code.or(named).map(|code| error_code(&code).into());
    Failure { code, ..failure(FailureClass::StreamBroken, &message) }
}

fn read(body: &[u8]) -> Result<Refusal<'_>, serde_json::Error> {
    if body.is_empty() { Ok(Refusal::default()) } else { serde_json::from_slice(body) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn of_an_answer_its_end_and_its_count_are_read() {
        let whole = r#"{"output":{"message":{"content":[{"text":"a\nb"}]}},"stopReason":"end_turn",
            "usage":{"inputTokens":1,"cacheReadInputTokens":4,"outputTokens":3,"totalTokens":8},"metrics":{"latencyMs":1}}"#;
        let answer: Answer<'_> = serde_json::from_str(whole).unwrap();
        let usage = answer.usage.unwrap();
        assert_eq!((&*answer.stop_reason, usage.prompt(), usage.output_tokens), ("end_turn", 5, 3));
        assert!(serde_json::from_str::<Answer<'_>>("<html>").is_err());
    }

    #[test]
    fn a_refusal_is_named_by_its_header_or_else_its_body() {
        type Case =
            (u16, Option<&'static str>, &'static str, Option<&'static str>, FailureClass, &'static str);
        use FailureClass::{Rejected, ServerError, Throttled, Unavailable};
        let throttled = Some("ThrottlingException:http://x/");
        let unavailable = Some("ServiceUnavailableException");
        let unread = "HTTP 502 with an error that could not be read";
        let cases: [Case; 5] = [
            (429, throttled, r#"{"message":"no"}"#, Some("ThrottlingException"), Throttled, "no"),
            (400, None, r#"{"__type":"a#Odd","Message":"m"}"#, Some("Odd"), ServerError, "m"),
            (
                400,
                None,
                r#"{"code":"ValidationException"}"#,
                Some("ValidationException"),
                Rejected,
                "HTTP 400",
            ),
            (503, unavailable, "", unavailable, Unavailable, "HTTP 503"),
            (502, throttled, "<html>", None, ServerError, unread),
        ];
        for (status, error_type, body, code, class, message) in cases {
            let told = refusal(status, error_type, body.as_bytes());
            assert_eq!((told.code.as_deref(), told.class, &*told.message), (code, class, message), "{body}");
        }
    }
}
