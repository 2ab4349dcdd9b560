//! The answer to Converse, whole.

use serde_json::{Value, json};

use super::{metrics, say_served, tool_use_id, usage};
use crate::bedrock::answer::{Answer, Block};
use crate::bedrock::tier::Served;
use crate::reply::{Content, Reply};

/// The answer to Converse.
pub(crate) fn whole(answer: Answer, served: &Served) -> Reply {
    let content: Vec<Value> = answer.blocks().iter().map(block).collect();
    let mut body = json!({
        "metrics": metrics(&answer),
        "output": { "message": { "content": content, "role": "assistant" } },
        "stopReason": answer.stop().name(),
        "usage": usage(&answer),
    });
    say_served(&mut body, served);
    let content = Content::Whole { after: answer.done_at(), bytes: body.to_string().into() };
    Reply::answer("application/json", content, answer.usage())
}

fn block(block: &Block) -> Value {
    match block {
        Block::Reasoning { words, signature } => {
            json!({ "reasoningContent": { "reasoningText": { "text": words.whole(), "signature": signature } } })
        }
        Block::Text(words) => json!({ "text": words.whole() }),
        Block::ToolUse(call) => json!({
            "toolUse": { "toolUseId": tool_use_id(call.id), "name": call.name, "input": call.input() }
        }),
    }
}
