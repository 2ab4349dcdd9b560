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
    what: What,
    stop: Option<CannedStop>,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Say(Arc<str>),
    Call { tool: String, input: Option<Value> },
}

/// Why a model stops that says a canned text to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannedStop {
    /// It has said all it had to say.
    EndTurn,
    /// As if it had met the limit of its tokens.
    MaxTokens,
    /// A guardrail spoke in its stead.
    GuardrailIntervened,
    /// A filter held its words back.
    ContentFiltered,
}

impl CannedStop {
    /// All of them.
    pub const ALL: [CannedStop; 4] = [
        CannedStop::EndTurn,
        CannedStop::MaxTokens,
        CannedStop::GuardrailIntervened,
        CannedStop::ContentFiltered,
    ];

    /// Converse's word for it.
    pub fn name(self) -> &'static str {
        match self {
            CannedStop::EndTurn => "end_turn",
            CannedStop::MaxTokens => "max_tokens",
            CannedStop::GuardrailIntervened => "guardrail_intervened",
            CannedStop::ContentFiltered => "content_filtered",
        }
    }
}

impl From<CannedStop> for StopReason {
    fn from(stop: CannedStop) -> Self {
        match stop {
            CannedStop::EndTurn => StopReason::EndTurn,
            CannedStop::MaxTokens => StopReason::MaxTokens,
            CannedStop::GuardrailIntervened => StopReason::GuardrailIntervened,
            CannedStop::ContentFiltered => StopReason::ContentFiltered,
        }
    }
}

impl CannedRule {
    /// Says this text.
    pub fn say(text: impl Into<String>) -> Self {
        Self::new(What::Say(text.into().into()))
    }

    /// Calls this tool, with an input that satisfies its schema. The rule is only for requests that offer the
    /// tool and do not forbid or force another.
    pub fn call(tool: impl Into<String>) -> Self {
        Self::new(What::Call { tool: tool.into(), input: None })
    }

    /// Calls this tool with this input, whatever its schema says: a model's mistakes can be played too.
    pub fn call_with(tool: impl Into<String>, input: Value) -> Self {
        Self::new(What::Call { tool: tool.into(), input: Some(input) })
    }

    fn new(what: What) -> Self {
        CannedRule { models: Vec::new(), operations: Vec::new(), prompt: None, what, stop: None }
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

    /// Why the model stops once it has said the text to its end; `end_turn` if nothing is said here. A call
    /// stops for its tool, always.
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
        match (&self.what, &ask.tool_choice) {
            (What::Say(_), choice) => !choice.forces() || ask.tools.is_empty(),
            (What::Call { .. }, ToolChoice::Nothing) => false,
            (What::Call { tool, .. }, ToolChoice::Named(name)) if tool != name => false,
            (What::Call { tool, .. }, _) => ask.tools.iter().any(|offered| offered.name == *tool),
        }
    }

    /// What it says, if it says something, and why it stops then.
    pub(crate) fn said(&self) -> Option<(&str, StopReason)> {
        match &self.what {
            What::Say(text) => Some((text, self.stop.unwrap_or(CannedStop::EndTurn).into())),
            What::Call { .. } => None,
        }
    }

    /// The tool that it calls, and with what input if the rule says so.
    pub(crate) fn called<'a>(&'a self, ask: &'a Ask) -> Option<(&'a Tool, Option<&'a Value>)> {
        match &self.what {
            What::Say(_) => None,
            What::Call { tool, input } => {
                ask.tools.iter().find(|offered| offered.name == *tool).map(|tool| (tool, input.as_ref()))
            }
        }
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
        ];
        for (rule, choice, expected) in cases {
            let told = format!("{rule:?} {choice:?}");
            assert_eq!(rule.fits(&haiku(), Operation::Converse, &ask(choice)), expected, "{told}");
        }
    }
}
