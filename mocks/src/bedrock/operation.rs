//! Which operation a path stands for, on which model: `POST /model/{modelId}/{operation}`.

use http::Method;
use percent_encoding::percent_decode_str;

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
    let (model_id, operation) = path.strip_prefix("/model/")?.rsplit_once('/')?;
    let operation = Operation::from_path(operation)?;
    let model_id = percent_decode_str(model_id).decode_utf8_lossy().into_owned();
    (method == Method::POST && !model_id.is_empty()).then_some((operation, model_id))
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
