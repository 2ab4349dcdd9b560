//! The dialect of Meta's Llama models: a prompt with the model's own marks in it, and the text that follows.
//!
//! Sources: AWS's guide of Bedrock, on the parameters of Meta Llama models; Meta's model cards, for the marks. The second
//! generation had marks of its own and is no longer served.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Metrics, Unreadable, events};
use crate::client::ask::{Ask, Role};
use crate::client::event::Event;

/// The marks of a generation: before and after the name of a speaker, and after what is said.
pub(super) struct Marks {
    before: &'static str,
    after: &'static str,
    end: &'static str,
}

pub(super) const LLAMA_3: Marks =
    Marks { before: "<|start_header_id|>", after: "<|end_header_id|>", end: "<|eot_id|>" };
pub(super) const LLAMA_4: Marks =
    Marks { before: "<|header_start|>", after: "<|header_end|>", end: "<|eot|>" };

pub(super) fn body(ask: &Ask, marks: &Marks) -> Value {
    let mut body = json!({ "prompt": prompt(ask, marks) });
    let fields = [
        ("max_gen_len", ask.max_tokens.map(|limit| json!(limit))),
        ("temperature", ask.temperature.map(|number| json!(number))),
        ("top_p", ask.top_p.map(|number| json!(number))),
    ];
    for (key, value) in fields.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        body[key] = value;
    }
    body
}

fn prompt(ask: &Ask, marks: &Marks) -> String {
    let Marks { before, after, end } = marks;
    let turn = |name: &str, text: &str| format!("{before}{name}{after}\n\n{text}{end}");
    let system = ask.system.iter().map(|text| turn("system", text));
    let said = ask.messages.iter().map(|said| match said.role {
        Role::User => turn("user", &said.text),
        Role::Assistant => turn("assistant", &said.text),
    });
    let begin = std::iter::once("<|begin_of_text|>".to_owned());
    begin.chain(system).chain(said).chain([format!("{before}assistant{after}\n\n")]).collect()
}

#[derive(Deserialize)]
struct Whole {
    stop_reason: String,
    prompt_token_count: Option<u64>,
    generation_token_count: Option<u64>,
}

pub(super) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let whole: Whole = serde_json::from_slice(body)?;
    Ok(Answer {
        stop_reason: whole.stop_reason,
        input: whole.prompt_token_count,
        output: whole.generation_token_count,
    })
}

#[derive(Deserialize)]
struct Chunk {
    generation: Option<String>,
    prompt_token_count: Option<u64>,
    generation_token_count: Option<u64>,
    stop_reason: Option<String>,
    #[serde(rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<Metrics>,
}

/// The last chunk is the one that says why the model stopped; each tells how much was written so far.
pub(super) fn chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    let chunk: Chunk = serde_json::from_slice(bytes)?;
    let counted = [
        chunk.prompt_token_count.map(Event::Input),
        chunk.generation_token_count.map(Event::Output),
        chunk.stop_reason.as_ref().map(|_| Event::Close),
    ];
    let content = chunk.generation.as_deref().and_then(Event::content);
    Ok(events(content, chunk.stop_reason, counted.into_iter().flatten(), chunk.metrics))
}
