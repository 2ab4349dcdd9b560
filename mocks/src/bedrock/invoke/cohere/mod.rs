//! The dialects of Cohere's models: Command completes a text, Command R leads a conversation with tools.
//!
//! Sources: AWS's guide of Bedrock, on the parameters of Cohere Command and of Command R and R+ models; the
//! events of Command R's stream are recalled from Cohere's own chat API.

mod command;
mod command_r;

pub(super) use command::{chunks, message, read};
pub(super) use command_r::{chunks as chunks_r, message as message_r, read as read_r};

use crate::bedrock::answer::{Answer, StopReason};

fn finish_reason(answer: &Answer) -> &'static str {
    match answer.stop() {
        StopReason::MaxTokens => "MAX_TOKENS",
        StopReason::ContentFiltered | StopReason::GuardrailIntervened => "ERROR_TOXIC",
        _ => "COMPLETE",
    }
}

fn id(answer: &Answer) -> String {
    format!("{:032x}", answer.id())
}
