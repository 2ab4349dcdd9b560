//! The body of Converse and ConverseStream, written at once from what is asked.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::client::ask::{self, Ask, Role};

/// An ask in Converse's words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    #[serde(serialize_with = "messages")]
    messages: &'a [ask::Message],
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<Vec<System<'a>>>,
    inference_config: Inference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<Tools<'a>>,
}

/// A part of a system prompt: a text, or a mark for the prompt cache behind one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum System<'a> {
    Text(&'a str),
    CachePoint { r#type: &'static str },
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: [Text<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inference<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    stop_sequences: &'a [String],
}

#[derive(Serialize)]
struct Tools<'a> {
    #[serde(serialize_with = "tools")]
    tools: &'a [ask::Tool],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tool<'a> {
    tool_spec: Spec<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    input_schema: Schema<'a>,
}

#[derive(Serialize)]
struct Schema<'a> {
    json: &'a Value,
}

impl<'a> Body<'a> {
    pub(super) fn of(ask: &'a Ask) -> Self {
        Body {
            messages: &ask.messages,
            system: ask.system.as_deref().map(|text| system(text, ask.cache_system)),
            inference_config: Inference {
                max_tokens: ask.max_tokens,
                temperature: ask.temperature,
                top_p: ask.top_p,
                stop_sequences: &ask.stop_sequences,
            },
            tool_config: (!ask.tools.is_empty()).then_some(Tools { tools: &ask.tools }),
        }
    }
}

fn system(text: &str, cached: bool) -> Vec<System<'_>> {
    let mark = cached.then_some(System::CachePoint { r#type: "default" });
    [System::Text(text)].into_iter().chain(mark).collect()
}

fn messages<S: Serializer>(messages: &&[ask::Message], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(messages.iter().map(|message| Message {
        role: match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        },
        content: [Text { text: &message.text }],
    }))
}

fn tools<S: Serializer>(tools: &&[ask::Tool], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tools.iter().map(|tool| Tool {
        tool_spec: Spec {
            name: &tool.name,
            description: tool.description.as_deref(),
            input_schema: Schema { json: &tool.input_schema },
        },
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use serde_json::json;

    use super::*;
    use crate::client::ask::{Message, Tool};

    #[test]
    fn an_ask_is_written_as_the_service_takes_it() {
        let said = |role, text: &str| Message { role, text: text.to_owned() };
        let schema = json!({ "type": "object" });
        let ask = Ask {
            messages: vec![
                said(Role::User, "one"),
                said(Role::Assistant, "two"),
                said(Role::User, "\"drei\""),
            ],
            system: Some("be brief".into()),
            max_tokens: Some(64),
            temperature: Some(0.5),
            top_p: None,
            stop_sequences: vec!["END".into()],
            tools: vec![Tool { name: "count".into(), description: None, input_schema: schema.clone() }],
            cache_system: true,
            ..Ask::default()
        };
        let text = |text| json!([{ "text": text }]);
        assert_eq!(
            serde_json::to_value(Body::of(&ask)).unwrap(),
            json!({
                "messages": [
                    { "role": "user", "content": text("one") },
                    { "role": "assistant", "content": text("two") },
                    { "role": "user", "content": text("\"drei\"") },
                ],
                "system": [{ "text": "be brief" }, { "cachePoint": { "type": "default" } }],
                "inferenceConfig": { "maxTokens": 64, "temperature": 0.5, "stopSequences": ["END"] },
                "toolConfig": { "tools": [{ "toolSpec": { "name": "count", "inputSchema": { "json": schema } } }] },
            })
        );
        assert_eq!(
            serde_json::to_value(Body::of(&Ask::default())).unwrap(),
            json!({ "messages": [], "inferenceConfig": {} })
        );
    }
}
