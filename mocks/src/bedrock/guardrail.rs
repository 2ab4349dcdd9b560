//! ApplyGuardrail: what a guardrail makes of a text.
//!
//! Every guardrail of this cloud is the same, whatever its id and version: a word filter over the words that
//! the cloud was given, found whole and in any case. Without such words none ever intervenes.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::{self, constraint};
use crate::error::ServiceError;
use crate::reply::{Content, Reply};

/// The characters of a text unit, by which the service counts and charges its policies (AWS's price list).
const UNIT_CHARS: usize = 1000;
/// What is put in the place of a blocked text unless the guardrail says otherwise; recalled from the console.
const BLOCKED: &str = "Sorry, the model cannot answer this question.";

#[derive(Deserialize)]
struct Request {
    source: Option<String>,
    content: Option<Vec<Block>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Block {
    Text { text: String },
    Image(#[serde(rename = "image")] serde::de::IgnoredAny),
}

/// Words that guardrails block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BlockedWords(Vec<String>);

impl BlockedWords {
    /// These words or phrases; empty ones are left out.
    pub(crate) fn new(words: impl IntoIterator<Item = String>) -> Self {
        BlockedWords(words.into_iter().filter(|word| !word.trim().is_empty()).collect())
    }

    /// Those that a text holds, in the order in which they were given.
    fn found_in<'a>(&'a self, text: &str) -> Vec<&'a str> {
        let text = text.to_lowercase();
        self.0.iter().map(String::as_str).filter(|word| holds(&text, &word.to_lowercase())).collect()
    }
}

/// Whether a text holds a word, and not only as a part of a longer one.
fn holds(text: &str, word: &str) -> bool {
    let apart = |neighbour: Option<char>| neighbour.is_none_or(|neighbour| !neighbour.is_alphanumeric());
    text.match_indices(word).any(|(at, word)| {
        apart(text[..at].chars().next_back()) && apart(text[at + word.len()..].chars().next())
    })
}

/// The answer to ApplyGuardrail.
pub(crate) fn apply(
    id: &str,
    version: &str,
    body: &[u8],
    blocked: &BlockedWords,
) -> Result<Reply, ServiceError> {
    check_names(id, version)?;
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    check_source(request.source.as_deref())?;
    let content = request.content.ok_or_else(|| constraint("null", "content", "Member must not be null"))?;
    let bytes = assessed(&content, blocked).to_string().into();
    Ok(Reply::unpaid("application/json", Content::Whole { after: Duration::ZERO, bytes }))
}

fn assessed(content: &[Block], blocked: &BlockedWords) -> Value {
    let texts = content.iter().filter_map(|block| match block {
        Block::Text { text } => Some(text.as_str()),
        Block::Image(_) => None,
    });
    let text = texts.collect::<Vec<_>>().join("\n");
    let chars = text.chars().count();
    let images = content.iter().filter(|block| matches!(block, Block::Image(_))).count();
    let usage = usage(chars);
    let coverage = coverage(chars, images);
    let metrics = json!({ "guardrailProcessingLatency": 0, "usage": usage, "guardrailCoverage": coverage });
    let found = blocked.found_in(&text);
    if found.is_empty() {
        return json!({
            "usage": usage,
            "action": "NONE",
            "outputs": [],
            "assessments": [{ "invocationMetrics": metrics }],
            "guardrailCoverage": coverage,
        });
    }
    let words: Vec<Value> =
        found.iter().map(|word| json!({ "match": word, "action": "BLOCKED", "detected": true })).collect();
    json!({
        "usage": usage,
        "action": "GUARDRAIL_INTERVENED",
        "outputs": [{ "text": BLOCKED }],
        "assessments": [{
            "wordPolicy": { "customWords": words, "managedWordLists": [] },
            "invocationMetrics": metrics,
        }],
        "guardrailCoverage": coverage,
    })
}

/// A word filter is all that these guardrails have, so its units are the only ones.
fn usage(chars: usize) -> Value {
    json!({
        "topicPolicyUnits": 0,
        "contentPolicyUnits": 0,
        "wordPolicyUnits": chars.div_ceil(UNIT_CHARS),
        "sensitiveInformationPolicyUnits": 0,
        "sensitiveInformationPolicyFreeUnits": 0,
        "contextualGroundingPolicyUnits": 0,
    })
}

/// All texts are guarded, and no image: a word filter does not look at them.
fn coverage(chars: usize, images: usize) -> Value {
    json!({
        "textCharacters": { "guarded": chars, "total": chars },
        "images": { "guarded": 0, "total": images },
    })
}

