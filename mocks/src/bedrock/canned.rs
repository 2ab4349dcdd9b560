//! Canned answers: what a model says or calls when a request fits a rule.
//!
//! The first rule that fits decides. What it says is subject to the request like any other answer: it is cut
//! off at `max_tokens`, ends before a stop sequence, counts by the stated estimate and keeps the model's pace.

use std::sync::Arc;

use serde_json::Value;

use super::answer::StopReason;
use super::ask::{Ask, Tool, ToolChoice};
use super::model::ModelSpec;
use super::operation::Operation;
use crate::faults::PromptMatch;

/// What the models of a cloud answer where no rule fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerMode {
    /// So many tokens of an essay as the model's behaviour says, and tool calls where they are asked for.
    #[default]
    Essay,
    /// The text of the request's last turn, back again. A turn without text is answered by the essay; tools
    /// are called only where the request forces one.
    Echo,
}

/// An answer, and the requests that it is for.
///
/// A new rule is for all requests; `models`, `operations` and `prompt` each narrow it.
///
/// ```
/// use bedload_mocks::CannedRule;
/// use bedload_mocks::faults::PromptMatch;
///
/// let refund = CannedRule::say("No refunds.").models(["haiku"]).prompt(PromptMatch::substring("refund"));
/// let weather = CannedRule::call("get_weather").prompt(PromptMatch::substring("weather"));
/// assert_ne!(refund, weather);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CannedRule {
    models: Vec<String>,
    operations: Vec<String>,
    prompt: Option<PromptMatch>,
    say: Option<Arc<str>>,
    call: Option<CannedCall>,
    stop: Option<CannedStop>,
}

#[derive(Clone, Debug, PartialEq)]
struct CannedCall {
    tool: String,
    input: Option<Value>,
}

/// Why a model stops that has followed a rule to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannedStop {
    /// It has said all it had to say.
    EndTurn,
    /// It waits for the result of a tool.
    ToolUse,
    /// As if it had met the limit of its tokens.
    MaxTokens,
    /// As if it had met the first of the request's stop sequences.
    StopSequence,
    /// A guardrail spoke in its stead.
    GuardrailIntervened,
    /// A filter held its words back.
    ContentFiltered,
    /// It wrote what nobody can read.
    MalformedModelOutput,
    /// It called a tool as nobody can.
    MalformedToolUse,
    /// Its context window was full.
    ContextWindowExceeded,
}

impl CannedStop {
    fn reason(self, ask: &Ask) -> StopReason {
        match self {
            CannedStop::EndTurn => StopReason::EndTurn,
            CannedStop::ToolUse => StopReason::ToolUse,
            CannedStop::MaxTokens => StopReason::MaxTokens,
            CannedStop::StopSequence => {
                StopReason::StopSequence(ask.stop_sequences.first().cloned().unwrap_or_default())
            }
            CannedStop::GuardrailIntervened => StopReason::GuardrailIntervened,
            CannedStop::ContentFiltered => StopReason::ContentFiltered,
            CannedStop::MalformedModelOutput => StopReason::MalformedModelOutput,
            CannedStop::MalformedToolUse => StopReason::MalformedToolUse,
            CannedStop::ContextWindowExceeded => StopReason::ContextWindowExceeded,
        }
    }
}

impl CannedRule {
    /// Says this text.
    pub fn say(text: impl Into<String>) -> Self {
        CannedRule { say: Some(text.into().into()), ..Self::silent() }
    }

    /// Calls this tool, with an input that satisfies its schema. The rule is only for requests that offer the
    /// tool and do not forbid or force another.
    pub fn call(tool: impl Into<String>) -> Self {
        let call = CannedCall { tool: tool.into(), input: None };
        CannedRule { call: Some(call), ..Self::silent() }
    }

    /// Calls this tool with this input, whatever its schema says: a model's mistakes can be played too.
    pub fn call_with(tool: impl Into<String>, input: Value) -> Self {
        Self::silent().and_calls(tool, input)
    }

    /// Does so too, once it has said what it says.
    #[must_use]
    pub fn and_calls(mut self, tool: impl Into<String>, input: Value) -> Self {
        self.call = Some(CannedCall { tool: tool.into(), input: Some(input) });
        self
    }

    fn silent() -> Self {
        CannedRule {
            models: Vec::new(),
            operations: Vec::new(),
            prompt: None,
            say: None,
            call: None,
            stop: None,
        }
    }

    /// Only for these models, by the scenario's name or by id.
    #[must_use]
    pub fn models(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.models = names.into_iter().map(Into::into).collect();
        self
    }

    /// Only for these operations, by AWS's name: `ConverseStream`.
    #[must_use]
    pub fn operations(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.operations = names.into_iter().map(Into::into).collect();
        self
    }

