//! Which operation a path stands for, on which model: `POST /model/{modelId}/{operation}`.

use http::Method;

/// An operation of Bedrock Runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// A conversation in the words common to all models.
    Converse,
    /// The same, answered as a stream.
    ConverseStream,
    /// A request in the words of the model itself.
    InvokeModel,
    /// The same, answered as a stream.
    InvokeModelWithResponseStream,
    /// The length of a prompt, without an answer.
    CountTokens,
    /// The beginning of an invocation that ends later.
    StartAsyncInvoke,
    /// The state of such an invocation.
    GetAsyncInvoke,
    /// All such invocations.
    ListAsyncInvokes,
    /// A guardrail's verdict on a text.
    ApplyGuardrail,
}

impl Operation {
    /// AWS's name of it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Converse => "Converse",
            Operation::ConverseStream => "ConverseStream",
            Operation::InvokeModel => "InvokeModel",
            Operation::InvokeModelWithResponseStream => "InvokeModelWithResponseStream",
            Operation::CountTokens => "CountTokens",
            Operation::StartAsyncInvoke => "StartAsyncInvoke",
            Operation::GetAsyncInvoke => "GetAsyncInvoke",
            Operation::ListAsyncInvokes => "ListAsyncInvokes",
            Operation::ApplyGuardrail => "ApplyGuardrail",
        }
    }

    /// Whether a model answers it, which takes quota and capacity.
    pub(crate) fn runs_a_model(self) -> bool {
        match self {
            Operation::Converse
            | Operation::ConverseStream
            | Operation::InvokeModel
            | Operation::InvokeModelWithResponseStream => true,
            Operation::CountTokens
            | Operation::StartAsyncInvoke
            | Operation::GetAsyncInvoke
            | Operation::ListAsyncInvokes
            | Operation::ApplyGuardrail => false,
        }
    }

    /// Whether service tier and latency mode are asked for in headers, as the body is the model's own.
    pub(crate) fn asks_in_headers(self) -> bool {
        matches!(self, Operation::InvokeModel | Operation::InvokeModelWithResponseStream)
    }

    fn from_path(segment: &str) -> Option<Self> {
        match segment {
            "converse" => Some(Operation::Converse),
            "converse-stream" => Some(Operation::ConverseStream),
            "invoke" => Some(Operation::InvokeModel),
            "invoke-with-response-stream" => Some(Operation::InvokeModelWithResponseStream),
            "count-tokens" => Some(Operation::CountTokens),
            _ => None,
        }
    }
}

/// The operation and the decoded model id of a request, or nothing if there is no such operation.
///
/// SDKs encode the colons and slashes of ids and ARNs; an id with bare slashes is understood as well.
pub(crate) fn parse(method: &Method, path: &str) -> Option<(Operation, String)> {
    let path = path.strip_prefix("/model/")?;
    let slash = path.as_bytes().iter().rposition(|byte| *byte == b'/')?;
    let operation = Operation::from_path(&path[slash + 1..])?;
    let model_id = decoded(&path[..slash]);
    (method == Method::POST && !model_id.is_empty()).then_some((operation, model_id))
}

/// A part of a path without its percent signs. Nearly all have one or two, so it is copied from one to the next.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.as_bytes();
    while let Some(at) = left.iter().position(|byte| *byte == b'%') {
        bytes.extend_from_slice(&left[..at]);
        let byte = left.get(at + 1..at + 3).and_then(hex);
        bytes.push(byte.unwrap_or(b'%'));
        left = &left[at + if byte.is_some() { 3 } else { 1 }..];
    }
    bytes.extend_from_slice(left);
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The byte that two hex digits stand for.
fn hex(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths() {
        let arn = "arn:aws:bedrock:us-east-1::foundation-model/acme.one-v1:0";
        let cases = [
            ("/model/acme.one-v1:0/converse", Some((Operation::Converse, "acme.one-v1:0"))),
            ("/model/acme.one-v1%3A0/converse-stream", Some((Operation::ConverseStream, "acme.one-v1:0"))),
            (
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Facme.one-v1%3A0/invoke",
                Some((Operation::InvokeModel, arn)),
            ),
            (
                "/model/arn:aws:bedrock:us-east-1::foundation-model/acme.one-v1:0/invoke-with-response-stream",
                Some((Operation::InvokeModelWithResponseStream, arn)),
            ),
            ("/model//converse", None),
            ("/model/converse", None),
            ("/model/acme.one-v1:0", None),
            ("/model/acme.one-v1:0/ponder", None),
            ("/model/acme.one-v1:0/converse/", None),
            ("/", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map(|(operation, id)| (operation, id.to_owned()));
            assert_eq!(parse(&Method::POST, path), expected, "{path}");
        }
        assert_eq!(parse(&Method::GET, "/model/acme.one-v1:0/converse"), None);
    }

    proptest! {
        #[test]
        fn what_is_decoded_is_what_the_standard_says(text in "([a-z:/]|%[0-9a-zA-Z]{0,2}|ü){0,20}") {
            let expected = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
            prop_assert_eq!(decoded(&text), expected);
        }

        #[test]
        fn any_path_is_parsed_or_passed_over(path in "\\PC*") {
            let _ = parse(&Method::POST, &path);
            let _ = parse(&Method::POST, &format!("/model/{path}/converse"));
        }

        #[test]
        fn every_encoded_id_is_found_again(id in "\\PC+") {
            let path = format!("/model/{}/invoke", utf8_percent_encode(&id, NON_ALPHANUMERIC));
            prop_assert_eq!(parse(&Method::POST, &path), Some((Operation::InvokeModel, id)));
        }
    }
}
