//! Bedrock's operations, by their words.

use bedload_reports::record::Operation;
use schemars::JsonSchema;

use crate::scenario::decode::choice;
use crate::scenario::plan::AnyOperation;

/// One of Bedrock's ways to ask a model, by its word in `call:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum CallWord {
    /// `Converse`
    Converse,
    /// `ConverseStream`
    ConverseStream,
    /// `InvokeModel`
    Invoke,
    /// `InvokeModelWithResponseStream`
    InvokeStream,
    /// `StartAsyncInvoke`
    AsyncInvoke,
}

choice!(CallWord: "an operation" {
    converse: Converse,
    converse_stream: ConverseStream,
    invoke: Invoke,
    invoke_stream: InvokeStream,
    async_invoke: AsyncInvoke,
});

/// An operation of the cloud, whether or not a flow of ours can call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum OperationWord {
    /// `Converse`
    Converse,
    /// `ConverseStream`
    ConverseStream,
    /// `InvokeModel`
    Invoke,
    /// `InvokeModelWithResponseStream`
    InvokeStream,
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

choice!(OperationWord: "an operation" {
    converse: Converse,
    converse_stream: ConverseStream,
    invoke: Invoke,
    invoke_stream: InvokeStream,
    count_tokens: CountTokens,
    start_async_invoke: StartAsyncInvoke,
    get_async_invoke: GetAsyncInvoke,
    list_async_invokes: ListAsyncInvokes,
    apply_guardrail: ApplyGuardrail,
    send_message: SendMessage,
    send_message_batch: SendMessageBatch,
    receive_message: ReceiveMessage,
    delete_message: DeleteMessage,
    delete_message_batch: DeleteMessageBatch,
    change_message_visibility: ChangeMessageVisibility,
    get_item: GetItem,
    put_item: PutItem,
    update_item: UpdateItem,
    delete_item: DeleteItem,
    batch_write_item: BatchWriteItem,
});

impl From<CallWord> for Operation {
    fn from(word: CallWord) -> Self {
        match word {
            CallWord::Converse => Operation::Converse,
            CallWord::ConverseStream => Operation::ConverseStream,
            CallWord::Invoke => Operation::Invoke,
            CallWord::InvokeStream => Operation::InvokeStream,
            CallWord::AsyncInvoke => Operation::AsyncInvoke,
        }
    }
}

impl From<OperationWord> for AnyOperation {
    fn from(word: OperationWord) -> Self {
        match word {
            OperationWord::Converse => AnyOperation::Call(Operation::Converse),
            OperationWord::ConverseStream => AnyOperation::Call(Operation::ConverseStream),
            OperationWord::Invoke => AnyOperation::Call(Operation::Invoke),
            OperationWord::InvokeStream => AnyOperation::Call(Operation::InvokeStream),
            OperationWord::CountTokens => AnyOperation::CountTokens,
            OperationWord::StartAsyncInvoke => AnyOperation::StartAsyncInvoke,
            OperationWord::GetAsyncInvoke => AnyOperation::GetAsyncInvoke,
            OperationWord::ListAsyncInvokes => AnyOperation::ListAsyncInvokes,
            OperationWord::ApplyGuardrail => AnyOperation::ApplyGuardrail,
            OperationWord::SendMessage => AnyOperation::SendMessage,
            OperationWord::SendMessageBatch => AnyOperation::SendMessageBatch,
            OperationWord::ReceiveMessage => AnyOperation::ReceiveMessage,
            OperationWord::DeleteMessage => AnyOperation::DeleteMessage,
            OperationWord::DeleteMessageBatch => AnyOperation::DeleteMessageBatch,
            OperationWord::ChangeMessageVisibility => AnyOperation::ChangeMessageVisibility,
            OperationWord::GetItem => AnyOperation::GetItem,
            OperationWord::PutItem => AnyOperation::PutItem,
            OperationWord::UpdateItem => AnyOperation::UpdateItem,
            OperationWord::DeleteItem => AnyOperation::DeleteItem,
            OperationWord::BatchWriteItem => AnyOperation::BatchWriteItem,
        }
    }
}
