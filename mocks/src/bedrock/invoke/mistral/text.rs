//! The completion of a text, with the model's own marks in the prompt.

use std::iter;

use serde_json::{Value, json};

use super::super::schema::Body;
use super::super::{Chunks, metered};
use super::stop_reason;
use crate::bedrock::answer::Answer;
use crate::bedrock::ask::Ask;
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The most tokens that a request may ask for.
const MOST_TOKENS: u32 = 8192;

pub(super) fn read(body: Body) -> Result<Ask, ServiceError> {
    let mut body = body.knows(&["prompt", "max_tokens", "stop", "temperature", "top_p", "top_k"]);
    let prompt = body.text("prompt");
    let ask = Ask {
        prompt_tokens: tokens::estimate(prompt.chars().count()),
        max_tokens: body.whole("max_tokens", MOST_TOKENS),
        stop_sequences: body.texts("stop"),
        last_said: prompt,
        ..Ask::default()
    };
    body.checked(None)?;
    Ok(ask)
}

pub(super) fn message(answer: &Answer) -> Value {
    outputs(&answer.text(), Some(stop_reason(answer)))
}

pub(super) fn chunks(answer: Answer) -> Chunks {
    let done_at = answer.done_at();
    let last = metered(outputs("", Some(stop_reason(&answer))), &answer);
    let pieces = answer.text_pieces().map(|(at, text)| (at, outputs(&text, None)));
    Box::new(pieces.chain(iter::once((done_at, last))))
}

/// The same chunk of a conversation in this form.
pub(super) fn of_chat(chunk: &Value) -> Value {
    let choice = &chunk["choices"][0];
    outputs(choice["message"]["content"].as_str().unwrap_or_default(), choice["stop_reason"].as_str())
}

fn outputs(text: &str, stop_reason: Option<&str>) -> Value {
    json!({ "outputs": [{ "text": text, "stop_reason": stop_reason }] })
}
