//! The four operations: one call each, from an ask to the record of what happened.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::primitives::Blob;
use bedload_reports::record::{
    Attempt, Call, CallEnd, Failure, FailureClass, Name, Operation, Reason, Tokens,
};
use bedload_reports::units::Nanos;

use super::ask::Ask;
use super::async_invoke::Polling;
use super::attempts::Closed;
use super::converse::{Parts, tokens};
use super::dialect::Dialect;
use super::observer::Watched;
use super::sight::{Content, Sight};
use super::stack::Stack;
use super::stream::Reader;
use super::tokens::estimate;
use crate::classify;
use crate::clock::Clock;

/// The media type of the bodies that InvokeModel takes and gives.
const JSON: &str = "application/json";

/// Everything that one call needs beside its content.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What it is made with, for the region.
    pub client: Stack,
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
    /// The most attempts that are made.
    pub max_attempts: u32,
    /// The longest silence allowed between two events of a stream.
    pub stream_idle: Option<Duration>,
    /// How an asynchronous invocation is followed.
    pub polling: Option<Polling>,
}

impl Caller {
    /// Makes the call and tells what happened. `limit` bounds the whole of it, stream included.
    pub async fn call(&self, ask: &Ask, limit: Option<Duration>) -> Call {
        self.call_in_sight(ask, limit, &Sight::default()).await
    }

    /// Makes the call in sight of others, who can tell of it while it runs.
    pub async fn call_in_sight(&self, ask: &Ask, limit: Option<Duration>, sight: &Sight) -> Call {
        let sent = self.clock.now();
        let end = match self.clock.within(limit, self.operate(ask, sight)).await {
            Some(end) => end,
            None => CallEnd::Failed(timed_out(limit)),
        };
        self.tell(ask, sent, end, sight)
    }

    /// Tells of a call, sent at `sent`, that was given up before it was over.
    pub fn given_up(&self, ask: &Ask, sent: Nanos, sight: &Sight) -> Call {
        self.tell(ask, sent, CallEnd::Cancelled, sight)
    }

    async fn operate(&self, ask: &Ask, sight: &Sight) -> CallEnd {
        match &self.client {
            Stack::Wire(client) => client.operate(self, ask, sight).await,
            Stack::Sdk(client) => self.operate_sdk(client, ask, sight).await,
        }
    }

    async fn operate_sdk(&self, client: &Client, ask: &Ask, sight: &Sight) -> CallEnd {
        match self.operation {
            Operation::Converse => self.converse(client, ask, sight).await,
            Operation::ConverseStream => self.converse_stream(client, ask, sight).await,
            Operation::Invoke => self.invoke(client, ask, sight).await,
            Operation::InvokeStream => self.invoke_stream(client, ask, sight).await,
            Operation::AsyncInvoke => self.async_invoke(client, ask, sight).await,
        }
    }

    async fn converse(&self, client: &Client, ask: &Ask, sight: &Sight) -> CallEnd {
        let parts = match Parts::of(ask) {
            Ok(parts) => parts,
            Err(error) => return CallEnd::Failed(unsendable(&error)),
        };
        let request = client
            .converse()
            .model_id(&*self.model_id)
            .set_messages(Some(parts.messages))
            .set_system(parts.system)
            .inference_config(parts.inference)
            .set_tool_config(parts.tools);
        let sending = self.sent(ask, sight, Box::pin(request.send()));
        match sending.await {
            Ok(answer) => {
                let usage = answer.usage.as_ref().map(tokens);
                sight.told(usage.map(|usage| usage.input), usage.map(|usage| usage.output));
                answered(answer.stop_reason.as_str())
            }
            Err(error) => refused(&error),
        }
    }

    async fn converse_stream(&self, client: &Client, ask: &Ask, sight: &Sight) -> CallEnd {
        let parts = match Parts::of(ask) {
            Ok(parts) => parts,
            Err(error) => return CallEnd::Failed(unsendable(&error)),
        };
        let request = client
            .converse_stream()
            .model_id(&*self.model_id)
            .set_messages(Some(parts.messages))
            .set_system(parts.system)
            .inference_config(parts.inference)
            .set_tool_config(parts.tools);
        let sending = self.sent(ask, sight, Box::pin(request.send()));
        match sending.await {
            Ok(answer) => self.reader(sight).converse(answer.stream).await,
            Err(error) => refused(&error),
        }
    }

    async fn invoke(&self, client: &Client, ask: &Ask, sight: &Sight) -> CallEnd {
        let (dialect, body) = match self.body(ask) {
            Ok(said) => said,
            Err(failure) => return CallEnd::Failed(failure),
        };
        let request = client
            .invoke_model()
            .model_id(&*self.model_id)
            .content_type(JSON)
            .accept(JSON)
            .body(Blob::new(body));
        let sending = self.sent(ask, sight, Box::pin(request.send()));
        match sending.await {
            Ok(answer) => self.read_body(dialect, answer.body.as_ref(), sight),
            Err(error) => refused(&error),
        }
    }

    async fn invoke_stream(&self, client: &Client, ask: &Ask, sight: &Sight) -> CallEnd {
        let (dialect, body) = match self.body(ask) {
            Ok(said) => said,
            Err(failure) => return CallEnd::Failed(failure),
        };
        let request = client
            .invoke_model_with_response_stream()
            .model_id(&*self.model_id)
            .content_type(JSON)
            .accept(JSON)
            .body(Blob::new(body));
        let sending = self.sent(ask, sight, Box::pin(request.send()));
        match sending.await {
            Ok(answer) => self.reader(sight).invoke(dialect, answer.body).await,
            Err(error) => refused(&error),
        }
    }

