//! InvokeModel in every family's dialect, whole and streamed, against a cloud that speaks all of them.

use std::num::NonZeroU32;
use std::time::Duration;

use bedload::client::ask::{Ask, Message, Role, Tool};
use bedload::client::operation::Caller;
use bedload::client::policy::{RetryMode, RetryQuota};
use bedload::client::sdk::{self, Way};
use bedload::transport::http::Http;
use bedload_mocks::faults::{EarlyEnd, Fault, Kind, Script};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::record::{Call, CallEnd, FailureClass, Operation};
use serde_json::json;

use crate::support::{EAST, ask, retry, timeouts, virtually};

const MODELS: [&str; 10] = [
    "anthropic.claude-3-haiku-20240307-v1:0",
    "amazon.nova-lite-v1:0",
    "amazon.titan-text-express-v1",
    "meta.llama3-1-8b-instruct-v1:0",
    "meta.llama4-scout-17b-instruct-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mistral-large-2407-v1:0",
    "cohere.command-text-v14",
    "cohere.command-r-v1:0",
];

struct Forget;

impl LedgerSink for Forget {
    fn note(&self, _: Exchange) {}
}

fn call(model: &str, operation: Operation, ask: &Ask, faults: Vec<Fault>) -> Call {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::from_millis(100)),
        per_token: Spread::constant(Duration::from_millis(10)),
        output_tokens: Spread::constant(12),
        tokens_per_event: NonZeroU32::MIN,
    };
    virtually(async |clock| {
        let models = vec![ModelSpec::new("model", model, behaviour).unwrap()];
        let spec = CloudSpec::new(1, vec![EAST.to_owned()], models, Script::new(faults).unwrap()).unwrap();
        let cloud = Cloud::new(spec, Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }, Forget);
        let http = Http::memory(cloud);
        let way = Way::Mock { http, endpoint: "http://bedrock.in-memory".into() };
        let retry = retry(RetryMode::Off, RetryQuota::Own);
        let caller = Caller {
            client: sdk::client(&way, EAST, &retry, &timeouts(), clock).into(),
            region: EAST.into(),
            model: "model".into(),
            model_id: model.into(),
            operation,
            clock,
            flow_label: None,
            max_attempts: 1,
            stream_idle: None,
            polling: None,
        };
        caller.call(ask, None).await
    })
}

fn conversation() -> Ask {
    let turn = |role, text: &str| Message { role, text: text.into() };
    Ask {
        messages: vec![
            turn(Role::User, "Hello?"),
            turn(Role::Assistant, "Hi."),
            turn(Role::User, "And now?"),
        ],
        system: Some("Be brief.".into()),
        temperature: Some(0.5),
        top_p: Some(0.5),
        ..ask("")
    }
}

#[test]
fn every_family_is_asked_and_understood() {
    for model in MODELS {
        for ask in [ask("What is the weather?"), conversation()] {
            let [whole, streamed] = [Operation::Invoke, Operation::InvokeStream]
                .map(|operation| call(model, operation, &ask, Vec::new()));
            for call in [&whole, &streamed] {
                assert!(matches!(call.end, CallEnd::Answered { .. }), "{model}: {:?}", call.end);
                assert_eq!((call.tokens.output, call.tokens_estimated), (12, false), "{model}");
            }
            assert_eq!((&whole.end, whole.tokens), (&streamed.end, streamed.tokens), "{model}");
            assert_eq!((whole.first_content, streamed.gaps_us.len()), (None, 11), "{model}");
        }
    }
}

#[test]
fn limits_of_tokens_reach_every_family() {
    for model in MODELS {
        let short = Ask { max_tokens: Some(5), ..ask("What is the weather?") };
        assert_eq!(call(model, Operation::Invoke, &short, Vec::new()).tokens.output, 5, "{model}");
    }
}

#[test]
fn tools_are_called_where_the_dialect_has_words_for_them() {
    let schema =
        json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    let tool = Tool { name: "weather".into(), description: Some("Looks out.".into()), input_schema: schema };
    let equipped = Ask { tools: vec![tool], ..ask("What is the weather?") };
    for model in MODELS {
        for operation in [Operation::Invoke, Operation::InvokeStream] {
            let call = call(model, operation, &equipped, Vec::new());
            match &call.end {
                CallEnd::Answered { .. } => {
                    assert_eq!(call.first_content.is_some(), operation.streams(), "{model}");
                }
                CallEnd::Failed(failure) => {
                    assert_eq!(failure.class, FailureClass::Unsendable, "{model}: {failure:?}");
                    assert!(failure.message.ends_with("has no words for tools"), "{}", failure.message);
                    assert!(call.attempts.is_empty() && call.tokens.is_none(), "{model}");
                }
                CallEnd::Cancelled => panic!("{model}"),
            }
        }
    }
}

#[test]
fn a_stream_that_ends_too_early_is_incomplete_in_every_family() {
    for model in MODELS {
        let early = vec![Fault::new("f", Kind::EarlyEnd(EarlyEnd { after: 4 }))];
        let call = call(model, Operation::InvokeStream, &ask("What is the weather?"), early);
        let CallEnd::Failed(failure) = &call.end else { panic!("{model}: {:?}", call.end) };
        assert_eq!(failure.class, FailureClass::StreamIncomplete, "{model}");
        assert!((1..12).contains(&call.tokens.output), "{model}: {:?}", call.tokens);
    }
}
