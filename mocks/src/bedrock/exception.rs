//! The exceptions that Bedrock Runtime models, and how each looks on the wire.
//!
//! A client tells them apart by name: in `x-amzn-errortype` before an answer has begun, and in
//! `:exception-type`, in camel case, within an event stream. Names, statuses, members and the operations
//! that may answer them are those of the service model `bedrock-runtime` 2023-09-30, as botocore 1.44.5
//! carries it. Texts are not modelled: each is one that somebody saw and quoted in public, or is marked
//! as recalled.

use http::StatusCode;
use serde_json::{Value, json};

/// The operations of Bedrock Runtime that ask a model for an answer.
const INFERENCE: &[&str] = &["InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"];
/// All the operations that this cloud serves but the two that only look up invocations.
const DOING: &[&str] = &[
    "InvokeModel",
    "InvokeModelWithResponseStream",
    "Converse",
    "ConverseStream",
    "CountTokens",
    "StartAsyncInvoke",
    "ApplyGuardrail",
];
/// All the operations that this cloud serves.
const EVERY: &[&str] = &[
    "InvokeModel",
    "InvokeModelWithResponseStream",
    "Converse",
    "ConverseStream",
    "CountTokens",
    "StartAsyncInvoke",
    "GetAsyncInvoke",
    "ListAsyncInvokes",
    "ApplyGuardrail",
];
const BOTH_STREAMS: &[&str] = &["ConverseStream", "InvokeModelWithResponseStream"];

/// What Bedrock says of a failure that is its own; quoted for `InternalServerException`, for
/// `ModelErrorException` (langchain-ai/langchain-aws#435) and, within a stream, for
/// `ModelStreamErrorException` (aws/aws-sdk-js-v3#6266).
const UNEXPECTED: &str =
    "The system encountered an unexpected error during processing. Try your request again.";
/// What Nova's failures to call a tool say, whole (langchain-ai/langchain-aws#567) and within a stream
/// (aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws#895).
const INVALID_TOOL_USE: &str = "Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide.";

/// A modelled exception of Bedrock Runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exception {
    /// 403: the caller may not do this.
    AccessDenied,
    /// 400: an asynchronous invocation's token was used before, for something else.
    Conflict,
    /// 500: the service broke.
    InternalServer,
    /// 424: the model broke.
    ModelError,
    /// 429: the model is still being loaded. SDKs retry it, and not as a throttle.
    ModelNotReady,
    /// 424: the model broke while it was speaking.
    ModelStreamError,
    /// 408: the model took too long. No SDK retries it.
    ModelTimeout,
    /// 404: there is no such model, profile or guardrail.
    ResourceNotFound,
    /// 400: a quota other than one of requests or tokens in a time is used up. No SDK retries it.
    ServiceQuotaExceeded,
    /// 503: the service has no capacity to spare.
    ServiceUnavailable,
    /// 429: the caller is over its quota.
    Throttling,
    /// 400: the request breaks a rule.
    Validation,
}

/// What is fixed of an exception: one row of the catalogue.
struct Row {
    name: &'static str,
    event_name: &'static str,
    status: StatusCode,
    /// The operations that model it as an HTTP error.
    operations: &'static [&'static str],
    /// The operations in whose event stream it may stand.
    streams: &'static [&'static str],
    /// Texts as seen; the first is the default.
    messages: &'static [&'static str],
}

impl Exception {
    /// All of them, by name.
    pub const ALL: [Exception; 12] = [
        Exception::AccessDenied,
        Exception::Conflict,
        Exception::InternalServer,
        Exception::ModelError,
        Exception::ModelNotReady,
        Exception::ModelStreamError,
        Exception::ModelTimeout,
        Exception::ResourceNotFound,
        Exception::ServiceQuotaExceeded,
        Exception::ServiceUnavailable,
        Exception::Throttling,
        Exception::Validation,
    ];

