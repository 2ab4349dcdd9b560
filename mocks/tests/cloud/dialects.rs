//! Every family's dialect of InvokeModel: whole, streamed and counted.

use std::sync::Arc;

use aws_smithy_types::base64;
use bedload_mocks::faults::Script;
use bedload_mocks::{Cloud, CloudSpec, Epoch, ModelSpec};
use serde_json::{Value, json};

use crate::answers::tell;
use crate::common::{Book, Outcome, read, request, steady};

const NOVA: &str = "amazon.nova-lite-v1:0";
const TITAN: &str = "amazon.titan-text-express-v1";
const EMBED: &str = "amazon.titan-embed-text-v2:0";
const LLAMA: &str = "meta.llama3-1-8b-instruct-v1:0";
const MISTRAL: &str = "mistral.mistral-7b-instruct-v0:2";
const MISTRAL_LARGE: &str = "mistral.mistral-large-2402-v1:0";
const MISTRAL_LARGE_2: &str = "mistral.mistral-large-2407-v1:0";
const COMMAND: &str = "cohere.command-text-v14";
const COMMAND_R: &str = "cohere.command-r-v1:0";
const MODELS: [&str; 10] =
    [NOVA, TITAN, EMBED, LLAMA, MISTRAL, MISTRAL_LARGE, MISTRAL_LARGE_2, COMMAND, COMMAND_R, "acme.one-v1:0"];

fn cloud() -> Outcome<Arc<Cloud>> {
    let models = MODELS.into_iter().map(|id| ModelSpec::new(id, id, steady())).collect::<Result<_, _>>()?;
    let spec = CloudSpec::new(7, vec!["us-east-1".to_owned()], models, Script::default())?;
    Ok(Cloud::new(spec, Epoch::starting_at(std::time::SystemTime::UNIX_EPOCH), Book::default()))
}

/// A plain request of every dialect that streams.
fn plain() -> Vec<(&'static str, Value)> {
    vec![
        (
            NOVA,
            json!({ "schemaVersion": "messages-v1", "messages": [{ "role": "user", "content": [{ "text": "Say hello." }] }] }),
        ),
        (TITAN, json!({ "inputText": "Say hello." })),
        (LLAMA, json!({ "prompt": "Say hello." })),
        (MISTRAL, json!({ "prompt": "Say hello." })),
        (MISTRAL_LARGE, json!({ "prompt": "Say hello." })),
        (MISTRAL_LARGE_2, json!({ "messages": [{ "role": "user", "content": "Say hello." }] })),
        (COMMAND, json!({ "prompt": "Say hello." })),
        (COMMAND_R, json!({ "message": "Say hello." })),
    ]
}

struct Told {
    status: u16,
    head: String,
    input_tokens: Option<String>,
    output_tokens: Option<String>,
    body: String,
}

async fn ask(cloud: &Cloud, model: &str, operation: &str, body: &Value) -> Outcome<Told> {
    let response = cloud.handle(request(&format!("/model/{model}/{operation}"), &body.to_string())?).await;
    let header =
        |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (input_tokens, output_tokens) =
        (header("x-amzn-bedrock-input-token-count"), header("x-amzn-bedrock-output-token-count"));
    let status = response.status().as_u16();
    let head = format!("{status} {}\n", header("content-type").unwrap_or_default());
    let streams = head.contains("eventstream");
    let bytes = read(response).await?;
    let body = if streams { tell(bytes)? } else { String::from_utf8(bytes.to_vec())? };
    Ok(Told { status, head, input_tokens, output_tokens, body })
}

