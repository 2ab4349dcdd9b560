//! The answer to Converse, whole.

use serde_json::json;

use super::{metrics, usage};
use crate::bedrock::answer::Answer;
use crate::reply::{Content, Reply};

/// The answer to Converse.
pub(crate) fn whole(answer: Answer) -> Reply {
    let body = json!({
        "metrics": metrics(&answer),
        "output": { "message": { "content": [{ "text": answer.text() }], "role": "assistant" } },
        "stopReason": answer.stop().name(),
        "usage": usage(&answer),
    });
    let content = Content::Whole { after: answer.done_at(), bytes: body.to_string().into() };
    Reply::answer("application/json", content, answer.usage())
}
