//! Why an answer ends.

/// Why a model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// It had said all it had to say.
    EndTurn,
    /// It was cut off where the request said.
    MaxTokens,
    /// It would have said this, before which the request told it to stop.
    StopSequence(String),
    /// It waits for the result of a tool.
    ToolUse,
    /// A guardrail spoke in its stead.
    GuardrailIntervened,
    /// A filter of the provider held its words back.
    ContentFiltered,
    /// It wrote what nobody can read.
    MalformedModelOutput,
    /// It called a tool as nobody can.
    MalformedToolUse,
    /// Its context window was full.
    ContextWindowExceeded,
}

impl StopReason {
    /// The word for it in Converse and in the Messages API.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            StopReason::EndTurn => "end_turn",
            StopReason::MaxTokens => "max_tokens",
            StopReason::StopSequence(_) => "stop_sequence",
            StopReason::ToolUse => "tool_use",
            StopReason::GuardrailIntervened => "guardrail_intervened",
            StopReason::ContentFiltered => "content_filtered",
            StopReason::MalformedModelOutput => "malformed_model_output",
            StopReason::MalformedToolUse => "malformed_tool_use",
            StopReason::ContextWindowExceeded => "model_context_window_exceeded",
        }
    }

    /// The sequence that stopped it.
    pub(crate) fn sequence(&self) -> Option<&str> {
        match self {
            StopReason::StopSequence(sequence) => Some(sequence),
            _ => None,
        }
    }
}
