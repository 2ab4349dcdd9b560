#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::bedrock::ask::{Tool, ToolChoice};

fn ask(request: Value) -> Result<Ask, ServiceError> {
    read(request.to_string().as_bytes())
}

fn said(text: &str) -> Value {
    json!([{ "role": "user", "content": [{ "text": text }] }])
}

fn weather() -> Value {
    let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    json!({ "tools": [{ "toolSpec": { "name": "weather", "inputSchema": { "json": schema } } }] })
}

fn call(id: &str) -> Value {
    json!({ "toolUse": { "toolUseId": id, "name": "weather", "input": {} } })
}

fn result(id: &str) -> Value {
    json!({ "toolResult": { "toolUseId": id, "content": [{ "text": "rain" }] } })
}

/// That the request is refused, with this in the message.
fn refused(request: Value, part: &str) {
    let told = ask(request.clone()).map_err(|error| format!("{} {:?}", error.code(), error.body()));
    let expected = |told: &String| told.starts_with("ValidationException") && told.contains(part);
    assert!(told.as_ref().is_err_and(expected), "{request}: {told:?}");
}

#[test]
fn all_that_the_api_allows_is_understood() {
    let ask = ask(json!({
        "messages": [
            { "role": "user", "content": [{ "text": "12345678" }, { "cachePoint": { "type": "default" } }] },
            { "role": "assistant", "content": [{ "text": "1234" }] },
            { "role": "user", "content": [{ "text": "1234" }] },
        ],
        "system": [{ "text": "1234" }],
        "inferenceConfig": { "maxTokens": 64, "temperature": 0.5, "topP": 1, "stopSequences": ["END"] },
        "guardrailConfig": { "guardrailIdentifier": "g1", "guardrailVersion": "1", "trace": "enabled" },
        "additionalModelRequestFields": { "top_k": 5 },
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "performanceConfig": { "latency": "optimized" },
        "serviceTier": { "type": "flex" },
        "requestMetadata": { "team": "blue" },
    }))
    .unwrap();
    let prefix = ask.cache_prefixes[0];
    assert_eq!(prefix.tokens, 3);
    let expected = Ask {
        prompt_tokens: 5,
        max_tokens: NonZeroU32::new(64),
        stop_sequences: vec!["END".into()],
        last_said: "1234".into(),
        service_tier: Some(ServiceTier::Flex),
        latency: Some(LatencyMode::Optimized),
        cache_prefixes: vec![prefix],
        response_paths: vec!["/stop_sequence".into()],
        guard: Some(Guard { id: "g1".into(), traced: true }),
        ..Ask::default()
    };
    assert_eq!(ask, expected);
}

#[test]
fn media_are_accepted_and_counted() {
    let media = [
        json!({ "image": { "format": "png", "source": { "bytes": "iVBO" } } }),
        json!({ "document": { "format": "pdf", "name": "report [1]", "source": { "bytes": "JVBE" } } }),
        json!({ "video": { "format": "mp4", "source": { "s3Location": { "uri": "s3://bucket/clip.mp4" } } } }),
    ];
    for medium in media {
        let content = json!([{ "text": "What is this?" }, medium]);
        let ask = ask(json!({ "messages": [{ "role": "user", "content": content }] })).unwrap();
        assert!(ask.prompt_tokens > 1600, "{content}");
    }
}

#[test]
fn tools_are_read_and_count_as_their_json() {
    let plain = ask(json!({ "messages": said("1234") })).unwrap();
    let equipped = ask(json!({ "messages": said("1234"), "toolConfig": weather() })).unwrap();
    assert_eq!(plain.prompt_tokens, 1);
    assert_eq!(equipped.prompt_tokens, 29);
    assert_eq!(equipped.tools.iter().map(|tool: &Tool| tool.name.as_str()).collect::<Vec<_>>(), ["weather"]);
    let choices = [
        (json!({ "auto": {} }), ToolChoice::Auto),
        (json!({ "any": {} }), ToolChoice::Any),
        (json!({ "tool": { "name": "weather" } }), ToolChoice::Named("weather".into())),
    ];
    for (choice, expected) in choices {
        let mut config = weather();
        config["toolChoice"] = choice;
        assert_eq!(
            ask(json!({ "messages": said("hi"), "toolConfig": config })).unwrap().tool_choice,
            expected
        );
    }
}