fn check_names(id: &str, version: &str) -> Result<(), ServiceError> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let named = id.rsplit_once(":guardrail/").map_or(id, |(_, id)| id);
    if named.is_empty() || !plain(named) || named.len() != id.len() && !id.starts_with("arn:") {
        let rule = "Member must satisfy regular expression pattern: (|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+))";
        return Err(constraint(&format!("'{id}'"), "guardrailIdentifier", rule));
    }
    let numbered = (1..=8).contains(&version.len())
        && version.bytes().all(|byte| byte.is_ascii_digit())
        && !version.starts_with('0');
    if numbered || version == "DRAFT" {
        return Ok(());
    }
    let rule = "Member must satisfy regular expression pattern: (|([1-9][0-9]{0,7})|(DRAFT))";
    Err(constraint(&format!("'{version}'"), "guardrailVersion", rule))
}

fn check_source(source: Option<&str>) -> Result<(), ServiceError> {
    match source {
        Some("INPUT" | "OUTPUT") => Ok(()),
        None => Err(constraint("null", "source", "Member must not be null")),
        Some(other) => {
            let rule = "Member must satisfy enum value set: [INPUT, OUTPUT]";
            Err(constraint(&format!("'{other}'"), "source", rule))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn apply_to(text: &str, blocked: &[&str]) -> Value {
        let content = [Block::Text { text: text.to_owned() }];
        assessed(&content, &BlockedWords::new(blocked.iter().map(|word| word.to_string())))
    }

    #[test]
    fn only_whole_words_are_found_in_any_case() {
        let cases = [
            ("All is quiet.", &["flood"][..], "NONE"),
            ("A FLOOD came.", &["flood"], "GUARDRAIL_INTERVENED"),
            ("(flood)", &["Flood"], "GUARDRAIL_INTERVENED"),
            ("floods", &["flood"], "NONE"),
            ("floods, and a flood", &["flood"], "GUARDRAIL_INTERVENED"),
            ("the bank  bursts", &["bank bursts"], "NONE"),
            ("the bank bursts", &["bank bursts"], "GUARDRAIL_INTERVENED"),
            ("anything", &[], "NONE"),
            ("anything", &["", " "], "NONE"),
        ];
        for (text, blocked, action) in cases {
            assert_eq!(apply_to(text, blocked)["action"], action, "{text} {blocked:?}");
        }
    }

    #[test]
    fn what_was_found_is_told_and_covered() {
        let answer = apply_to("flood and storm", &["storm", "calm", "flood"]);
        let words = &answer["assessments"][0]["wordPolicy"]["customWords"];
        assert_eq!((words[0]["match"].as_str(), words[1]["match"].as_str()), (Some("storm"), Some("flood")));
        assert_eq!(answer["outputs"][0]["text"], BLOCKED);
        assert_eq!(answer["guardrailCoverage"]["textCharacters"]["guarded"], 15);
    }

    #[test]
    fn a_unit_is_a_thousand_characters() {
        for (chars, units) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            assert_eq!(usage(chars)["wordPolicyUnits"], units, "{chars}");
        }
    }

    #[test]
    fn mistakes_are_named_by_their_field() {
        let right = json!({ "source": "INPUT", "content": [{ "text": { "text": "hi" } }] });
        let image =
            json!({ "source": "OUTPUT", "content": [{ "image": { "format": "png", "source": {} } }] });
        let no_words = BlockedWords::default();
        let cases = [
            ("gr1", "1", right.clone(), None),
            ("arn:aws:bedrock:us-east-1:123456789012:guardrail/gr1", "DRAFT", image, None),
            ("", "1", right.clone(), Some("guardrailIdentifier")),
            ("GR", "1", right.clone(), Some("guardrailIdentifier")),
            ("x:guardrail/gr1", "1", right.clone(), Some("guardrailIdentifier")),
            ("gr1", "0", right.clone(), Some("guardrailVersion")),
            ("gr1", "latest", right, Some("guardrailVersion")),
            ("gr1", "1", json!({ "content": [] }), Some("source")),
            ("gr1", "1", json!({ "source": "BOTH", "content": [] }), Some("source")),
            ("gr1", "1", json!({ "source": "INPUT" }), Some("content")),
            ("gr1", "1", json!({ "source": "INPUT", "content": [{}] }), Some("Malformed")),
        ];
        for (id, version, body, part) in cases {
            let error = apply(id, version, body.to_string().as_bytes(), &no_words).err();
            let text = error.map(|error| String::from_utf8(error.body().to_vec()).unwrap());
            assert_eq!(text.is_some(), part.is_some(), "{id} {version} {body}: {text:?}");
            assert!(text.unwrap_or_default().contains(part.unwrap_or_default()), "{id} {version} {body}");
        }
    }
}
