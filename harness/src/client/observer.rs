//! Watches the attempts that the SDK's own retry loop makes.
//!
//! An interceptor is the only view that sees each attempt with its times, whatever the retry strategy.
//! The backoff is not handed to interceptors; it is the gap between two attempts, which is also what
//! the service feels.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use bedload_mocks::Exchange;
use bedload_mocks::faults::Strikes;
use bedload_reports::record::{Attempt, Name};
use bedload_reports::trace::propagation::CallIds;
use bedload_reports::units::Nanos;

use crate::classify;
use crate::clock::Clock;

/// The attempts of one call, filled in while it runs.
#[derive(Clone, Debug, Default)]
pub struct Attempts(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    attempts: Vec<Attempt>,
    /// Whether the last of them is under way.
    open: bool,
    /// The ids that attempts carry; none where they carry none.
    ids: Option<CallIds>,
    /// Where faults in this process note that they struck, an entry for each attempt.
    strikes: Vec<Strikes>,
    first_byte: Option<Nanos>,
    /// What the headers of the last answer said of its tokens, read and written.
    counted: (Option<u64>, Option<u64>),
}

/// The attempts of a call that is over, one way or another.
#[derive(Debug)]
pub struct Closed {
    /// The attempts, with the faults that struck them.
    pub attempts: Vec<Attempt>,
    /// When the headers of an answer had come, if the last attempt had one.
    pub first_byte: Option<Nanos>,
    /// Tokens read by the model, where the headers of a whole answer told.
    pub input: Option<u64>,
    /// Tokens written by the model, where the headers of a whole answer told.
    pub output: Option<u64>,
    /// Whether the last attempt was under way until the end.
    pub was_open: bool,
}

impl Attempts {
    /// Those of a call whose attempts carry the ids of their spans.
    pub fn traced(ids: Option<CallIds>) -> Self {
        Attempts(Arc::new(Mutex::new(Seen { ids, ..Seen::default() })))
    }

