//! What a request says to a model, and how it asks to be served: read from its body, if anybody asks.
//!
//! Faults aim by it and canned answers go by it. Most requests meet neither, so nothing is read until
//! somebody asks, and then once.

use std::sync::OnceLock;

use http::HeaderMap;
use serde_json::Value;

/// The header by which InvokeModel asks for a service tier.
const TIER: &str = "x-amzn-bedrock-service-tier";
/// The tier of whoever asks for none.
const DEFAULT_TIER: &str = "default";
/// Under these keys the bodies of all operations and dialects keep what a model reads.
const READ_BY_MODELS: [&str; 6] = ["text", "content", "prompt", "inputText", "system", "input"];

/// The words of one request.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    headers: &'a HeaderMap,
    body: &'a [u8],
    read: OnceLock<Read>,
}

#[derive(Debug, Default)]
struct Read {
    prompt: String,
    tier: Option<String>,
}

impl<'a> Words<'a> {
    /// The words of a request with this head and this body, of which none is looked at yet.
    pub(crate) fn new(headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Words { headers, body, read: OnceLock::new() }
    }

    /// All that the model reads: system prompt, messages and results of tools, a line each, in the body's
    /// order. Nothing for a body that is no JSON.
    pub(crate) fn prompt(&self) -> &str {
        &self.read().prompt
    }

    /// The service tier asked for: by the header, or else as Converse does.
    pub(crate) fn tier(&self) -> &str {
        let header = self.headers.get(TIER).and_then(|tier| tier.to_str().ok());
        header.or_else(|| self.read().tier.as_deref()).unwrap_or(DEFAULT_TIER)
    }

    fn read(&self) -> &Read {
        self.read.get_or_init(|| {
            let Ok(body) = serde_json::from_slice::<Value>(self.body) else { return Read::default() };
            let mut prompt = String::new();
            collect(&body, false, &mut prompt);
            Read { prompt, tier: body["serviceTier"]["type"].as_str().map(str::to_owned) }
        })
    }
}

/// Adds what a model reads of `value`, which is itself read if it is a text.
fn collect(value: &Value, is_read: bool, prompt: &mut String) {
    match value {
        Value::String(text) if is_read => {
            if !prompt.is_empty() {
                prompt.push('\n');
            }
            prompt.push_str(text);
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_read, prompt)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            collect(value, READ_BY_MODELS.contains(&key.as_str()), prompt);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn prompt(body: &Value) -> String {
        Words::new(&HeaderMap::new(), body.to_string().as_bytes()).prompt().to_owned()
    }

    #[test]
    fn every_dialects_prompt_is_found() {
        let cases = [
            (
                json!({
                    "system": [{ "text": "Be brief." }],
                    "messages": [
                        { "role": "user", "content": [
                            { "text": "Hello" },
                            { "image": { "format": "png", "source": { "bytes": "aGVsbG8=" } } },
                            { "toolResult": { "toolUseId": "t1", "content": [{ "text": "sunny" }] } },
                        ] },
                    ],
                }),
                "Be brief.\nHello\nsunny",
            ),
            (
                json!({
                    "anthropic_version": "bedrock-2023-05-31",
                    "system": "Be brief.",
                    "messages": [{ "role": "user", "content": "Hello" }],
                }),
                "Be brief.\nHello",
            ),
            (json!({ "inputText": "Hello", "textGenerationConfig": { "stopSequences": ["END"] } }), "Hello"),
            (json!({ "prompt": "Hello", "max_gen_len": 5 }), "Hello"),
            (json!({ "messages": [{ "role": "user" }] }), ""),
            (json!("prompt"), ""),
        ];
        for (body, expected) in cases {
            assert_eq!(prompt(&body), expected, "{body}");
        }
    }

    #[test]
    fn the_header_asks_for_a_tier_before_the_body() {
        let flex = json!({ "serviceTier": { "type": "flex" } }).to_string();
        let mut headers = HeaderMap::new();
        assert_eq!(Words::new(&headers, b"{}").tier(), "default");
        assert_eq!(Words::new(&headers, flex.as_bytes()).tier(), "flex");
        headers.insert(TIER, HeaderValue::from_static("priority"));
        assert_eq!(Words::new(&headers, flex.as_bytes()).tier(), "priority");
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_passed_over(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let headers = HeaderMap::new();
            let words = Words::new(&headers, &body);
            let _ = (words.prompt(), words.tier());
        }
    }
}
