//! The four operations: one call each, from an ask to the record of what happened.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::primitives::Blob;
use bedload_reports::record::{
    Attempt, Call, CallEnd, Failure, FailureClass, Name, Operation, Reason, Tokens,
};
use bedload_reports::units::Nanos;

use super::anthropic;
use super::ask::Ask;
use super::converse::{Parts, tokens};
use super::observer::{Attempts, Observer};
use super::stream::{self, Read};
use crate::classify;
use crate::clock::Clock;

/// The media type of the bodies that InvokeModel takes and gives.
const JSON: &str = "application/json";

/// Everything that one call needs beside its content.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The SDK's client for the region.
    pub client: Client,
    /// The region's name.
    pub region: Name,
    /// The scenario's name of the model.
    pub model: Name,
    /// Bedrock's id of the model.
    pub model_id: Arc<str>,
    /// Which operation.
    pub operation: Operation,
    /// The run's clock.
    pub clock: Clock,
    /// The flow's name, sent along to a mock; none for AWS.
    pub flow_label: Option<Name>,
    /// The most attempts that the SDK makes.
    pub max_attempts: u32,
    /// The longest silence allowed between two events of a stream.
    pub stream_idle: Option<Duration>,
}

/// What an operation gave.
struct Given {
    end: CallEnd,
    tokens: Tokens,
    content: Option<Content>,
}

struct Content {
    first: Option<Nanos>,
    last: Option<Nanos>,
    gaps_us: Vec<u32>,
}

impl Caller {
    /// Makes the call and tells what happened. `limit` bounds the whole of it, stream included.
    pub async fn call(&self, ask: &Ask, limit: Option<Duration>) -> Call {
        let sent = self.clock.now();
        let attempts = Attempts::default();
        let given = match self.clock.within(limit, self.operate(ask, &attempts)).await {
            Some(given) => given,
            None => Given::failed(timed_out(limit)),
        };
        self.record(sent, given, &attempts)
    }

    async fn operate(&self, ask: &Ask, attempts: &Attempts) -> Given {
        match self.operation {
            Operation::Converse => self.converse(ask, attempts).await,
            Operation::ConverseStream => self.converse_stream(ask, attempts).await,
            Operation::Invoke => self.invoke(ask, attempts).await,
            Operation::InvokeStream => self.invoke_stream(ask, attempts).await,
        }
    }

    async fn converse(&self, ask: &Ask, attempts: &Attempts) -> Given {
        let parts = match Parts::of(ask) {
            Ok(parts) => parts,
            Err(error) => return Given::failed(unsendable(&error)),
        };
        let request = self
            .client
            .converse()
            .model_id(&*self.model_id)
            .set_messages(Some(parts.messages))
            .set_system(parts.system)
            .inference_config(parts.inference)
            .set_tool_config(parts.tools);
        match request.customize().interceptor(self.observer(attempts)).send().await {
            Ok(answer) => Given::answered(answer.stop_reason.as_str(), tokens(answer.usage.as_ref())),
            Err(error) => Given::refused(&error),
        }
    }

    async fn converse_stream(&self, ask: &Ask, attempts: &Attempts) -> Given {
        let parts = match Parts::of(ask) {
            Ok(parts) => parts,
            Err(error) => return Given::failed(unsendable(&error)),
        };
        let request = self
            .client
            .converse_stream()
            .model_id(&*self.model_id)
            .set_messages(Some(parts.messages))
            .set_system(parts.system)
            .inference_config(parts.inference)
            .set_tool_config(parts.tools);
        match request.customize().interceptor(self.observer(attempts)).send().await {
            Ok(answer) => Given::read(stream::converse(answer.stream, self.clock, self.stream_idle).await),
            Err(error) => Given::refused(&error),
        }
    }

    async fn invoke(&self, ask: &Ask, attempts: &Attempts) -> Given {
        let request = self
            .client
            .invoke_model()
            .model_id(&*self.model_id)
            .content_type(JSON)
            .accept(JSON)
            .body(Blob::new(anthropic::body(ask)));
        match request.customize().interceptor(self.observer(attempts)).send().await {
            Ok(answer) => match anthropic::read(answer.body.as_ref()) {
                Ok(answer) => {
                    let (stop_reason, tokens) = answer.parts();
                    Given::answered(&stop_reason, tokens)
                }
                Err(error) => Given::failed(failure(FailureClass::Unparsable, &error.to_string())),
            },
            Err(error) => Given::refused(&error),
        }
    }

    async fn invoke_stream(&self, ask: &Ask, attempts: &Attempts) -> Given {
        let request = self
            .client
            .invoke_model_with_response_stream()
            .model_id(&*self.model_id)
            .content_type(JSON)
            .accept(JSON)
            .body(Blob::new(anthropic::body(ask)));
        match request.customize().interceptor(self.observer(attempts)).send().await {
            Ok(answer) => Given::read(stream::invoke(answer.body, self.clock, self.stream_idle).await),
            Err(error) => Given::refused(&error),
        }
    }

    fn observer(&self, attempts: &Attempts) -> Observer {
        Observer::new(self.clock, self.flow_label.clone(), attempts.clone())
    }

    fn record(&self, sent: Nanos, given: Given, attempts: &Attempts) -> Call {
        let done = self.clock.now();
        let (attempts, first_byte) = attempts.close(done);
        let mut end = given.end;
        if let CallEnd::Failed(failure) = &mut end {
            failure.retry_refused = self.was_refused(failure, &attempts);
        }
        let content = given.content.unwrap_or(Content { first: None, last: None, gaps_us: Vec::new() });
        Call {
            reason: Reason::First,
            operation: self.operation,
            model: self.model.clone(),
            region: self.region.clone(),
            sent,
            first_byte,
            first_content: content.first,
            last_content: content.last,
            done,
            end,
            tokens: given.tokens,
            tokens_estimated: false,
            gaps_us: content.gaps_us,
            attempts,
        }
    }

    /// The SDK does not say when its retry quota was dry; but a retryable error with attempts and time
    /// left has no other reason to be the last.
    fn was_refused(&self, failure: &Failure, attempts: &[Attempt]) -> bool {
        let Some(last) = attempts.last() else { return false };
        let out_of_time = failure.class == FailureClass::Timeout
            && last.error.as_deref() != Some(classify::ATTEMPT_TIMED_OUT);
        last.number < self.max_attempts && classify::is_retryable(last) && !out_of_time
    }
}

impl Given {
    fn answered(stop_reason: &str, tokens: Tokens) -> Self {
        Given { end: CallEnd::Answered { stop_reason: stop_reason.into() }, tokens, content: None }
    }

    fn failed(failure: Failure) -> Self {
        Given { end: CallEnd::Failed(failure), tokens: Tokens::default(), content: None }
    }

    fn refused<E, R>(error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        Given::failed(classify::failure(error))
    }

    fn read(read: Read) -> Self {
        let content = Content { first: read.first_content, last: read.last_content, gaps_us: read.gaps_us };
        Given { end: read.end, tokens: read.tokens, content: Some(content) }
    }
}

fn timed_out(limit: Option<Duration>) -> Failure {
    let limit = bedload_reports::number::time(Nanos::from(limit.unwrap_or_default()));
    failure(FailureClass::Timeout, &format!("not over within {limit}"))
}

fn unsendable(error: &dyn std::error::Error) -> Failure {
    failure(FailureClass::Unsendable, &error.to_string())
}

fn failure(class: FailureClass, message: &str) -> Failure {
    Failure { class, code: None, message: classify::cut(message), retry_refused: false }
}
