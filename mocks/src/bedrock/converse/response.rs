//! The answer to Converse, whole.
//!
//! It is the answer that is asked for most, so it is written piece by piece, without a tree of JSON in
//! between and without a look at each character of its names; what few answers have goes through serde.

use serde::Serialize;
use serde_json::{Error, Map, Value};

use super::extras::{self, Manner, Metrics, Usage};
use super::tool_use_id;
use crate::bedrock::answer::{Answer, Block};
use crate::bedrock::ask::Ask;
use crate::bedrock::errors;
use crate::bedrock::tier::Served;
use crate::bedrock::tokens::CHARS_PER_TOKEN;
use crate::error::ServiceError;
use crate::reply::{Content, Reply};

/// What most answers take beside their words, so that they are not moved as they grow.
const WRAPPING_BYTES: usize = 512;

#[derive(Serialize)]
#[serde(rename_all_fields = "camelCase", rename_all = "camelCase")]
enum Said<'a> {
    ReasoningContent { reasoning_text: ReasoningText<'a> },
    ToolUse { tool_use_id: String, name: &'a str, input: &'a Value },
}

#[derive(Serialize)]
struct ReasoningText<'a> {
    text: String,
    signature: &'a str,
}

/// What stands at the end, if anything was asked for in addition.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asides {
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_model_response_fields: Option<Map<String, Value>>,
    #[serde(flatten)]
    manner: Manner,
}

/// The answer to Converse.
///
/// # Errors
/// It cannot be written, which nothing in it can cause.
pub(crate) fn whole(answer: &Answer, ask: &Ask, served: &Served) -> Result<Reply, ServiceError> {
    let asides = Asides {
        additional_model_response_fields: extras::fields(ask, answer),
        manner: Manner::of(ask, served),
    };
    let bytes = body(answer, &asides).map_err(|_| errors::internal())?.into();
    let content = Content::Whole { after: answer.done_at(), bytes };
    Ok(Reply::answer("application/json", content, answer.usage()))
}

fn body(answer: &Answer, asides: &Asides) -> Result<Vec<u8>, Error> {
    let words = answer.usage().output_tokens as usize * CHARS_PER_TOKEN;
    let mut json = Vec::with_capacity(WRAPPING_BYTES + words);
    json.extend_from_slice(br#"{"metrics":"#);
    serde_json::to_writer(&mut json, &Metrics::of(answer))?;
    json.extend_from_slice(br#","output":{"message":{"content":["#);
    for (place, block) in answer.blocks().iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        say(block, &mut json)?;
    }
    json.extend_from_slice(br#"],"role":"assistant"}},"stopReason":"#);
    quote(answer.stop().name(), &mut json)?;
    json.extend_from_slice(br#","usage":"#);
    serde_json::to_writer(&mut json, &Usage::of(answer))?;
    append(asides, &mut json)?;
    Ok(json)
}

/// Ends an object with these members, or with none.
fn append(asides: &Asides, json: &mut Vec<u8>) -> Result<(), Error> {
    let end = json.len();
    serde_json::to_writer(&mut *json, asides)?;
    match &mut json[end..] {
        [_, b'}'] => drop(json.remove(end)),
        [brace, ..] => *brace = b',',
        [] => {}
    }
    Ok(())
}

fn say(block: &Block, json: &mut Vec<u8>) -> Result<(), Error> {
    match block {
        Block::Reasoning { words, signature } => {
            let reasoning_text = ReasoningText { text: words.whole(), signature };
            serde_json::to_writer(json, &Said::ReasoningContent { reasoning_text })
        }
        Block::Text(words) => {
            json.extend_from_slice(br#"{"text":"#);
            quote(&words.whole(), json)?;
            json.push(b'}');
            Ok(())
        }
        Block::ToolUse(call) => {
            let (tool_use_id, input) = (tool_use_id(call.id), call.input());
            serde_json::to_writer(json, &Said::ToolUse { tool_use_id, name: &call.name, input })
        }
    }
}

/// Writes a string. serde_json looks at each of its characters in turn, and most need no escape.
fn quote(text: &str, json: &mut Vec<u8>) -> Result<(), Error> {
    // Without an early end the compiler looks at many bytes at once.
    if text.bytes().fold(false, |escape, byte| escape | must_be_escaped(byte)) {
        return serde_json::to_writer(json, text);
    }
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
    Ok(())
}

/// Whether this byte cannot stand for itself in a string (RFC 8259, section 7).
fn must_be_escaped(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_string_is_what_serde_json_makes_of_it(text in "(\\PC|[\"\\\\\n\u{1}\u{7f}]|[a-z ]{0,9}){0,8}") {
            let mut json = Vec::new();
            quote(&text, &mut json).unwrap();
            prop_assert_eq!(json, serde_json::to_vec(&text).unwrap());
        }
    }

    #[test]
    fn members_are_put_before_the_end_if_there_are_any() {
        let manner = || Manner::of(&Ask::default(), &Served::as_asked(&Ask::default(), "us-east-1".into()));
        let fields = [("stop_sequence".to_owned(), Value::from("."))].into_iter().collect();
        let cases = [
            (None, r#"{"a":1}"#),
            (Some(fields), r#"{"a":1,"additionalModelResponseFields":{"stop_sequence":"."}}"#),
        ];
        for (additional_model_response_fields, expected) in cases {
            let mut json = br#"{"a":1"#.to_vec();
            append(&Asides { additional_model_response_fields, manner: manner() }, &mut json).unwrap();
            assert_eq!(String::from_utf8(json).unwrap(), expected);
        }
    }
}