    /// The exception with this name, be it written as in `x-amzn-errortype` (`ThrottlingException`) or as
    /// in an event stream (`throttlingException`).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exception| name == exception.name() || name == exception.event_name())
    }

    /// Its name, as in `x-amzn-errortype`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Its name in an event stream, as in `:exception-type`.
    pub fn event_name(self) -> &'static str {
        self.row().event_name
    }

    /// The HTTP status that it has before an answer has begun.
    pub fn status(self) -> StatusCode {
        self.row().status
    }

    /// Whether an operation, by AWS's name, models it as an HTTP error.
    pub fn is_of(self, operation: &str) -> bool {
        self.row().operations.contains(&operation)
    }

    /// Whether the event stream of an operation, by AWS's name, may hold it. An SDK that meets another one
    /// has no type for it: botocore reports it without code and message.
    pub fn is_in_stream_of(self, operation: &str) -> bool {
        self.row().streams.contains(&operation)
    }

    /// What it says unless told otherwise.
    pub fn message(self) -> &'static str {
        self.messages().first().copied().unwrap_or_default()
    }

    /// What it has been seen to say, the commonest first.
    pub fn messages(self) -> &'static [&'static str] {
        self.row().messages
    }

    /// Its JSON with this text, the same as the body of an HTTP error and as the payload of a frame.
    ///
    /// The members beside the text are `originalStatusCode` with `resourceName` or `originalMessage`, on
    /// the two exceptions that have them. Their values are ours; nobody quotes real ones.
    pub fn payload(self, message: &str) -> Value {
        match self {
            Exception::ModelError => {
                json!({ "message": message, "originalStatusCode": 500, "resourceName": "model" })
            }
            Exception::ModelStreamError => {
                json!({ "message": message, "originalStatusCode": 500, "originalMessage": message })
            }
            _ => json!({ "message": message }),
        }
    }

    fn row(self) -> Row {
        match self {
            Exception::AccessDenied => Row {
                name: "AccessDeniedException",
                event_name: "accessDeniedException",
                status: StatusCode::FORBIDDEN,
                operations: EVERY,
                streams: &[],
                // strands-agents/harness-sdk#38; aws-samples/amazon-bedrock-workshop#100.
                messages: &[
                    "You don't have access to the model with the specified model ID.",
                    "Your account is not authorized to invoke this API operation.",
                ],
            },
            Exception::Conflict => Row {
                name: "ConflictException",
                event_name: "conflictException",
                status: StatusCode::BAD_REQUEST,
                operations: &["StartAsyncInvoke"],
                streams: &[],
                // The service model's own words; nobody quotes a real one.
                messages: &["Error occurred because of a conflict while performing an operation."],
            },
            Exception::InternalServer => Row {
                name: "InternalServerException",
                event_name: "internalServerException",
                status: StatusCode::INTERNAL_SERVER_ERROR,
                operations: EVERY,
                streams: BOTH_STREAMS,
                messages: &[UNEXPECTED],
            },
            Exception::ModelError => Row {
                name: "ModelErrorException",
                event_name: "modelErrorException",
                status: StatusCode::FAILED_DEPENDENCY,
                operations: INFERENCE,
                streams: &[],
                messages: &[UNEXPECTED, INVALID_TOOL_USE],
            },
            Exception::ModelNotReady => Row {
                name: "ModelNotReadyException",
                event_name: "modelNotReadyException",
                status: StatusCode::TOO_MANY_REQUESTS,
                operations: INFERENCE,
                streams: &[],
                // Recalled, of imported models.
                messages: &["Model is not ready for inference. Wait and try your request again."],
            },
            Exception::ModelStreamError => Row {
                name: "ModelStreamErrorException",
                event_name: "modelStreamErrorException",
                status: StatusCode::FAILED_DEPENDENCY,
                operations: &["InvokeModelWithResponseStream"],
                streams: BOTH_STREAMS,
                messages: &[UNEXPECTED, INVALID_TOOL_USE],
            },
            Exception::ModelTimeout => Row {
                name: "ModelTimeoutException",
                event_name: "modelTimeoutException",
                status: StatusCode::REQUEST_TIMEOUT,
                operations: INFERENCE,
                streams: &["InvokeModelWithResponseStream"],
                // Quoted by several public repositories, as of Nova Sonic's sessions.
                messages: &["Model has timed out in processing the request. Try your request again."],
            },
            Exception::ResourceNotFound => Row {
                name: "ResourceNotFoundException",
                event_name: "resourceNotFoundException",
                status: StatusCode::NOT_FOUND,
                operations: DOING,
                streams: &[],
                // truera/trulens#779.
                messages: &["Could not resolve the foundation model from the provided model identifier."],
            },
            Exception::ServiceQuotaExceeded => Row {
                name: "ServiceQuotaExceededException",
                event_name: "serviceQuotaExceededException",
                status: StatusCode::BAD_REQUEST,
                operations: &[
                    "InvokeModel",
                    "InvokeModelWithResponseStream",
                    "StartAsyncInvoke",
                    "ApplyGuardrail",
                ],
                streams: &[],
                // The service model's own words; nobody quotes a real one.
                messages: &["Your request exceeds the service quota for your account."],
            },
            Exception::ServiceUnavailable => Row {
                name: "ServiceUnavailableException",
                event_name: "serviceUnavailableException",
                status: StatusCode::SERVICE_UNAVAILABLE,
                operations: DOING,
                streams: BOTH_STREAMS,
                // The last one: darko-mesaros/bedrust#47; the others: public pages.
                messages: &[
                    "Service temporarily unavailable, please try again.",
                    "Too many connections, please wait before trying again.",
                    "Bedrock is unable to process your request.",
                ],
            },
            Exception::Throttling => Row {
                name: "ThrottlingException",
                event_name: "throttlingException",
                status: StatusCode::TOO_MANY_REQUESTS,
                operations: EVERY,
                streams: BOTH_STREAMS,
                // AWS re:Post on Bedrock throttling, and public repositories that quote the rest.
                messages: &[
                    "Too many requests, please wait before trying again.",
                    "Your request rate is too high. Reduce the frequency of requests.",
                    "Too many tokens, please wait before trying again.",
                    "Too many tokens per day, please wait before trying again.",
                ],
            },
            Exception::Validation => Row {
                name: "ValidationException",
                event_name: "validationException",
                status: StatusCode::BAD_REQUEST,
                operations: EVERY,
                streams: BOTH_STREAMS,
                // Recalled; aws/aws-sdk-js-v3#6266; Kilo-Org/kilocode#1178.
                messages: &[
                    "Malformed input request, please reformat your input and try again.",
                    "Input is too long for requested model.",
                    "The provided model identifier is invalid.",
                ],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_name_find_it() {
        for exception in Exception::ALL {
            assert_eq!(Exception::from_name(exception.name()), Some(exception));
            assert_eq!(Exception::from_name(exception.event_name()), Some(exception));
            assert!(exception.name().eq_ignore_ascii_case(exception.event_name()));
            assert!(exception.event_name().starts_with(char::is_lowercase));
        }
        for unknown in ["", "Throttling", "throttlingexception", "ThrottlingException "] {
            assert_eq!(Exception::from_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn they_are_listed_by_name() {
        assert!(Exception::ALL.is_sorted_by_key(|exception| exception.name()));
    }

    /// The unions `ConverseStreamOutput` and `ResponseStream` of the service model.
    #[test]
    fn a_stream_holds_what_its_union_holds() {
        let held = |operation| {
            Exception::ALL.into_iter().filter(move |exception| exception.is_in_stream_of(operation))
        };
        let common = [
            Exception::InternalServer,
            Exception::ModelStreamError,
            Exception::ServiceUnavailable,
            Exception::Throttling,
            Exception::Validation,
        ];
        assert!(held("ConverseStream").eq(common));
        let beside: Vec<_> =
            held("InvokeModelWithResponseStream").filter(|exception| !common.contains(exception)).collect();
        assert_eq!(beside, [Exception::ModelTimeout]);
        assert_eq!(held("Converse").count(), 0);
    }

    /// The lengths of the lists of errors in the service model.
    #[test]
    fn an_operation_has_the_errors_of_its_model() {
        let lists = [
            ("InvokeModel", 10),
            ("InvokeModelWithResponseStream", 11),
            ("Converse", 9),
            ("ConverseStream", 9),
            ("CountTokens", 6),
            ("StartAsyncInvoke", 8),
            ("GetAsyncInvoke", 4),
            ("ListAsyncInvokes", 4),
            ("ApplyGuardrail", 7),
            ("Ponder", 0),
        ];
        for (operation, errors) in lists {
            let count = Exception::ALL.iter().filter(|exception| exception.is_of(operation)).count();
            assert_eq!(count, errors, "{operation}");
        }
    }

    #[test]
    fn each_has_something_to_say_and_says_it_in_its_payload() {
        for exception in Exception::ALL {
            assert!(!exception.message().is_empty(), "{exception:?}");
            assert_eq!(exception.payload("no")["message"], "no");
        }
        assert_eq!(Exception::ModelError.payload("no")["originalStatusCode"], 500);
        assert_eq!(Exception::ModelStreamError.payload("no")["originalMessage"], "no");
    }
}
