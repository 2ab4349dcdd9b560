//! Titan Text: one text in, one out.
//!
//! Source: AWS's guide of Bedrock, on the parameters of Amazon Titan Text models. Its word for an answer that
//! came to its end is `FINISHED`; the service says `FINISH` (recalled), and so does this.

use std::iter;
use std::num::NonZeroU32;

use serde_json::{Value, json};

use super::super::schema::Body;
use super::super::{Chunks, metered};
use crate::bedrock::answer::{Answer, StopReason};
use crate::bedrock::ask::Ask;
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The most tokens that a request may ask of the largest Titan, and how many it gets if it does not ask.
const MOST_TOKENS: u32 = 8192;
const DEFAULT_TOKENS: NonZeroU32 = NonZeroU32::MIN.saturating_add(511);

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let mut body = Body::read(body)?.knows(&["inputText", "textGenerationConfig"]);
    let prompt = body.text("inputText");
    let mut config =
        body.object("textGenerationConfig").knows(&["temperature", "topP", "maxTokenCount", "stopSequences"]);
    let ask = Ask {
        prompt_tokens: tokens::estimate(prompt.chars().count()),
        max_tokens: config.whole("maxTokenCount", MOST_TOKENS).or(Some(DEFAULT_TOKENS)),
        stop_sequences: config.texts("stopSequences"),
        last_said: prompt,
        ..Ask::default()
    };
    body.checked(Some(config))?;
    Ok(ask)
}

/// The whole answer.
pub(crate) fn message(answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "inputTextTokenCount": usage.input_tokens,
        "results": [{
            "tokenCount": usage.output_tokens,
            "outputText": answer.text(),
            "completionReason": reason(answer),
        }],
    })
}

/// The answer, chunk by chunk.
pub(crate) fn chunks(answer: Answer) -> Chunks {
    let (usage, done_at) = (answer.usage(), answer.done_at());
    let chunk = move |text: String, total: Option<u32>, reason: Option<&str>| {
        json!({
            "outputText": text,
            "index": 0,
            "totalOutputTextTokenCount": total,
            "completionReason": reason,
            "inputTextTokenCount": usage.input_tokens,
        })
    };
    let last = chunk(String::new(), Some(usage.output_tokens), Some(reason(&answer)));
    let last = metered(last, &answer);
    let pieces = answer.text_pieces().map(move |(at, text)| (at, chunk(text, None, None)));
    Box::new(pieces.chain(iter::once((done_at, last))))
}

fn reason(answer: &Answer) -> &'static str {
    match answer.stop() {
        StopReason::MaxTokens => "LENGTH",
        StopReason::StopSequence(_) => "STOP_CRITERIA_MET",
        StopReason::ContentFiltered | StopReason::GuardrailIntervened => "CONTENT_FILTERED",
        _ => "FINISH",
    }
}
