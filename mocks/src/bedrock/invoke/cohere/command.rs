//! Command: a prompt, and the text that follows.

use std::iter;
use std::num::NonZeroU32;

use serde_json::{Value, json};

use super::super::schema::Body;
use super::super::{Chunks, metered};
use super::{finish_reason, id};
use crate::bedrock::answer::Answer;
use crate::bedrock::ask::Ask;
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The most tokens that a request may ask for, and how many it gets if it does not ask.
const MOST_TOKENS: u32 = 4096;
const DEFAULT_TOKENS: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let mut body = Body::read(body)?.knows(&[
        "prompt",
        "temperature",
        "p",
        "k",
        "max_tokens",
        "stop_sequences",
        "return_likelihoods",
        "stream",
        "num_generations",
        "logit_bias",
        "truncate",
    ]);
    let prompt = body.text("prompt");
    let ask = Ask {
        prompt_tokens: tokens::estimate(prompt.chars().count()),
        max_tokens: body.whole("max_tokens", MOST_TOKENS).or(Some(DEFAULT_TOKENS)),
        stop_sequences: body.texts("stop_sequences"),
        last_said: prompt,
        ..Ask::default()
    };
    body.checked(None)?;
    Ok(ask)
}

/// The whole answer, of one generation however many were asked for.
pub(crate) fn message(answer: &Answer) -> Value {
    let generation =
        json!({ "id": id(answer), "text": answer.text(), "finish_reason": finish_reason(answer) });
    json!({ "id": id(answer), "generations": [generation], "prompt": "" })
}

/// The answer, chunk by chunk.
pub(crate) fn chunks(answer: Answer) -> Chunks {
    let done_at = answer.done_at();
    let last = json!({ "index": 0, "is_finished": true, "finish_reason": finish_reason(&answer) });
    let last = metered(last, &answer);
    let pieces = answer
        .text_pieces()
        .map(|(at, text)| (at, json!({ "index": 0, "text": text, "is_finished": false })));
    Box::new(pieces.chain(iter::once((done_at, last))))
}
