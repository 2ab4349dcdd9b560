//! What mock models say to some prompts.

use std::sync::Arc;

use bedload_reports::record::{Name, Operation};
use serde_json::Value as Json;

use super::each;
use super::pattern::Pattern;
use super::world::World;
use crate::scenario::code::Code;
use crate::scenario::decode::Row;
use crate::scenario::file;
use crate::scenario::notes::{Note, Noted, Notes};

/// A rule by which a mock model answers. It says something, or calls a tool, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    name: Name,
    aim: AnswerAim,
    say: Option<Arc<str>>,
    call: Option<ToolCall>,
    stop_reason: StopReason,
}

/// Which requests a rule answers: those that match everything given. An empty list matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerAim {
    /// Models, by their names in the scenario.
    pub models: Vec<Name>,
    /// Operations.
    pub operations: Vec<Operation>,
    /// What the prompt must hold.
    pub prompt: Option<Pattern>,
}

impl AnswerAim {
    /// Whether every request matches.
    pub(super) fn is_everybody(&self) -> bool {
        *self == AnswerAim::default()
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// The tool's name.
    pub tool: Name,
    /// What it is given: a JSON object.
    pub input: Json,
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
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

impl StopReason {
    /// Converse's word for it.
    pub fn name(self) -> &'static str {
        match self {
            StopReason::EndTurn => "end_turn",
            StopReason::ToolUse => "tool_use",
            StopReason::MaxTokens => "max_tokens",
            StopReason::StopSequence => "stop_sequence",
            StopReason::GuardrailIntervened => "guardrail_intervened",
            StopReason::ContentFiltered => "content_filtered",
            StopReason::MalformedModelOutput => "malformed_model_output",
            StopReason::MalformedToolUse => "malformed_tool_use",
            StopReason::ModelContextWindowExceeded => "model_context_window_exceeded",
        }
    }
}

impl Answer {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Which requests it answers.
    pub fn aim(&self) -> &AnswerAim {
        &self.aim
    }

    /// The text of the answer, if it says anything.
    pub fn say(&self) -> Option<&Arc<str>> {
        self.say.as_ref()
    }

    /// The tool that it calls, if any.
    pub fn call(&self) -> Option<&ToolCall> {
        self.call.as_ref()
    }

    /// Why it ends.
    pub fn stop_reason(&self) -> StopReason {
        self.stop_reason
    }

    /// Why it would end if the scenario did not say.
    pub(crate) fn usual_stop_reason(&self) -> StopReason {
        usual(self.call.is_some())
    }

    pub(super) fn build(
        row: &Row<file::Answer>,
        raw: &file::Answer,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let aim = raw
            .r#where
            .value()
            .and_then(|given| given.map_or(Ok(AnswerAim::default()), |raw| aim(raw, world, notes)));
        let (say, call) = (raw.say.value()?, raw.call.value()?.map(tool_call).transpose()?);
        if say.is_none() && call.is_none() {
            let note = Note::new(Code::MissingKey, row.name.place, "an answer that says nothing")
                .label("what is the answer?")
                .help("add `say: …`, or `call: { tool: …, input: { … } }`");
            return Err(notes.add(note));
        }
        Ok(Answer {
            name: row.name.value.get().clone(),
            aim: aim?,
            stop_reason: raw.stop_reason.map_or(usual(call.is_some()), |word| (*word).into())?,
            say: say.map(|text| text.get().clone()),
            call,
        })
    }
}

fn usual(calls_tool: bool) -> StopReason {
    if calls_tool { StopReason::ToolUse } else { StopReason::EndTurn }
}

fn aim(raw: &file::AnswerWhere, world: &World, notes: &mut Notes) -> Result<AnswerAim, Noted> {
    let models = each(&raw.model, |model| world.models.find(model.value.get(), model.place, notes));
    let operations = each(&raw.operation, |operation| Ok(operation.value.into()));
    Ok(AnswerAim {
        models: models?,
        operations: operations?,
        prompt: raw.prompt.value()?.map(|pattern| pattern.get().clone()),
    })
}

fn tool_call(raw: &file::ToolCall) -> Result<ToolCall, Noted> {
    Ok(ToolCall {
        tool: raw.tool.value()?.get().clone(),
        input: raw
            .input
            .value()?
            .map_or_else(|| Json::Object(Default::default()), |input| input.get().clone()),
    })
}

impl From<file::StopWord> for StopReason {
    fn from(word: file::StopWord) -> Self {
        match word {
            file::StopWord::EndTurn => StopReason::EndTurn,
            file::StopWord::ToolUse => StopReason::ToolUse,
            file::StopWord::MaxTokens => StopReason::MaxTokens,
            file::StopWord::StopSequence => StopReason::StopSequence,
            file::StopWord::GuardrailIntervened => StopReason::GuardrailIntervened,
            file::StopWord::ContentFiltered => StopReason::ContentFiltered,
            file::StopWord::MalformedModelOutput => StopReason::MalformedModelOutput,
            file::StopWord::MalformedToolUse => StopReason::MalformedToolUse,
            file::StopWord::ModelContextWindowExceeded => StopReason::ModelContextWindowExceeded,
        }
    }
}
