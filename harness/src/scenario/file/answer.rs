//! `answers:`

use schemars::JsonSchema;

use super::operation::CallWord;
use crate::scenario::decode::{Optional, Required, choice, record};
use crate::scenario::leaf::{JsonObject, Name, OneOrMany, Pattern, Text};

/// What a mock model says to some prompts. At least one of `say` and `call`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Answer {
    /// To which requests; the first rule that matches answers. To all without it.
    pub r#where: Optional<AnswerWhere>,
    /// The text of the answer.
    pub say: Optional<Text>,
    /// The tool that the answer calls.
    pub call: Optional<ToolCall>,
    /// Why the answer ends: `tool_use` where it calls a tool, else `end_turn`, unless told otherwise.
    pub stop_reason: Optional<StopWord>,
}

record!(Answer { r#where, say, call, stop_reason });

/// Which requests a rule answers: those that match every key given.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct AnswerWhere {
    /// Only these models.
    pub model: Optional<OneOrMany<Name>>,
    /// Only these operations.
    pub operation: Optional<OneOrMany<CallWord>>,
    /// Only prompts that hold this text, or a match of `{ regex: … }`.
    pub prompt: Optional<Pattern>,
}

record!(AnswerWhere { model, operation, prompt });

/// A call of a tool.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ToolCall {
    /// The tool, by its name in the request.
    pub tool: Required<Name>,
    /// What it is given; an empty object without this.
    pub input: Optional<JsonObject>,
}

record!(ToolCall { tool, input });

/// Why an answer ends, in Converse's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum StopWord {
    /// The model is done.
    EndTurn,
    /// It wants a tool's answer.
    ToolUse,
    /// It was cut off.
    MaxTokens,
    /// It said a stop sequence.
    StopSequence,
    /// A guardrail stepped in.
    GuardrailIntervened,
    /// Its content was filtered.
    ContentFiltered,
    /// It wrote what nobody can read.
    MalformedModelOutput,
    /// It called a tool as nobody can.
    MalformedToolUse,
    /// The context window is full.
    ModelContextWindowExceeded,
}

choice!(StopWord: "a stop reason" {
    end_turn: EndTurn,
    tool_use: ToolUse,
    max_tokens: MaxTokens,
    stop_sequence: StopSequence,
    guardrail_intervened: GuardrailIntervened,
    content_filtered: ContentFiltered,
    malformed_model_output: MalformedModelOutput,
    malformed_tool_use: MalformedToolUse,
    model_context_window_exceeded: ModelContextWindowExceeded,
});
