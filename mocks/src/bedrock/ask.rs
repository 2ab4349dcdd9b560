//! What a request asks of a model, whatever the dialect it is written in.
//!
//! Each dialect reads its own words and checks them by its own rules; what is left is an [`Ask`], and it
//! is all that an answer, a quota or a canned rule needs to know.

use std::num::NonZeroU32;

use http::HeaderMap;
use serde_json::Value;

use super::prompt_cache::Prefix;
use super::tier::{LatencyMode, ServiceTier};
use crate::ledger::Exchange;

/// A request to a model, once its dialect has been understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ask {
    /// The length of the whole prompt by the estimate of [`tokens`](super::tokens), cached or not.
    pub prompt_tokens: u32,
    /// The most tokens that the answer may have; none if the request leaves it to the model.
    pub max_tokens: Option<NonZeroU32>,
    /// Texts before which the answer ends.
    pub stop_sequences: Vec<String>,
    /// The tools that the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must.
    pub tool_choice: ToolChoice,
    /// Whether it thinks aloud before it speaks.
    pub thinking: Thinking,
    /// The text of the last turn of the user: its text blocks, or else what its tool results say.
    pub last_said: String,
    /// Whether the last turn brings the result of a tool.
    pub brings_result: bool,
    /// The service tier asked for.
    pub service_tier: Option<ServiceTier>,
    /// The latency mode asked for.
    pub latency: Option<LatencyMode>,
    /// What stands before each of its marks for the prompt cache.
    pub cache_prefixes: Vec<Prefix>,
    /// Which fields of the model's own response the answer should show as well: JSON pointers.
    pub response_paths: Vec<String>,
    /// The guardrail that watches.
    pub guard: Option<Guard>,
    /// How many tokens the answer is to have, if the caller decides it: see `Exchange::ANSWER_TOKENS_HEADER`.
    pub answer_tokens: Option<u32>,
}

/// A guardrail that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Its id or ARN.
    pub id: String,
    /// Whether the answer says what it found.
    pub traced: bool,
}

/// A tool that a model may call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tool {
    /// Its name.
    pub name: String,
    /// The JSON schema of its input.
    pub schema: Value,
}

/// Whether a tool is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// One of them, whichever.
    Any,
    /// The one with this name.
    Named(String),
    /// None of them.
    Nothing,
}

/// Whether a model thinks aloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It does not.
    #[default]
    Off,
    /// It does, in at most this many tokens.
    Budget(NonZeroU32),
}

impl ToolChoice {
    /// Whether a tool is called in any case.
    pub(crate) fn forces(&self) -> bool {
        matches!(self, ToolChoice::Any | ToolChoice::Named(_))
    }
}

impl Ask {
    /// The same, answered at the length that its headers ask for, if they do.
    pub(crate) fn at_length(self, headers: &HeaderMap) -> Self {
        let asked = headers.get(Exchange::ANSWER_TOKENS_HEADER);
        let answer_tokens = asked.and_then(|length| length.to_str().ok()?.parse().ok());
        Ask { answer_tokens, ..self }
    }

    /// The tool that this request's answer calls, if it calls one; `pick` chooses one of so many.
    ///
    /// A forced choice calls always. Left to itself the model calls a tool unless the last turn brings
    /// the result of one, so that an agent's loop ends after its first round.
    pub(crate) fn called(&self, pick: impl FnOnce(usize) -> usize) -> Option<&Tool> {
        match &self.tool_choice {
            ToolChoice::Nothing => None,
            ToolChoice::Auto if self.brings_result => None,
            ToolChoice::Named(name) => self.tools.iter().find(|tool| tool.name == *name),
            ToolChoice::Auto | ToolChoice::Any if self.tools.is_empty() => None,
            ToolChoice::Auto | ToolChoice::Any => self.tools.get(pick(self.tools.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_tool_is_called_when_it_must_be_or_nothing_was_called_yet() {
        let tools =
            vec!["one", "two"].into_iter().map(|name| Tool { name: name.into(), schema: Value::Null });
        let tools: Vec<Tool> = tools.collect();
        let named = |name: &str| ToolChoice::Named(name.into());
        let cases = [
            (ToolChoice::Auto, false, Some("two")),
            (ToolChoice::Auto, true, None),
            (ToolChoice::Any, false, Some("two")),
            (ToolChoice::Any, true, Some("two")),
            (named("one"), true, Some("one")),
            (named("three"), false, None),
            (ToolChoice::Nothing, false, None),
        ];
        for (tool_choice, brings_result, expected) in cases {
            let said = format!("{tool_choice:?} {brings_result}");
            let ask = Ask { tools: tools.clone(), tool_choice, brings_result, ..Ask::default() };
            let called = ask.called(|many| many - 1).map(|tool| tool.name.as_str());
            assert_eq!(called, expected, "{said}");
        }
        assert_eq!(Ask::default().called(|_| 0), None);
    }

    #[test]
    fn a_caller_may_decide_how_long_the_answer_is() {
        for (text, length) in [("44", Some(44)), ("0", Some(0)), ("many", None), ("-1", None)] {
            let mut headers = HeaderMap::new();
            headers.extend([(
                HeaderName::from_static(Exchange::ANSWER_TOKENS_HEADER),
                HeaderValue::from_static(text),
            )]);
            assert_eq!(Ask::default().at_length(&headers).answer_tokens, length, "{text}");
        }
        assert_eq!(Ask::default().at_length(&HeaderMap::new()).answer_tokens, None);
    }
}
