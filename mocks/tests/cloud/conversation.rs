//! Conversations as clients have them: tools and their results, thoughts, caches, tiers, canned answers.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::common::{Book, HAIKU, Outcome, cloud, read, request, steady};
use crate::plant::{cloud_of, haiku};
use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_types::base64;
use bedload_mocks::faults::{PromptMatch, Script};
use bedload_mocks::{
    AnswerMode, CannedRule, CannedStop, Cloud, CloudSpec, Epoch, ModelSpec, Optimized, Quota,
};
use bytes::{Buf, Bytes};
use serde_json::{Value, json};

/// A cloud with one model that answers by these rules, or else so.
fn canned(mode: AnswerMode, rules: Vec<CannedRule>) -> Outcome<Arc<Cloud>> {
    let models = vec![ModelSpec::new("haiku", HAIKU, steady())?.answering(mode)];
    let spec = CloudSpec::new(7, vec!["us-east-1".to_owned()], models, Script::default())?.answering(rules);
    Ok(Cloud::new(spec, Epoch::starting_at(SystemTime::UNIX_EPOCH), Arc::new(Book::default())))
}

/// The JSON of a whole answer, with its status.
async fn whole(cloud: &Cloud, operation: &str, body: &Value) -> Outcome<(u16, Value)> {
    let response = cloud.handle(request(&format!("/model/{HAIKU}/{operation}"), &body.to_string())?).await;
    let status = response.status().as_u16();
    Ok((status, serde_json::from_slice(&read(response).await?)?))
}

/// The events of a streamed answer: name and payload, that of a chunk decoded.
async fn streamed(cloud: &Cloud, operation: &str, body: &Value) -> Outcome<Vec<(String, Value)>> {
    let response = cloud.handle(request(&format!("/model/{HAIKU}/{operation}"), &body.to_string())?).await;
    let mut stream: Bytes = read(response).await?;
    let mut events = Vec::new();
    while stream.has_remaining() {
        let message = read_message_from(&mut stream)?;
        let header = message.headers().first().and_then(|header| header.value().as_string().ok());
        let payload: Value = serde_json::from_slice(message.payload())?;
        let payload = match payload["bytes"].as_str() {
            Some(chunk) => serde_json::from_slice(&base64::decode(chunk)?)?,
            None => payload,
        };
        events.push((header.ok_or("no type")?.as_str().to_owned(), payload));
    }
    Ok(events)
}

fn told(events: &[(String, Value)]) -> String {
    events.iter().map(|(name, payload)| format!("{name} {payload}\n")).collect()
}

