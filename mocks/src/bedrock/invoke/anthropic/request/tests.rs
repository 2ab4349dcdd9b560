#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::bedrock::ask::{Thinking, ToolChoice};

/// A request with these fields over the least ones.
fn request(fields: Value) -> Value {
    let mut request = json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 64,
        "messages": [{ "role": "user", "content": "12345678" }],
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    request
}

fn ask(fields: Value) -> Result<Ask, ServiceError> {
    read(request(fields).to_string().as_bytes())
}

fn refused(fields: Value, part: &str) {
    let told = ask(fields.clone()).map_err(|error| format!("{} {:?}", error.code(), error.body()));
    let expected =
        |told: &String| told.starts_with("ValidationException") && told.replace('\\', "").contains(part);
    assert!(told.as_ref().is_err_and(expected), "{fields}: {told:?}");
}

fn weather() -> Value {
    json!([{ "name": "weather", "input_schema": { "type": "object", "properties": {} } }])
}

fn call(id: &str) -> Value {
    json!({ "type": "tool_use", "id": id, "name": "weather", "input": {} })
}

fn result(id: &str) -> Value {
    json!({ "type": "tool_result", "tool_use_id": id, "content": "rain" })
}

#[test]
fn plain_texts_and_blocks_count_alike() {
    let plain = ask(json!({ "system": "1234" })).unwrap();
    let blocks = ask(json!({
        "system": [{ "type": "text", "text": "1234" }],
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": "12345678" }] }],
    }))
    .unwrap();
    assert_eq!(plain, blocks);
    assert_eq!((plain.prompt_tokens, plain.max_tokens), (3, NonZeroU32::new(64)));
    assert_eq!(plain.last_said, "12345678");
}

#[test]
fn all_that_the_api_allows_is_understood() {
    let ask = ask(json!({
        "max_tokens": 4096,
        "stop_sequences": ["END"],
        "temperature": 1,
        "top_p": 0.9,
        "top_k": 5,
        "metadata": { "user_id": "u" },
        "thinking": { "type": "enabled", "budget_tokens": 1024 },
        "tools": [weather()[0], { "type": "web_search_20250305", "name": "web_search" }],
        "tool_choice": { "type": "auto" },
        "messages": [
            { "role": "user", "content": "Weather?" },
            { "role": "assistant", "content": [{ "type": "text", "text": "See." }, call("t1")] },
            { "role": "user", "content": [result("t1")] },
        ],
    }))
    .unwrap();
    assert_eq!(ask.thinking, NonZeroU32::new(1024).map(Thinking::Budget).unwrap());
    assert_eq!(ask.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["weather"]);
    assert_eq!((ask.brings_result, ask.last_said.as_str()), (true, "rain"));
    assert_eq!(ask.stop_sequences, ["END"]);
}

#[test]
fn the_choice_of_tools() {
    let choices = [
        (json!({ "type": "auto" }), ToolChoice::Auto),
        (json!({ "type": "any" }), ToolChoice::Any),
        (json!({ "type": "none" }), ToolChoice::Nothing),
        (json!({ "type": "tool", "name": "weather" }), ToolChoice::Named("weather".into())),
    ];
    for (choice, expected) in choices {
        assert_eq!(ask(json!({ "tools": weather(), "tool_choice": choice })).unwrap().tool_choice, expected);
    }
}

