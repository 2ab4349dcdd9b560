//! What a prompt must say for a fault to strike it.

use regex::Regex;
use thiserror::Error;

/// A condition on the text of a prompt.
#[derive(Clone, Debug)]
pub struct PromptMatch(Rule);

#[derive(Clone, Debug)]
enum Rule {
    Substring(String),
    Regex(Regex),
}

impl PromptMatch {
    /// A prompt that contains this text, letter by letter.
    pub fn substring(text: impl Into<String>) -> Self {
        PromptMatch(Rule::Substring(text.into()))
    }

    /// A prompt in which this regular expression finds something, in time linear in the prompt.
    ///
    /// # Errors
    /// The text is no regular expression, or one that grows too large.
    pub fn regex(pattern: &str) -> Result<Self, PromptMatchError> {
        let regex = Regex::new(pattern).map_err(|error| PromptMatchError(error.to_string()))?;
        Ok(PromptMatch(Rule::Regex(regex)))
    }

    /// Whether a prompt meets the condition.
    pub fn matches(&self, prompt: &str) -> bool {
        match &self.0 {
            Rule::Substring(text) => prompt.contains(text),
            Rule::Regex(regex) => regex.is_match(prompt),
        }
    }
}

impl PartialEq for PromptMatch {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Rule::Substring(one), Rule::Substring(two)) => one == two,
            (Rule::Regex(one), Rule::Regex(two)) => one.as_str() == two.as_str(),
            _ => false,
        }
    }
}

/// Why a text is no regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PromptMatchError(String);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn texts_and_patterns() {
        let cases = [
            (PromptMatch::substring("refund"), "I want a refund.", true),
            (PromptMatch::substring("refund"), "I want a REFUND.", false),
            (PromptMatch::substring("a.c"), "abc", false),
            (PromptMatch::regex("(?i)refund").unwrap(), "I want a REFUND.", true),
            (PromptMatch::regex(r"^order \d+$").unwrap(), "order 66", true),
            (PromptMatch::regex(r"^order \d+$").unwrap(), "my order 66", false),
        ];
        for (rule, prompt, expected) in cases {
            assert_eq!(rule.matches(prompt), expected, "{rule:?} {prompt}");
        }
        assert!(PromptMatch::regex("(").is_err());
    }
}
