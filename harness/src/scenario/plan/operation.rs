//! Operations of the cloud, those that flows call and those that only other clients, or workers, do.

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
    /// `SendMessage`
    SendMessage,
    /// `SendMessageBatch`
    SendMessageBatch,
    /// `ReceiveMessage`
    ReceiveMessage,
    /// `DeleteMessage`
    DeleteMessage,
    /// `DeleteMessageBatch`
    DeleteMessageBatch,
    /// `ChangeMessageVisibility`
    ChangeMessageVisibility,
    /// `GetItem`
    GetItem,
    /// `PutItem`
    PutItem,
    /// `UpdateItem`
    UpdateItem,
    /// `DeleteItem`
    DeleteItem,
    /// `BatchWriteItem`
    BatchWriteItem,
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
            AnyOperation::SendMessage => "send_message",
            AnyOperation::SendMessageBatch => "send_message_batch",
            AnyOperation::ReceiveMessage => "receive_message",
            AnyOperation::DeleteMessage => "delete_message",
            AnyOperation::DeleteMessageBatch => "delete_message_batch",
            AnyOperation::ChangeMessageVisibility => "change_message_visibility",
            AnyOperation::GetItem => "get_item",
            AnyOperation::PutItem => "put_item",
            AnyOperation::UpdateItem => "update_item",
            AnyOperation::DeleteItem => "delete_item",
            AnyOperation::BatchWriteItem => "batch_write_item",
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
            AnyOperation::SendMessage => "SendMessage",
            AnyOperation::SendMessageBatch => "SendMessageBatch",
            AnyOperation::ReceiveMessage => "ReceiveMessage",
            AnyOperation::DeleteMessage => "DeleteMessage",
            AnyOperation::DeleteMessageBatch => "DeleteMessageBatch",
            AnyOperation::ChangeMessageVisibility => "ChangeMessageVisibility",
            AnyOperation::GetItem => "GetItem",
            AnyOperation::PutItem => "PutItem",
            AnyOperation::UpdateItem => "UpdateItem",
            AnyOperation::DeleteItem => "DeleteItem",
            AnyOperation::BatchWriteItem => "BatchWriteItem",
        }
    }

    /// Whether the answer arrives as a stream of events.
    pub fn streams(self) -> bool {
        matches!(self, AnyOperation::Call(operation) if operation.streams())
    }
}