    /// The trace headers of the attempt that is under way.
    fn trace_headers(&self) -> Option<[(&'static str, String); 2]> {
        self.with(|seen| Some(seen.ids?.headers(seen.attempts.len().checked_sub(1)?)))
    }

    /// The attempts so far. One that was ended from outside, by a limit over the whole call or because the call was given
    /// up, is closed at `done` with this `word`.
    pub fn close(&self, done: Nanos, word: &str) -> Closed {
        self.with(|seen| {
            let was_open = std::mem::take(&mut seen.open);
            if let Some(open) = seen.attempts.last_mut().filter(|_| was_open) {
                open.done = done;
                open.error = Some(word.into());
            }
            for (attempt, strikes) in seen.attempts.iter_mut().zip(seen.strikes.drain(..)) {
                attempt.fault = strikes.fault();
            }
            let (input, output) = seen.counted;
            let attempts = std::mem::take(&mut seen.attempts);
            Closed { attempts, first_byte: seen.first_byte, input, output, was_open }
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        // A poisoned lock still holds whole attempts: each hook leaves them consistent.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The interceptor of one call.
#[derive(Debug)]
pub struct Observer {
    clock: Clock,
    flow: Option<Name>,
    answer_tokens: Option<u32>,
    attempts: Attempts,
}

impl Observer {
    /// Watches one call into `attempts`. With a `flow`, each request carries its name.
    pub fn new(clock: Clock, flow: Option<Name>, attempts: Attempts) -> Self {
        Observer { clock, flow, answer_tokens: None, attempts }
    }

    /// The same, where each request tells a mock how long its answer is to be.
    #[must_use]
    pub fn telling(self, answer_tokens: Option<u32>) -> Self {
        Observer { answer_tokens, ..self }
    }
}

#[dyn_dispatch_hint]
impl Intercept for Observer {
    fn name(&self) -> &'static str {
        "bedload attempt observer"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = self.clock.now();
        let number = config.load::<RequestAttempts>().map_or(1, |attempts| attempts.attempts());
        self.attempts.with(|seen| {
            let backoff = seen.attempts.last().map_or(Nanos::ZERO, |last| now.since(last.done));
            seen.attempts.push(Attempt {
                number,
                backoff,
                sent: now,
                done: now,
                status: None,
                error: None,
                request_id: None,
                fault: None,
            });
            seen.strikes.push(Strikes::default());
            seen.open = true;
        });
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(flow) = &self.flow {
            context.request_mut().headers_mut().try_insert(Exchange::FLOW_HEADER, flow.to_string())?;
        }
        if let Some(tokens) = self.answer_tokens {
            context
                .request_mut()
                .headers_mut()
                .try_insert(Exchange::ANSWER_TOKENS_HEADER, tokens.to_string())?;
        }
        // None of these is part of the signature, which is made by now.
        for (name, value) in self.attempts.trace_headers().into_iter().flatten() {
            context.request_mut().headers_mut().try_insert(name, value)?;
        }
        // No header tells of faults: a fault may strike long after the head, or instead of one.
        if let Some(strikes) = self.attempts.with(|seen| seen.strikes.last().cloned()) {
            context.request_mut().add_extension(strikes);
        }
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let answered = response.status().is_success();
        let count = |name| header(response, name).and_then(|text| text.parse().ok());
        let counted = (count("x-amzn-bedrock-input-token-count"), count("x-amzn-bedrock-output-token-count"));
        let now = self.clock.now();
        self.attempts.with(|seen| (seen.first_byte, seen.counted) = (answered.then_some(now), counted));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = self.clock.now();
        let header = |name| context.response().and_then(|response| header(response, name));
        let failed = matches!(context.output_or_error(), Some(Err(_)));
        self.attempts.with(|seen| {
            seen.open = false;
            let Some(attempt) = seen.attempts.last_mut() else { return };
            attempt.done = now;
            attempt.status = context.response().map(|response| response.status().as_u16());
            attempt.request_id = header("x-amzn-requestid").map(Into::into);
            attempt.error = failed.then(|| error_word(context).into());
        });
        Ok(())
    }
}

/// The service's code where it gave one, else what went wrong on the way.
fn error_word(context: &FinalizerInterceptorContextRef<'_>) -> String {
    if let Some(response) = context.response().filter(|response| !response.status().is_success()) {
        let code = header(response, "x-amzn-errortype").map(error_code);
        return code.unwrap_or_else(|| format!("HTTP {}", response.status().as_u16()));
    }
    let error = context.output_or_error().and_then(Result::err);
    let timed_out = error.is_some_and(|error| {
        error.is_timeout_error() || error.as_connector_error().is_some_and(|error| error.is_timeout())
    });
    match error {
        _ if timed_out => classify::ATTEMPT_TIMED_OUT,
        Some(error) if error.is_connector_error() => classify::CONNECTION_FAILED,
        Some(error) if error.is_response_error() => classify::BROKEN_OFF,
        _ => classify::NOT_UNDERSTOOD,
    }
    .to_owned()
}

/// `Name:http://…` and `prefix#Name` are both `Name` (REST JSON).
fn error_code(text: &str) -> String {
    let name = text.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default().to_owned()
}

fn header<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    response.headers().get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_lose_their_prefix_and_their_address() {
        for text in
            ["ThrottlingException", "ThrottlingException:http://x/", "aws.bedrock#ThrottlingException"]
        {
            assert_eq!(error_code(text), "ThrottlingException");
        }
    }

    #[test]
    fn an_attempt_cut_off_from_outside_is_closed_as_such() {
        let attempts = Attempts::default();
        attempts.with(|seen| {
            seen.open = true;
            seen.attempts.push(Attempt {
                number: 1,
                backoff: Nanos::ZERO,
                sent: Nanos::ZERO,
                done: Nanos::ZERO,
                status: None,
                error: None,
                request_id: None,
                fault: None,
            });
        });
        let closed = attempts.close(Nanos::from_secs(9), classify::CUT_OFF);
        assert!(closed.was_open);
        assert_eq!(closed.attempts[0].done, Nanos::from_secs(9));
        assert_eq!(closed.attempts[0].error.as_deref(), Some(classify::CUT_OFF));
    }
}