#[test]
fn marked_blocks_make_prefixes() {
    let mark = json!({ "type": "ephemeral" });
    let ask = ask(json!({
        "system": [{ "type": "text", "text": "12345678", "cache_control": mark }],
        "messages": [{ "role": "user", "content": [{ "type": "text", "text": "1234", "cache_control": { "type": "ephemeral", "ttl": "1h" } }] }],
    }))
    .unwrap();
    assert_eq!(ask.cache_prefixes.iter().map(|prefix| prefix.tokens).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(ask.prompt_tokens, 3);
}

#[test]
fn mistakes_are_named_by_their_field() {
    let user = |content: Value| json!([{ "role": "user", "content": content }]);
    let turns =
        |roles: &[&str]| roles.iter().map(|role| json!({ "role": role, "content": "hi" })).collect::<Value>();
    let forced = json!({ "type": "any" });
    let mark = json!({ "type": "text", "text": "hi", "cache_control": { "type": "ephemeral" } });
    let cases = [
        (json!({ "anthropic_version": null }), "anthropic_version: Field required"),
        (json!({ "messages": null }), "messages: Field required"),
        (json!({ "messages": [] }), "messages: at least one message is required"),
        (json!({ "messages": turns(&["assistant"]) }), "messages: first message must use the \"user\" role"),
        (
            json!({ "messages": turns(&["narrator"]) }),
            "messages.0.role: Input should be 'user' or 'assistant'",
        ),
        (json!({ "messages": turns(&["user", "user"]) }), "but found multiple \"user\" roles in a row"),
        (json!({ "messages": user(json!("")) }), "messages.0: all messages must have non-empty content"),
        (json!({ "messages": user(json!([])) }), "messages.0: all messages must have non-empty content"),
        (
            json!({ "messages": user(json!([{ "type": "text", "text": "" }])) }),
            "text content blocks must be non-empty",
        ),
        (
            json!({ "messages": user(json!([{ "type": "text", "text": " " }])) }),
            "must contain non-whitespace text",
        ),
        (
            json!({ "messages": user(json!([{ "type": "image" }])) }),
            "messages.0.content.0.image.source: Field required",
        ),
        (json!({ "max_tokens": null }), "max_tokens: Field required"),
        (json!({ "max_tokens": 0 }), "max_tokens: must be"),
        (json!({ "max_tokens": "many" }), "Malformed input request"),
        (json!({ "model": "claude" }), "model: Extra inputs are not permitted"),
        (json!({ "stream": true }), "stream: Extra inputs are not permitted"),
        (json!({ "temperature": 1.5 }), "temperature: Input should be less than or equal to 1"),
        (json!({ "top_p": -1 }), "top_p: Input should be greater than or equal to 0"),
        (json!({ "system": 5 }), "system: Input should be a valid list"),
        (json!({ "tools": [weather()[0], weather()[0]] }), "tools: Tool names must be unique."),
        (
            json!({ "tools": [{ "name": "a b", "input_schema": {} }] }),
            "tools.0.custom.name: String should match pattern",
        ),
        (json!({ "tools": [{ "name": "a" }] }), "tools.0.custom.input_schema: Field required"),
        (
            json!({ "tools": [{ "name": "a", "input_schema": { "type": "string" } }] }),
            "Input should be 'object'",
        ),
        (json!({ "tool_choice": forced }), "tool_choice may only be specified while providing tools."),
        (
            json!({ "tools": weather(), "tool_choice": { "type": "tool", "name": "news" } }),
            "Tool 'news' not found",
        ),
        (
            json!({ "max_tokens": 4096, "temperature": 0.5, "thinking": { "type": "enabled", "budget_tokens": 1024 } }),
            "`temperature` may only be set to 1",
        ),
        (
            json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } }),
            "`max_tokens` must be greater than `thinking.budget_tokens`",
        ),
        (json!({ "messages": user(json!([mark, mark, mark, mark, mark])) }), "Found 5."),
    ];
    for (fields, part) in cases {
        refused(fields, part);
    }
}

#[test]
fn calls_and_results_come_in_pairs() {
    let conversation = |called: &[Value], answered: &[Value]| {
        json!({ "tools": weather(), "messages": [
            { "role": "user", "content": "Weather?" },
            { "role": "assistant", "content": called },
            { "role": "user", "content": answered },
        ] })
    };
    assert!(ask(conversation(&[call("a"), call("b")], &[result("b"), result("a")])).is_ok());
    refused(
        conversation(&[call("a"), call("b")], &[result("a")]),
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: b.",
    );
    refused(
        conversation(&[call("a")], &[result("a"), result("c")]),
        "messages.2.content.1: unexpected `tool_use_id` found in `tool_result` blocks: c.",
    );
    refused(conversation(&[call("a"), call("a")], &[result("a")]), "`tool_use` ids must be unique");
}

/// Any JSON, of the words that a request is made of.
fn anything() -> impl Strategy<Value = Value> {
    const WORDS: [&str; 11] = [
        "role",
        "content",
        "text",
        "type",
        "tool_use",
        "id",
        "tools",
        "input_schema",
        "thinking",
        "name",
        "system",
    ];
    let word = || proptest::sample::select(WORDS.as_slice());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        word().prop_map(Value::from),
        Just(json!("user"))
    ];
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|fields| fields.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn any_body_is_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = read(&body);
    }

    #[test]
    fn any_conversation_is_read_or_refused(messages in prop::collection::vec(anything(), 0..4), rest in anything()) {
        let asked = json!({ "messages": messages, "system": rest, "tools": [rest], "tool_choice": rest, "thinking": rest });
        let _ = ask(asked);
    }
}
