//! The dialect of Meta's Llama models: a prompt with the model's own marks in it, and the text that follows.
//!
//! Source: AWS's guide of Bedrock, on the parameters of Meta Llama models.

use std::iter;
use std::num::NonZeroU32;

use serde_json::{Value, json};

use super::schema::Body;
use super::{Chunks, metered};
use crate::bedrock::answer::{Answer, StopReason};
use crate::bedrock::ask::Ask;
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The most tokens that a request may ask for, and how many it gets if it does not ask.
const MOST_TOKENS: u32 = 2048;
const DEFAULT_TOKENS: NonZeroU32 = NonZeroU32::MIN.saturating_add(511);

/// What a request's body asks.
pub(super) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let mut body = Body::read(body)?.knows(&["prompt", "max_gen_len", "temperature", "top_p", "images"]);
    let prompt = body.text("prompt");
    let ask = Ask {
        prompt_tokens: tokens::estimate(prompt.chars().count()),
        max_tokens: body.whole("max_gen_len", MOST_TOKENS).or(Some(DEFAULT_TOKENS)),
        last_said: prompt,
        ..Ask::default()
    };
    body.checked(None)?;
    Ok(ask)
}

/// The whole answer.
pub(super) fn message(answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "generation": answer.text(),
        "prompt_token_count": usage.input_tokens,
        "generation_token_count": usage.output_tokens,
        "stop_reason": stop_reason(answer),
    })
}

/// The answer, chunk by chunk. The first one tells the length of the prompt, each how much was said so far.
pub(super) fn chunks(answer: Answer) -> Chunks {
    let (usage, done_at) = (answer.usage(), answer.done_at());
    let last = metered(
        json!({
            "generation": "",
            "prompt_token_count": null,
            "generation_token_count": usage.output_tokens,
            "stop_reason": stop_reason(&answer),
        }),
        &answer,
    );
    let mut said = 0;
    let pieces = answer.text_pieces().enumerate().map(move |(number, (at, text))| {
        said += tokens::estimate(text.chars().count());
        let chunk = json!({
            "generation": text,
            "prompt_token_count": (number == 0).then_some(usage.input_tokens),
            "generation_token_count": said.min(usage.output_tokens),
            "stop_reason": null,
        });
        (at, chunk)
    });
    Box::new(pieces.chain(iter::once((done_at, last))))
}

fn stop_reason(answer: &Answer) -> &'static str {
    match answer.stop() {
        StopReason::MaxTokens => "length",
        _ => "stop",
    }
}
