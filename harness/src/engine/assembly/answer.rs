//! From a plan's answers to the rules that a cloud's models follow.

use bedload_mocks::{CannedRule, CannedStop};

use super::AssemblyError;
use super::fault::prompt;
use crate::scenario::{Answer, StopReason};

/// The rules, in their order.
pub(super) fn rules(answers: &[Answer]) -> Result<Vec<CannedRule>, AssemblyError> {
    answers.iter().map(rule).collect()
}

fn rule(answer: &Answer) -> Result<CannedRule, AssemblyError> {
    let rule = match (answer.say(), answer.call()) {
        (Some(text), None) => CannedRule::say(&**text),
        (Some(text), Some(call)) => CannedRule::say(&**text).and_calls(&*call.tool, call.input.clone()),
        (None, Some(call)) => CannedRule::call_with(&*call.tool, call.input.clone()),
        (None, None) => {
            return Err(AssemblyError::Unknown { kind: "answer", name: answer.name().to_string() });
        }
    };
    let aim = answer.aim();
    let rule = rule
        .models(aim.models.iter().map(|model| model.to_string()))
        .operations(aim.operations.iter().map(|operation| operation.aws_name()))
        .stop(stop(answer.stop_reason()));
    Ok(match &aim.prompt {
        Some(pattern) => rule.prompt(prompt(pattern)?),
        None => rule,
    })
}

fn stop(reason: StopReason) -> CannedStop {
    match reason {
        StopReason::EndTurn => CannedStop::EndTurn,
        StopReason::ToolUse => CannedStop::ToolUse,
        StopReason::MaxTokens => CannedStop::MaxTokens,
        StopReason::StopSequence => CannedStop::StopSequence,
        StopReason::GuardrailIntervened => CannedStop::GuardrailIntervened,
        StopReason::ContentFiltered => CannedStop::ContentFiltered,
        StopReason::MalformedModelOutput => CannedStop::MalformedModelOutput,
        StopReason::MalformedToolUse => CannedStop::MalformedToolUse,
        StopReason::ModelContextWindowExceeded => CannedStop::ContextWindowExceeded,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;

    use bedload_mocks::ledger::{Ledger, Ring};
    use bedload_mocks::{Cloud, Epoch};
    use http::Request;
    use http_body_util::BodyExt;
    use serde_json::{Value, json};

    use super::super::cloud_spec;
    use crate::scenario::{Plan, Source};

    const SCENARIO: &str = "
version: 1
name: answers
about: What models say.
target: { mock: { regions: [us-east-1] } }
models:
  rules: { id: anthropic.claude-3-haiku-20240307-v1:0 }
  echo: { id: amazon.nova-lite-v1:0, mock: { answers: echo, reasoning_tokens: 7 } }
answers:
  refund: { where: { model: rules, operation: converse, prompt: refund }, say: No refunds. }
  filter: { where: { prompt: { regex: '^Say .*!$' } }, say: Never., stop_reason: content_filtered }
  look-up: { where: { model: rules, prompt: weather }, say: Let me see., call: { tool: weather, input: { city: Bern } } }
stages: [{ name: all, for: 1m }]
clients: { app: { regions: [us-east-1] } }
flows:
  one: { call: { converse: { model: rules } }, client: app, load: { closed: { users: 1 } } }
";

    fn cloud() -> Arc<Cloud> {
        let source = Source::from_bytes("answers.yaml", SCENARIO.into()).unwrap();
        let plan = Plan::parse(&source, &[]).map_err(|mistakes| format!("{mistakes:?}")).unwrap();
        let ledger = Ledger::new(Ring::DEFAULT_MOST, None);
        Cloud::new(cloud_spec(&plan).unwrap(), Epoch::starting_at(UNIX_EPOCH), ledger)
    }

    /// The stop reason and the content of an answer of Converse.
    async fn answer(cloud: &Cloud, model: &str, request: Value) -> (Value, Value) {
        let request =
            Request::post(format!("/model/{model}/converse")).body(request.to_string().into()).unwrap();
        let body = cloud.handle(request).await.into_body().collect().await.unwrap().to_bytes();
        let mut answer: Value = serde_json::from_slice(&body).unwrap();
        (answer["stopReason"].take(), answer["output"]["message"]["content"].take())
    }

    fn said(text: &str) -> Value {
        json!({ "messages": [{ "role": "user", "content": [{ "text": text }] }] })
    }

    #[tokio::test(start_paused = true)]
    async fn models_say_what_the_scenario_has_them_say() {
        let (cloud, rules, echo) =
            (cloud(), "anthropic.claude-3-haiku-20240307-v1:0", "amazon.nova-lite-v1:0");
        let cases = [
            (rules, "A refund?", "end_turn", "No refunds."),
            (echo, "A refund?", "end_turn", "A refund?"),
            (echo, "Say it!", "content_filtered", "Never."),
        ];
        for (model, prompt, stop, text) in cases {
            let answer = answer(&cloud, model, said(prompt)).await;
            assert_eq!(answer, (json!(stop), json!([{ "text": text }])), "{model} {prompt}");
        }
        let mut request = said("The weather?");
        let schema = json!({ "type": "object" });
        request["toolConfig"] =
            json!({ "tools": [{ "toolSpec": { "name": "weather", "inputSchema": { "json": schema } } }] });
        let (stop, content) = answer(&cloud, rules, request).await;
        assert_eq!((stop, &content[0]), (json!("tool_use"), &json!({ "text": "Let me see." })));
        assert_eq!(content[1]["toolUse"]["input"], json!({ "city": "Bern" }));
    }

    #[tokio::test(start_paused = true)]
    async fn models_think_as_long_as_the_scenario_says() {
        let mut request = said("Echo.");
        request["inferenceConfig"] = json!({ "maxTokens": 2000 });
        request["additionalModelRequestFields"] =
            json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } });
        let (_, content) = answer(&cloud(), "amazon.nova-lite-v1:0", request).await;
        let thought = content[0]["reasoningContent"]["reasoningText"]["text"].as_str().unwrap();
        assert_eq!(thought.chars().count(), 7 * 4);
        assert_eq!(content[1], json!({ "text": "Echo." }));
    }
}
