#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::json;

use super::*;
use crate::client::ask::{Message, Role, Tool};

const ALL: [Dialect; 9] = [
    Dialect::Anthropic,
    Dialect::Nova,
    Dialect::Titan,
    Dialect::Llama3,
    Dialect::Llama4,
    Dialect::MistralText,
    Dialect::MistralChat,
    Dialect::Command,
    Dialect::CommandR,
];

fn ask() -> Ask {
    let turn = |role, text: &str| Message { role, text: text.into() };
    Ask {
        messages: vec![
            turn(Role::User, "Hello?"),
            turn(Role::Assistant, "Hi."),
            turn(Role::User, "What is the weather?"),
        ],
        system: Some("Be brief.".into()),
        max_tokens: Some(64),
        temperature: Some(0.5),
        top_p: Some(0.25),
        stop_sequences: Vec::new(),
        tools: Vec::new(),
        ..Ask::default()
    }
}

fn tool() -> Tool {
    let schema = json!({
        "type": "object",
        "properties": { "city": { "type": "string", "description": "which" }, "days": { "type": "integer" } },
        "required": ["city"],
    });
    Tool { name: "weather".into(), description: Some("Looks out.".into()), input_schema: schema }
}

#[test]
fn a_model_is_known_by_its_id_its_profile_and_its_arn() {
    let cases = [
        ("anthropic.claude-3-haiku-20240307-v1:0", Some(Dialect::Anthropic)),
        ("us.anthropic.claude-sonnet-4-6", Some(Dialect::Anthropic)),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", Some(Dialect::Nova)),
        ("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0", Some(Dialect::Nova)),
        ("us.amazon.nova-2-lite-v1:0", Some(Dialect::Nova)),
        ("amazon.titan-text-express-v1", Some(Dialect::Titan)),
        ("meta.llama3-1-8b-instruct-v1:0", Some(Dialect::Llama3)),
        ("us.meta.llama4-scout-17b-instruct-v1:0", Some(Dialect::Llama4)),
        ("mistral.mistral-7b-instruct-v0:2", Some(Dialect::MistralText)),
        ("mistral.mistral-large-2407-v1:0", Some(Dialect::MistralChat)),
        ("us.mistral.pixtral-large-2502-v1:0", Some(Dialect::MistralChat)),
        ("cohere.command-text-v14", Some(Dialect::Command)),
        ("cohere.command-r-plus-v1:0", Some(Dialect::CommandR)),
        ("cohere.embed-english-v3", None),
        ("amazon.nova-canvas-v1:0", None),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2c3", None),
        ("acme.one-v1:0", None),
        ("", None),
    ];
    for (id, expected) in cases {
        assert_eq!(Dialect::of(id), expected, "{id}");
    }
}

#[test]
fn the_same_ask_in_every_dialect() {
    let mut story = String::new();
    for dialect in ALL {
        let body = String::from_utf8(dialect.body(&ask()).unwrap()).unwrap();
        story.push_str(&format!("{dialect:?}\n{body}\n"));
        let equipped = Ask { tools: vec![tool()], stop_sequences: vec!["END".into()], ..ask() };
        story.push_str(&match dialect.body(&equipped) {
            Ok(body) => format!("{}\n\n", String::from_utf8(body).unwrap()),
            Err(unsayable) => format!("{unsayable}\n\n"),
        });
    }
    insta::assert_snapshot!(story);
}

#[test]
fn what_has_no_words_is_told_and_not_left_out() {
    let stops = Ask { stop_sequences: vec!["END".into()], ..ask() };
    let tools = Ask { tools: vec![tool()], ..ask() };
    let said = |ask: &Ask| ALL.map(|dialect| dialect.body(ask).is_ok());
    assert_eq!(said(&stops), [true, true, true, false, false, true, true, true, true]);
    assert_eq!(said(&tools), [true, true, false, false, false, false, true, false, true]);
}

#[test]
fn every_dialect_tells_its_own_answers_from_others() {
    let html = b"<html>";
    for dialect in ALL {
        assert!(dialect.answer(html).is_err() && dialect.chunk(html).is_err(), "{dialect:?}");
        assert!(dialect.answer(b"{}").is_err(), "{dialect:?}: nothing says why it stopped");
    }
}

#[test]
fn bedrocks_own_measurements_close_a_stream_in_every_dialect() {
    let metrics = json!({ "inputTokenCount": 7, "outputTokenCount": 9, "invocationLatency": 1 });
    let last = json!({
        "type": "message_stop",
        "outputs": [],
        "choices": [],
        "amazon-bedrock-invocationMetrics": metrics,
    });
    for dialect in ALL {
        let events = dialect.chunk(last.to_string().as_bytes()).unwrap();
        for event in [Event::Input(7), Event::Output(9), Event::Close] {
            assert!(events.contains(&event), "{dialect:?}: {events:?}");
        }
    }
}
