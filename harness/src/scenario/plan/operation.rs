//! Bedrock's operations, those that flows call and those that only other clients do.

use bedload_reports::record::Operation;

/// An operation that a fault may be aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyOperation {
    /// One of the four that flows call.
    Call(Operation),
    /// `CountTokens`
    CountTokens,
    /// `StartAsyncInvoke`
    StartAsyncInvoke,
    /// `GetAsyncInvoke`
    GetAsyncInvoke,
    /// `ListAsyncInvokes`
    ListAsyncInvokes,
    /// `ApplyGuardrail`
    ApplyGuardrail,
}

impl AnyOperation {
    /// The word for it in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            AnyOperation::Call(operation) => operation.name(),
            AnyOperation::CountTokens => "count_tokens",
            AnyOperation::StartAsyncInvoke => "start_async_invoke",
            AnyOperation::GetAsyncInvoke => "get_async_invoke",
            AnyOperation::ListAsyncInvokes => "list_async_invokes",
            AnyOperation::ApplyGuardrail => "apply_guardrail",
        }
    }

    /// The service's own name of it.
    pub fn aws_name(self) -> &'static str {
        match self {
            AnyOperation::Call(operation) => operation.aws_name(),
            AnyOperation::CountTokens => "CountTokens",
            AnyOperation::StartAsyncInvoke => "StartAsyncInvoke",
            AnyOperation::GetAsyncInvoke => "GetAsyncInvoke",
            AnyOperation::ListAsyncInvokes => "ListAsyncInvokes",
            AnyOperation::ApplyGuardrail => "ApplyGuardrail",
        }
    }

    /// Whether the answer arrives as a stream of events.
    pub fn streams(self) -> bool {
        matches!(self, AnyOperation::Call(operation) if operation.streams())
    }
}