#[tokio::test(start_paused = true)]
async fn plain_answers_whole_and_streamed() -> Outcome {
    for (model, body) in plain() {
        let whole = ask(&*cloud()?, model, "invoke", &body).await?;
        let stream = ask(&*cloud()?, model, "invoke-with-response-stream", &body).await?;
        let story = format!("{}{}\n\n{}{}", whole.head, whole.body, stream.head, stream.body);
        insta::assert_snapshot!(format!("plain_{}", model.replace([':', '.', '-'], "_")), story);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn headers_measurements_and_counts_agree() -> Outcome {
    for (model, body) in plain() {
        let whole = ask(&*cloud()?, model, "invoke", &body).await?;
        let stream = ask(&*cloud()?, model, "invoke-with-response-stream", &body).await?;
        let last =
            stream.body.lines().last().and_then(|line| line.strip_prefix("chunk ")).ok_or("no chunk")?;
        let metrics = serde_json::from_str::<Value>(last)?["amazon-bedrock-invocationMetrics"].clone();
        assert_eq!(whole.input_tokens, Some(metrics["inputTokenCount"].to_string()), "{model}");
        assert_eq!(whole.output_tokens, Some(metrics["outputTokenCount"].to_string()), "{model}");
        assert_eq!(stream.body.matches("amazon-bedrock-invocationMetrics").count(), 1, "{model}");
        let count = json!({ "input": { "invokeModel": { "body": base64::encode(body.to_string()) } } });
        let count = ask(&*cloud()?, model, "count-tokens", &count).await?;
        assert_eq!(
            Some(serde_json::from_str::<Value>(&count.body)?["inputTokens"].to_string()),
            whole.input_tokens,
            "{model}"
        );
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn limits_and_stop_words_have_each_familys_reason() -> Outcome {
    let messages = json!([{ "role": "user", "content": "Hi." }]);
    let blocks = json!([{ "role": "user", "content": [{ "text": "Hi." }] }]);
    let cases = [
        (
            NOVA,
            json!({ "messages": blocks, "inferenceConfig": { "maxTokens": 2 } }),
            "/stopReason",
            "max_tokens",
        ),
        (
            NOVA,
            json!({ "messages": blocks, "inferenceConfig": { "stopSequences": [" "] } }),
            "/stopReason",
            "stop_sequence",
        ),
        (
            TITAN,
            json!({ "inputText": "Hi.", "textGenerationConfig": { "maxTokenCount": 2 } }),
            "/results/0/completionReason",
            "LENGTH",
        ),
        (
            TITAN,
            json!({ "inputText": "Hi.", "textGenerationConfig": { "stopSequences": [" "] } }),
            "/results/0/completionReason",
            "STOP_CRITERIA_MET",
        ),
        (LLAMA, json!({ "prompt": "Hi.", "max_gen_len": 2 }), "/stop_reason", "length"),
        (MISTRAL, json!({ "prompt": "Hi.", "max_tokens": 2 }), "/outputs/0/stop_reason", "length"),
        (MISTRAL, json!({ "prompt": "Hi.", "stop": [" "] }), "/outputs/0/stop_reason", "stop"),
        (
            MISTRAL_LARGE,
            json!({ "messages": messages, "max_tokens": 2 }),
            "/choices/0/finish_reason",
            "length",
        ),
        (
            MISTRAL_LARGE_2,
            json!({ "messages": messages, "max_tokens": 2 }),
            "/choices/0/stop_reason",
            "length",
        ),
        (COMMAND, json!({ "prompt": "Hi.", "max_tokens": 2 }), "/generations/0/finish_reason", "MAX_TOKENS"),
        (COMMAND_R, json!({ "message": "Hi.", "max_tokens": 2 }), "/finish_reason", "MAX_TOKENS"),
        (COMMAND_R, json!({ "message": "Hi.", "stop_sequences": [" "] }), "/finish_reason", "COMPLETE"),
    ];
    for (model, body, pointer, reason) in cases {
        let told = ask(&*cloud()?, model, "invoke", &body).await?;
        let answer: Value = serde_json::from_str(&told.body)?;
        assert_eq!(answer.pointer(pointer), Some(&json!(reason)), "{model} {body}: {answer}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn tools_are_called_in_each_familys_words() -> Outcome {
    let schema =
        json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] });
    let function = json!({ "type": "function", "function": { "name": "weather", "parameters": schema } });
    let spec = json!({ "toolSpec": { "name": "weather", "inputSchema": { "json": schema } } });
    let definitions = json!({ "city": { "type": "str", "required": true } });
    let cases = [
        (
            NOVA,
            json!({ "messages": [{ "role": "user", "content": [{ "text": "Bern?" }] }], "toolConfig": { "tools": [spec] } }),
        ),
        (
            MISTRAL_LARGE_2,
            json!({ "messages": [{ "role": "user", "content": "Bern?" }], "tools": [function], "tool_choice": "any" }),
        ),
        (
            COMMAND_R,
            json!({ "message": "Bern?", "tools": [{ "name": "weather", "description": "d", "parameter_definitions": definitions }] }),
        ),
    ];
    for (model, body) in cases {
        let whole = ask(&*cloud()?, model, "invoke", &body).await?;
        let stream = ask(&*cloud()?, model, "invoke-with-response-stream", &body).await?;
        let story = format!("{}\n\n{}", whole.body, stream.body);
        insta::assert_snapshot!(format!("tools_{}", model.replace([':', '.', '-'], "_")), story);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_result_of_a_tool_is_answered_with_text() -> Outcome {
    let function = json!({ "type": "function", "function": { "name": "weather", "parameters": {} } });
    let called = json!({ "id": "c", "function": { "name": "weather", "arguments": "{}" } });
    let mistral = json!({
        "messages": [
            { "role": "user", "content": "Bern?" },
            { "role": "assistant", "content": "", "tool_calls": [called] },
            { "role": "tool", "tool_call_id": "c", "content": "21" },
        ],
        "tools": [function],
    });
    let cohere = json!({
        "message": "Bern?",
        "tools": [{ "name": "weather", "description": "d", "parameter_definitions": {} }],
        "tool_results": [{ "call": { "name": "weather", "parameters": {} }, "outputs": [{ "temp": "21" }] }],
    });
    for (model, body, pointer) in
        [(MISTRAL_LARGE_2, mistral, "/choices/0/message/tool_calls"), (COMMAND_R, cohere, "/tool_calls")]
    {
        let answer: Value = serde_json::from_str(&ask(&*cloud()?, model, "invoke", &body).await?.body)?;
        assert_eq!(answer.pointer(pointer), None, "{model}: {answer}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_text_has_one_vector() -> Outcome {
    let cloud = cloud()?;
    let mut vectors = Vec::new();
    for text in ["river", "river", "desert"] {
        let told = ask(&cloud, EMBED, "invoke", &json!({ "inputText": text, "normalize": true })).await?;
        let answer: Value = serde_json::from_str(&told.body)?;
        assert_eq!(answer["embedding"].as_array().map(Vec::len), Some(1024));
        assert_eq!(Some(answer["inputTextTokenCount"].to_string()), told.input_tokens);
        vectors.push(answer["embedding"].clone());
    }
    assert_eq!(vectors[0], vectors[1]);
    assert_ne!(vectors[0], vectors[2]);
    let body = json!({ "inputText": "river" });
    assert_eq!(ask(&cloud, EMBED, "invoke-with-response-stream", &body).await?.status, 400);
    let small = json!({ "inputText": "river", "dimensions": 256 });
    assert_eq!(ask(&cloud, EMBED, "invoke", &small).await?.status, 400);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_familys_words_are_refused() -> Outcome {
    let cloud = cloud()?;
    let messages = json!({ "messages": [{ "role": "user", "content": "Hi." }] });
    let cases = [
        (NOVA, json!({ "prompt": "Hi." }), "messages"),
        (TITAN, json!({ "prompt": "Hi." }), "2 schema violations found"),
        (LLAMA, messages.clone(), "2 schema violations found"),
        (MISTRAL, messages.clone(), "2 schema violations found"),
        (MISTRAL_LARGE, json!({}), "required key [messages] not found"),
        (MISTRAL_LARGE_2, json!({ "messages": [] }), "minimum item count"),
        (MISTRAL_LARGE_2, json!({ "messages": [{ "role": "narrator", "content": "" }] }), "narrator"),
        (COMMAND, json!({ "message": "Hi." }), "2 schema violations found"),
        (
            COMMAND_R,
            json!({ "message": "Hi.", "max_tokens": 0 }),
            "#/max_tokens: 0 is not greater or equal to 1",
        ),
        ("acme.one-v1:0", messages, "does not speak the dialect of `acme`"),
    ];
    for (model, body, part) in cases {
        for operation in ["invoke", "invoke-with-response-stream"] {
            let told = ask(&cloud, model, operation, &body).await?;
            assert_eq!(told.status, 400, "{model}");
            assert!(told.body.contains(part), "{model} {body}: {}", told.body);
        }
    }
    Ok(())
}
