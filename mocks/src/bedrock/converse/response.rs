//! The answer to Converse, whole.

use serde_json::{Value, json};

use super::extras::{metrics, say_fields, say_served, usage};
use super::tool_use_id;
use crate::bedrock::answer::{Answer, Block};
use crate::bedrock::ask::Ask;
use crate::bedrock::tier::Served;
use crate::reply::{Content, Reply};

/// The answer to Converse.
pub(crate) fn whole(answer: Answer, ask: &Ask, served: &Served) -> Reply {
    let content: Vec<Value> = answer.blocks().iter().map(block).collect();
    let mut body = json!({
        "metrics": metrics(&answer),
        "output": { "message": { "content": content, "role": "assistant" } },
        "stopReason": answer.stop().name(),
        "usage": usage(&answer),
    });
    say_fields(&mut body, ask, &answer);
    say_served(&mut body, ask, served);
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