    /// Only for requests whose last turn says this. Other than a fault's, the condition does not look at
    /// earlier turns: in an agent's loop they stay in the prompt, and the rule would never stop to fit.
    #[must_use]
    pub fn prompt(mut self, prompt: PromptMatch) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Why the model stops once it has followed the rule to its end; unless told here, `tool_use` where it
    /// calls a tool, and else `end_turn`.
    #[must_use]
    pub fn stop(mut self, stop: CannedStop) -> Self {
        self.stop = Some(stop);
        self
    }

    /// Whether this rule is for a request.
    pub(crate) fn fits(&self, model: &ModelSpec, operation: Operation, ask: &Ask) -> bool {
        let among = |names: &[String], name: &str| names.iter().any(|one| one == name);
        (self.models.is_empty() || among(&self.models, model.name()) || among(&self.models, model.id()))
            && (self.operations.is_empty() || among(&self.operations, operation.name()))
            && self.prompt.as_ref().is_none_or(|prompt| prompt.matches(&ask.last_said))
            && self.is_possible(ask)
    }

    /// Whether the request leaves the model free to do so.
    fn is_possible(&self, ask: &Ask) -> bool {
        match (&self.call, &ask.tool_choice) {
            (None, choice) => !choice.forces() || ask.tools.is_empty(),
            (Some(_), ToolChoice::Nothing) => false,
            (Some(call), ToolChoice::Named(name)) if call.tool != *name => false,
            (Some(call), _) => ask.tools.iter().any(|offered| offered.name == call.tool),
        }
    }

    /// What it says, if it says something.
    pub(crate) fn said(&self) -> Option<&str> {
        self.say.as_deref()
    }

    /// The tool that it calls, and with what input if the rule says so.
    pub(crate) fn called<'a>(&'a self, ask: &'a Ask) -> Option<(&'a Tool, Option<&'a Value>)> {
        let call = self.call.as_ref()?;
        ask.tools.iter().find(|offered| offered.name == call.tool).map(|tool| (tool, call.input.as_ref()))
    }

    /// Why the model stops then.
    pub(crate) fn stopped(&self, ask: &Ask) -> StopReason {
        let usual = if self.call.is_some() { CannedStop::ToolUse } else { CannedStop::EndTurn };
        self.stop.unwrap_or(usual).reason(ask)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::{Behaviour, Spread};

    fn haiku() -> ModelSpec {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        ModelSpec::new("haiku", "anthropic.claude-3-haiku-20240307-v1:0", behaviour).unwrap()
    }

    fn ask(tool_choice: ToolChoice) -> Ask {
        let tools = ["weather", "news"].map(|name| Tool { name: name.into(), schema: json!({}) });
        Ask { last_said: "Weather in Bern?".into(), tools: tools.to_vec(), tool_choice, ..Ask::default() }
    }

    #[test]
    fn every_condition_narrows_a_rule() {
        let say = || CannedRule::say("Rain.");
        let cases = [
            (say(), true),
            (say().models(["haiku", "opus"]), true),
            (say().models(["anthropic.claude-3-haiku-20240307-v1:0"]), true),
            (say().models(["opus"]), false),
            (say().operations(["ConverseStream", "Converse"]), true),
            (say().operations(["InvokeModel"]), false),
            (say().prompt(PromptMatch::substring("Bern")), true),
            (say().prompt(PromptMatch::regex("^Bern").unwrap()), false),
            (say().models(["haiku"]).prompt(PromptMatch::substring("Basel")), false),
        ];
        for (rule, expected) in cases {
            assert_eq!(
                rule.fits(&haiku(), Operation::Converse, &ask(ToolChoice::Auto)),
                expected,
                "{rule:?}"
            );
        }
    }

    #[test]
    fn a_request_must_leave_the_model_free_to_follow_the_rule() {
        let named = |name: &str| ToolChoice::Named(name.into());
        let cases = [
            (CannedRule::call("weather"), ToolChoice::Auto, true),
            (CannedRule::call("weather"), ToolChoice::Any, true),
            (CannedRule::call("weather"), named("weather"), true),
            (CannedRule::call("weather"), named("news"), false),
            (CannedRule::call("weather"), ToolChoice::Nothing, false),
            (CannedRule::call("stocks"), ToolChoice::Auto, false),
            (CannedRule::say("Rain."), ToolChoice::Auto, true),
            (CannedRule::say("Rain."), ToolChoice::Any, false),
            (CannedRule::say("Let me see.").and_calls("weather", json!({})), ToolChoice::Any, true),
            (CannedRule::say("Let me see.").and_calls("stocks", json!({})), ToolChoice::Auto, false),
        ];
        for (rule, choice, expected) in cases {
            let told = format!("{rule:?} {choice:?}");
            assert_eq!(rule.fits(&haiku(), Operation::Converse, &ask(choice)), expected, "{told}");
        }
    }
}