#[test]
fn a_tools_result_is_noticed() {
    let messages = json!([
        { "role": "user", "content": [{ "text": "Weather?" }] },
        { "role": "assistant", "content": [{ "text": "Let me see." }, call("t1"), call("t2")] },
        { "role": "user", "content": [result("t2"), result("t1")] },
    ]);
    let ask = ask(json!({ "messages": messages, "toolConfig": weather() })).unwrap();
    assert!(ask.brings_result);
    assert_eq!(ask.last_said, "rain\nrain");
}

#[test]
fn thinking_is_asked_for_in_the_models_own_fields() {
    for field in ["thinking", "reasoning_config"] {
        let fields = json!({ field: { "type": "enabled", "budget_tokens": 1024 } });
        let asked = json!({ "messages": said("hi"), "additionalModelRequestFields": fields });
        let budget = NonZeroU32::new(1024).map(Thinking::Budget).unwrap();
        assert_eq!(ask(asked).unwrap().thinking, budget, "{field}");
    }
}

#[test]
fn the_front_end_tells_of_all_that_breaks_the_service_model() {
    refused(json!({}), "Value null at 'messages'");
    refused(json!({ "messages": [] }), "Value '[]' at 'messages'");
    refused(
        json!({ "messages": [{ "role": "narrator", "content": [{ "text": "hi" }] }] }),
        "Value 'narrator' at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set",
    );
    let inference = [
        (json!({ "maxTokens": 0 }), "Value '0' at 'inferenceConfig.maxTokens'"),
        (json!({ "temperature": 1.1 }), "Value '1.1' at 'inferenceConfig.temperature'"),
        (json!({ "topP": -1 }), "Value '-1' at 'inferenceConfig.topP'"),
        (json!({ "stopSequences": [""] }), "at 'inferenceConfig.stopSequences.1.member'"),
        (json!({ "maxTokens": -1, "topP": 2 }), "2 validation errors detected: "),
    ];
    for (config, part) in inference {
        refused(json!({ "messages": said("hi"), "inferenceConfig": config }), part);
    }
    let blocks = [
        (
            json!({ "image": { "format": "bmp", "source": { "bytes": "aa" } } }),
            "Value 'bmp' at 'messages.1.member.content.1.member.image.format'",
        ),
        (
            json!({ "image": { "format": "png" } }),
            "Value null at 'messages.1.member.content.1.member.image.source'",
        ),
        (json!({ "toolResult": { "toolUseId": "a b", "content": [] } }), "[a-zA-Z0-9_.:-]+"),
        (
            json!({ "cachePoint": { "type": "extra" } }),
            "Value 'extra' at 'messages.1.member.content.1.member.cachePoint.type'",
        ),
    ];
    for (block, part) in blocks {
        refused(json!({ "messages": [{ "role": "user", "content": [block] }] }), part);
    }
    let mut spaced = weather();
    spaced["tools"][0]["toolSpec"]["name"] = json!("get weather");
    refused(
        json!({ "messages": said("hi"), "toolConfig": spaced }),
        "Value 'get weather' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
    );
    refused(json!({ "messages": said("hi"), "toolConfig": { "tools": [] } }), "at 'toolConfig.tools'");
    refused(
        json!({ "messages": said("hi"), "serviceTier": { "type": "gold" } }),
        "Value 'gold' at 'serviceTier.type'",
    );
    refused(
        json!({ "messages": said("hi"), "performanceConfig": { "latency": "fast" } }),
        "'performanceConfig.latency'",
    );
    refused(json!({ "messages": said("hi"), "requestMetadata": {} }), "at 'requestMetadata'");
}