    /// The body of a request, in the dialect of the model.
    pub(super) fn body(&self, ask: &Ask) -> Result<(Dialect, Vec<u8>), Failure> {
        let Some(dialect) = Dialect::of(&self.model_id) else {
            let message = format!("no dialect of InvokeModel is known for `{}`", self.model_id);
            return Err(failure(FailureClass::Unsendable, &message));
        };
        let body = dialect.body(ask).map_err(|unsayable| unsendable(&unsayable))?;
        Ok((dialect, body))
    }

    /// Reads the body of a whole answer, in the dialect of the model.
    pub(super) fn read_body(&self, dialect: Dialect, body: &[u8], sight: &Sight) -> CallEnd {
        match dialect.answer(body) {
            Ok(answer) => {
                sight.told(answer.input, answer.output);
                answered(&answer.stop_reason)
            }
            Err(error) => CallEnd::Failed(failure(FailureClass::Unparsable, &error.to_string())),
        }
    }

    pub(super) fn reader<'a>(&self, sight: &'a Sight) -> Reader<'a> {
        Reader { sight, clock: self.clock, idle: self.stream_idle }
    }

    /// Sends a request of the SDK's, and watches its attempts. Boxed, since the SDK's futures are large: a stream would carry
    /// room for the one that opened it for as long as it is read.
    pub(super) fn sent<F: Future>(
        &self,
        ask: &Ask,
        sight: &Sight,
        sending: Pin<Box<F>>,
    ) -> impl Future<Output = F::Output> + use<F> {
        let watched = Watched {
            clock: self.clock,
            flow: self.flow_label.clone(),
            answer_tokens: self.told_length(ask),
            attempts: sight.attempts().clone(),
        };
        watched.during(sending)
    }

    /// How long the target is told to make its answer: only mocks are, since it is no business of a model.
    pub(super) fn told_length(&self, ask: &Ask) -> Option<u32> {
        self.flow_label.as_ref().and(ask.answer_tokens)
    }

    fn tell(&self, ask: &Ask, sent: Nanos, mut end: CallEnd, sight: &Sight) -> Call {
        let done = self.clock.now();
        let word = if end == CallEnd::Cancelled { classify::GIVEN_UP } else { classify::CUT_OFF };
        let closed = sight.attempts().close(done, word);
        if let CallEnd::Failed(failure) = &mut end {
            failure.retry_refused = self.was_refused(failure, &closed.attempts);
        }
        let content = sight.content();
        let (tokens, tokens_estimated) = spent(ask, &end, &closed, &content);
        Call {
            reason: Reason::First,
            operation: self.operation,
            model: self.model.clone(),
            region: self.region.clone(),
            sent,
            first_byte: closed.first_byte,
            first_content: content.first,
            last_content: content.last,
            done,
            end,
            tokens,
            tokens_estimated,
            gaps_us: content.gaps_us,
            attempts: closed.attempts,
            polls: sight.polls(),
        }
    }

    /// The SDK does not say when its retry quota was dry; but a retryable error with attempts and time
    /// left has no other reason to be the last.
    fn was_refused(&self, failure: &Failure, attempts: &[Attempt]) -> bool {
        // A wire client has no such quota.
        let Stack::Sdk(_) = &self.client else { return false };
        let Some(last) = attempts.last() else { return false };
        let out_of_time = failure.class == FailureClass::Timeout
            && last.error.as_deref() != Some(classify::ATTEMPT_TIMED_OUT);
        last.number < self.max_attempts && classify::is_retryable(last) && !out_of_time
    }
}

/// The tokens of a call, and whether any of them are an estimate.
///
/// What the service told is taken, in the answer or beside it. What it did not come to tell is estimated from what was
/// sent and received, where a model had begun to answer, or was at work on a call that was given up. A refused attempt
/// costs nothing.
fn spent(ask: &Ask, end: &CallEnd, closed: &Closed, content: &Content) -> (Tokens, bool) {
    let input = content.input.or(closed.input);
    let output = content.output.or(closed.output);
    let at_work = closed.first_byte.is_some() || *end == CallEnd::Cancelled && closed.was_open;
    if !at_work || input.is_some() && output.is_some() {
        return (Tokens { input: input.unwrap_or(0), output: output.unwrap_or(0) }, false);
    }
    let tokens = Tokens {
        input: input.unwrap_or_else(|| ask.prompt_tokens()),
        output: output.unwrap_or_else(|| estimate(content.chars)),
    };
    (tokens, true)
}

pub(super) fn answered(stop_reason: &str) -> CallEnd {
    CallEnd::Answered { stop_reason: stop_reason.into() }
}

pub(super) fn refused<E, R>(error: &SdkError<E, R>) -> CallEnd
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    CallEnd::Failed(classify::failure(error))
}

pub(super) fn timed_out(limit: Option<Duration>) -> Failure {
    let limit = bedload_reports::number::time(Nanos::from(limit.unwrap_or_default()));
    failure(FailureClass::Timeout, &format!("not over within {limit}"))
}

pub(super) fn unsendable(error: &dyn std::error::Error) -> Failure {
    failure(FailureClass::Unsendable, &error.to_string())
}

pub(super) fn failure(class: FailureClass, message: &str) -> Failure {
    Failure { class, code: None, message: classify::cut(message), retry_refused: false }
}
