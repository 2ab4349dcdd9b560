//! Asynchronous invocations: started once, and asked after until they are over.
//!
//! The token of the request makes a repeated start harmless: a job that is delivered again finds the invocation that its
//! first delivery had begun. Each wait between two questions is half as long again as the one before; that is the client's
//! own doing, since no SDK has a waiter for them.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::types::{
    AsyncInvokeOutputDataConfig, AsyncInvokeS3OutputDataConfig, AsyncInvokeStatus,
};
use aws_smithy_types::{Document, Number};
use bedload_reports::record::{CallEnd, FailureClass, Name};
use serde_json::Value;

use super::ask::Ask;
use super::operation::{Caller, answered, failure, refused};
use super::sight::Sight;
use crate::classify;

/// How an invocation is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Where its output goes: `s3://bucket/prefix`.
    pub output: Name,
    /// The first wait.
    pub every: Duration,
    /// The longest wait.
    pub most: Duration,
    /// When it is given up, from its start on.
    pub deadline: Duration,
}

/// The word for an invocation that came to its end; the service names no reason why the model stopped.
const COMPLETED: &str = "completed";

impl Caller {
    /// Starts an invocation and waits for its end.
    pub(super) async fn async_invoke(&self, client: &Client, ask: &Ask, sight: &Sight) -> CallEnd {
        let Some(polling) = &self.polling else {
            return CallEnd::Failed(failure(FailureClass::Unsendable, "nothing says where the output goes"));
        };
        match self.start(client, ask, polling, sight).await {
            Ok(arn) => {
                match self
                    .clock
                    .within(Some(polling.deadline), self.follow(client, &arn, polling, sight))
                    .await
                {
                    Some(end) => end,
                    None => CallEnd::Failed(failure(
                        FailureClass::Timeout,
                        "the invocation was not over by its deadline",
                    )),
                }
            }
            Err(end) => end,
        }
    }

    async fn start(
        &self,
        client: &Client,
        ask: &Ask,
        polling: &Polling,
        sight: &Sight,
    ) -> Result<String, CallEnd> {
        let (_, body) = self.body(ask).map_err(CallEnd::Failed)?;
        let input: Value = serde_json::from_slice(&body).unwrap_or_default();
        let place = AsyncInvokeS3OutputDataConfig::builder().s3_uri(&*polling.output).build();
        let place =
            place.map_err(|error| CallEnd::Failed(failure(FailureClass::Unsendable, &error.to_string())))?;
        let request = client
            .start_async_invoke()
            .model_id(&*self.model_id)
            .model_input(document(input))
            .output_data_config(AsyncInvokeOutputDataConfig::S3OutputDataConfig(place))
            .set_client_request_token(ask.token.clone());
        let sending = self.sent(ask, sight, Box::pin(request.send()));
        match sending.await {
            Ok(started) => Ok(started.invocation_arn),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Asks until the invocation is over. A question that fails, after all the attempts of the SDK, is asked again at
    /// the next turn, unless no answer can ever come.
    async fn follow(&self, client: &Client, arn: &str, polling: &Polling, sight: &Sight) -> CallEnd {
        let mut wait = polling.every;
        loop {
            self.clock.sleep(wait).await;
            wait = (wait + wait / 2).min(polling.most);
            sight.polled();
            let asking = Box::pin(client.get_async_invoke().invocation_arn(arn).send());
            match asking.await {
                Ok(seen) => match seen.status {
                    AsyncInvokeStatus::Completed => return answered(COMPLETED),
                    AsyncInvokeStatus::Failed => {
                        let why = seen.failure_message.unwrap_or_else(|| "the invocation failed".to_owned());
                        return CallEnd::Failed(failure(FailureClass::ServerError, &why));
                    }
                    _ => {}
                },
                Err(error) => {
                    let failed = classify::failure(&error);
                    if matches!(failed.class, FailureClass::Rejected | FailureClass::Denied) {
                        return CallEnd::Failed(failed);
                    }
                }
            }
        }
    }
}

/// JSON as the SDK has it.
fn document(value: Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(truth) => Document::Bool(truth),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::String(text) => Document::String(text),
        Value::Array(items) => Document::Array(items.into_iter().map(document).collect()),
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (key, document(value)));
            Document::Object(entries.collect::<HashMap<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_numbers_and_its_shape() {
        let value = serde_json::json!({ "a": [1, -2, 0.5], "b": null, "c": true, "d": "x" });
        let Document::Object(entries) = document(value) else { unreachable!("an object") };
        let numbers = [Number::PosInt(1), Number::NegInt(-2), Number::Float(0.5)].map(Document::Number);
        assert_eq!(entries["a"], Document::Array(numbers.into()));
        assert_eq!((&entries["b"], &entries["c"]), (&Document::Null, &Document::Bool(true)));
        assert_eq!(entries["d"], Document::String("x".to_owned()));
    }
}