fn converse(fields: Value) -> Value {
    let mut body = json!({ "messages": [{ "role": "user", "content": [{ "text": "Weather in Bern?" }] }] });
    for (name, value) in fields.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

fn messages(fields: Value) -> Value {
    let mut body = json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 4096,
        "messages": [{ "role": "user", "content": "Weather in Bern?" }],
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

fn schema() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" }, "unit": { "enum": ["C", "F"] } }, "required": ["city", "unit"] })
}

fn tool_config() -> Value {
    json!({ "tools": [{ "toolSpec": { "name": "weather", "inputSchema": { "json": schema() } } }] })
}

#[tokio::test(start_paused = true)]
async fn converse_stream_tells_of_a_tool() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let events =
        streamed(&cloud, "converse-stream", &converse(json!({ "toolConfig": tool_config() }))).await?;
    insta::assert_snapshot!(told(&events));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn converse_stream_tells_of_thoughts() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let fields = json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } });
    let events =
        streamed(&cloud, "converse-stream", &converse(json!({ "additionalModelRequestFields": fields })))
            .await?;
    insta::assert_snapshot!(told(&events));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_messages_api_tells_of_thoughts_and_tools() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let tools = json!([{ "name": "weather", "input_schema": schema() }]);
    let asked = messages(json!({ "tools": tools, "thinking": { "type": "enabled", "budget_tokens": 1024 } }));
    let events = streamed(&cloud, "invoke-with-response-stream", &asked).await?;
    insta::assert_snapshot!(told(&events));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_agents_loop_ends_after_the_result() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let first = converse(json!({ "toolConfig": tool_config() }));
    let (_, answer) = whole(&cloud, "converse", &first).await?;
    assert_eq!(answer["stopReason"], "tool_use");
    let said = &answer["output"]["message"];
    let call = &said["content"][1]["toolUse"];
    assert!(call["input"]["city"].is_string(), "{call}");
    let result = json!({ "toolResult": { "toolUseId": call["toolUseId"], "content": [{ "text": "rain" }] } });
    let mut second = first.clone();
    second["messages"] = json!([first["messages"][0], said, { "role": "user", "content": [result] }]);
    let (status, answer) = whole(&cloud, "converse", &second).await?;
    assert_eq!((status, &answer["stopReason"]), (200, &json!("end_turn")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn whole_and_streamed_count_the_same() -> Outcome {
    let body = converse(json!({ "toolConfig": tool_config(), "inferenceConfig": { "maxTokens": 20 } }));
    let (one, _) = cloud(7, steady(), vec![])?;
    let (other, _) = cloud(7, steady(), vec![])?;
    let (_, answer) = whole(&one, "converse", &body).await?;
    let events = streamed(&other, "converse-stream", &body).await?;
    let metadata = events.last().map(|(_, payload)| payload.clone()).unwrap_or_default();
    assert_eq!((&metadata["usage"], &metadata["metrics"]), (&answer["usage"], &answer["metrics"]));
    let count = json!({ "input": { "converse": body } });
    let (_, counted) = whole(&one, "count-tokens", &count).await?;
    assert_eq!(counted["inputTokens"], answer["usage"]["inputTokens"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_marked_prompt_is_written_and_then_read() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let long = "word ".repeat(1000);
    let body = converse(json!({ "system": [{ "text": long }, { "cachePoint": { "type": "default" } }] }));
    let (_, first) = whole(&cloud, "converse", &body).await?;
    assert_eq!(
        first["usage"],
        json!({ "inputTokens": 4, "outputTokens": 8, "totalTokens": 1262, "cacheReadInputTokens": 0, "cacheWriteInputTokens": 1250, "cacheDetails": [{ "ttl": "5m", "inputTokens": 1250 }] })
    );
    let (_, second) = whole(&cloud, "converse", &body).await?;
    assert_eq!(
        second["usage"],
        json!({ "inputTokens": 4, "outputTokens": 8, "totalTokens": 1262, "cacheReadInputTokens": 1250, "cacheWriteInputTokens": 0 })
    );
    tokio::time::advance(Duration::from_secs(301)).await;
    let (_, third) = whole(&cloud, "converse", &body).await?;
    assert_eq!(third["usage"]["cacheWriteInputTokens"], 1250);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_messages_api_speaks_of_its_cache_in_usage_and_headers() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let system =
        json!([{ "type": "text", "text": "word ".repeat(1000), "cache_control": { "type": "ephemeral" } }]);
    let asked = messages(json!({ "system": system })).to_string();
    for (read_tokens, written) in [("0", "1250"), ("1250", "0")] {
        let response = cloud.handle(request(&format!("/model/{HAIKU}/invoke"), &asked)?).await;
        assert_eq!(response.headers()["x-amzn-bedrock-cache-read-input-token-count"], read_tokens);
        assert_eq!(response.headers()["x-amzn-bedrock-cache-write-input-token-count"], written);
        let body: Value = serde_json::from_slice(&read(response).await?)?;
        assert_eq!(body["usage"]["cache_creation_input_tokens"].to_string(), written);
        assert_eq!(body["usage"]["cache_read_input_tokens"].to_string(), read_tokens);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn tier_mode_and_guardrail_are_answered() -> Outcome {
    let (cloud, _) = cloud_of(haiku()?.optimized(Optimized::new(Quota::unlimited(), 2.0)?))?;
    let body = converse(json!({
        "serviceTier": { "type": "flex" },
        "performanceConfig": { "latency": "optimized" },
        "guardrailConfig": { "guardrailIdentifier": "g1", "guardrailVersion": "1", "trace": "enabled" },
    }));
    let (_, answer) = whole(&cloud, "converse", &body).await?;
    assert_eq!(answer["serviceTier"], json!({ "type": "flex" }));
    assert_eq!(answer["performanceConfig"], json!({ "latency": "optimized" }));
    assert!(answer["trace"]["guardrail"]["inputAssessment"]["g1"].is_object(), "{answer}");
    let mut asked = request(&format!("/model/{HAIKU}/invoke"), &messages(json!({})).to_string())?;
    asked.headers_mut().insert("x-amzn-bedrock-service-tier", "priority".parse()?);
    let response = cloud.handle(asked).await;
    assert_eq!(response.headers()["x-amzn-bedrock-service-tier"], "priority");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stop_sequence_is_named_to_those_who_ask() -> Outcome {
    let cloud = canned(AnswerMode::Echo, vec![])?;
    let body = converse(json!({
        "inferenceConfig": { "stopSequences": [" in"] },
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
    }));
    let (_, answer) = whole(&cloud, "converse", &body).await?;
    assert_eq!(answer["output"]["message"]["content"], json!([{ "text": "Weather" }]));
    assert_eq!(answer["stopReason"], "stop_sequence");
    assert_eq!(answer["additionalModelResponseFields"], json!({ "stop_sequence": " in" }));
    let (_, answer) = whole(&cloud, "invoke", &messages(json!({ "stop_sequences": [" in"] }))).await?;
    assert_eq!((&answer["stop_reason"], &answer["stop_sequence"]), (&json!("stop_sequence"), &json!(" in")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_first_rule_that_fits_answers() -> Outcome {
    let rules = vec![
        CannedRule::say("Not here.").operations(["InvokeModel"]),
        CannedRule::call("weather").prompt(PromptMatch::regex("(?i)weather")?),
        CannedRule::say("No.").prompt(PromptMatch::substring("Bern")).stop(CannedStop::ContentFiltered),
        CannedRule::say("Too late.").models(["haiku"]),
    ];
    let cloud = canned(AnswerMode::Essay, rules)?;
    let (_, answer) = whole(&cloud, "invoke", &messages(json!({}))).await?;
    assert_eq!(answer["content"][0]["text"], "Not here.");
    let (_, answer) = whole(&cloud, "converse", &converse(json!({ "toolConfig": tool_config() }))).await?;
    assert_eq!(answer["stopReason"], "tool_use");
    let (_, answer) = whole(&cloud, "converse", &converse(json!({}))).await?;
    assert_eq!(
        (&answer["stopReason"], &answer["output"]["message"]["content"][0]["text"]),
        (&json!("content_filtered"), &json!("No."))
    );
    let other = json!({ "messages": [{ "role": "user", "content": [{ "text": "Hi" }] }] });
    let (_, answer) = whole(&cloud, "converse", &other).await?;
    assert_eq!(answer["output"]["message"]["content"][0]["text"], "Too late.");
    Ok(())
}