#[test]
fn the_service_tells_of_the_first_mistake_in_the_conversation() {
    let user = |content: Value| json!({ "role": "user", "content": content });
    let assistant = |content: Value| json!({ "role": "assistant", "content": content });
    let text = json!([{ "text": "hi" }]);
    let cases = [
        (json!([assistant(text.clone())]), "A conversation must start with a user message."),
        (json!([user(text.clone()), user(text.clone())]), "must alternate between user and assistant roles"),
        (json!([user(json!([]))]), "messages.0 is empty"),
        (
            json!([user(json!([{ "text": " " }]))]),
            "The text field in the ContentBlock object at messages.0.content.0 is blank.",
        ),
        (
            json!([user(json!([{}]))]),
            "The ContentBlock object at messages.0.content.0 must set one of the following keys: text, image",
        ),
        (
            json!([user(json!([{ "text": "a", "image": {"format": "png", "source": { "bytes": "a" }} }]))]),
            "must set one of the following keys",
        ),
        (
            json!([user(json!([{ "document": { "name": "a.pdf", "source": { "bytes": "a" } } }]))]),
            "The document file name can only contain",
        ),
        (
            json!([user(text.clone()), assistant(json!([call("a"), call("b")])), user(json!([result("a")]))]),
            "Expected toolResult blocks at messages.2.content for the following Ids: b",
        ),
        (
            json!([user(text.clone()), assistant(text.clone()), user(json!([result("a")]))]),
            "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.",
        ),
        (
            json!([
                user(text.clone()),
                assistant(json!([call("a"), call("b")])),
                user(json!([result("a"), result("a")]))
            ]),
            "The toolResult blocks at messages.2.content contain duplicate Ids: a",
        ),
        (
            json!([
                user(text.clone()),
                assistant(json!([{ "toolUse": { "toolUseId": "a", "name": "weather", "input": "x" } }]))
            ]),
            "The format of the value at messages.1.content.0.toolUse.input is invalid.",
        ),
        (
            json!([
                user(text.clone()),
                assistant(json!([call("a")])),
                user(json!([{ "toolResult": { "toolUseId": "a", "status": "error", "content": [] } }]))
            ]),
            "The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
        ),
        (
            json!([
                user(text.clone()),
                assistant(json!([call("a")])),
                user(json!([{ "toolResult": { "toolUseId": "a", "content": [{ "json": [1] }] } }]))
            ]),
            "The format of the value at messages.2.content.0.toolResult.content.0.json is invalid.",
        ),
    ];
    for (messages, part) in cases {
        refused(json!({ "messages": messages, "toolConfig": weather() }), part);
    }
    let bare = json!([user(text), assistant(json!([call("a")])), user(json!([result("a")]))]);
    refused(
        json!({ "messages": bare }),
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    );
}

#[test]
fn tools_have_rules() {
    let mut twice = weather();
    twice["tools"] = json!([weather()["tools"][0], weather()["tools"][0]]);
    let mut stranger = weather();
    stranger["toolChoice"] = json!({ "tool": { "name": "news" } });
    let mut shapeless = weather();
    shapeless["tools"][0]["toolSpec"]["inputSchema"] = json!({ "json": {} });
    let mut forced = weather();
    forced["toolChoice"] = json!({ "any": {} });
    refused(json!({ "messages": said("hi"), "toolConfig": twice }), "weather");
    refused(json!({ "messages": said("hi"), "toolConfig": stranger }), "Tool 'news' not found");
    refused(
        json!({ "messages": said("hi"), "toolConfig": shapeless }),
        "inputSchema.json.type must be one of",
    );
    let fields = json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } });
    refused(
        json!({ "messages": said("hi"), "toolConfig": forced, "additionalModelRequestFields": fields }),
        "The model returned the following errors: Thinking may not be enabled when tool_choice forces tool use.",
    );
}

#[test]
fn no_more_than_four_marks_fit() {
    let mark = json!({ "cachePoint": { "type": "default" } });
    let content = json!([{ "text": "hi" }, mark, mark, mark, mark, mark]);
    refused(json!({ "messages": [{ "role": "user", "content": content }] }), "Found 5.");
}

#[test]
fn what_is_no_request_is_malformed() {
    for body in [&b"{not json"[..], b"[]", b"", br#"{"messages":"hi"}"#, br#"{"messages":[{"role":1}]}"#] {
        let error = read(body).unwrap_err();
        assert_eq!(error.code(), "ValidationException", "{body:?}");
        assert!(String::from_utf8_lossy(&error.body()).contains("Malformed input request"), "{body:?}");
    }
}

/// Any JSON, of the words that a request is made of.
fn anything() -> impl Strategy<Value = Value> {
    const WORDS: [&str; 11] = [
        "role",
        "content",
        "text",
        "toolUse",
        "toolUseId",
        "toolConfig",
        "tools",
        "type",
        "name",
        "input",
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
        let asked = json!({ "messages": messages, "system": [rest], "toolConfig": rest, "additionalModelRequestFields": rest });
        let _ = ask(asked);
    }
}
