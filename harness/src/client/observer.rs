//! Watches the attempts that the SDK's own retry loop makes.
//!
//! An interceptor is the only view that sees each attempt with its times, whatever the retry strategy. One stands in each client
//! for all its calls, and finds the call that it is in by the task that polls it: an interceptor given to a call would have
//! the SDK resolve its whole configuration anew for each of them.
//!
//! The backoff is not handed to interceptors; it is the gap between two attempts, which is also what
//! the service feels.

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
use bedload_reports::record::Name;

use super::attempts::{Attempts, Baggage, refusal_word};
use crate::classify;
use crate::clock::Clock;

tokio::task_local! {
    static WATCHED: Watched;
}

/// A call that is watched.
#[derive(Debug)]
pub struct Watched {
    /// The run's clock.
    pub clock: Clock,
    /// The flow's name, which each request carries to a mock.
    pub flow: Option<Name>,
    /// How long each request tells a mock to make its answer.
    pub answer_tokens: Option<u32>,
    /// Where its attempts are noted.
    pub attempts: Attempts,
}

impl Watched {
    /// Makes a call of a client that an [`Observer`] stands in, and watches it.
    pub fn during<F: Future>(self, call: F) -> impl Future<Output = F::Output> {
        WATCHED.scope(self, call)
    }
}

/// The interceptor of a client.
#[derive(Debug)]
pub struct Observer;

/// Acts on the call that is under way, if somebody watches it.
fn watched(act: impl FnOnce(&Watched) -> Result<(), BoxError>) -> Result<(), BoxError> {
    WATCHED.try_with(act).unwrap_or(Ok(()))
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
        watched(|call| {
            let number = config.load::<RequestAttempts>().map_or(1, |attempts| attempts.attempts());
            call.attempts.begin(number, call.clock.now());
            Ok(())
        })
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        watched(|call| {
            let headers = context.request_mut().headers_mut();
            if let Some(flow) = &call.flow {
                headers.try_insert(Exchange::FLOW_HEADER, flow.to_string())?;
            }
            if let Some(tokens) = call.answer_tokens {
                headers.try_insert(Exchange::ANSWER_TOKENS_HEADER, tokens.to_string())?;
            }
            let Baggage { headers: traced, strikes } = call.attempts.baggage();
            // None of these is part of the signature, which is made by now.
            for (name, value) in traced.into_iter().flatten() {
                headers.try_insert(name, value)?;
            }
            if let Some(strikes) = strikes {
                context.request_mut().add_extension(strikes);
            }
            Ok(())
        })
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        watched(|call| {
            let response = context.response();
            let success = response.status().is_success();
            call.attempts.head(call.clock.now(), success, |name| header(response, name));
            Ok(())
        })
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        watched(|call| {
            let response = context.response();
            let status = response.map(|response| response.status().as_u16());
            let request_id = response.and_then(|response| header(response, "x-amzn-requestid"));
            let failed = matches!(context.output_or_error(), Some(Err(_)));
            call.attempts.end(call.clock.now(), status, request_id, failed.then(|| error_word(context)));
            Ok(())
        })
    }
}

/// The service's code where it gave one, else what went wrong on the way.
fn error_word(context: &FinalizerInterceptorContextRef<'_>) -> Name {
    if let Some(response) = context.response().filter(|response| !response.status().is_success()) {
        return refusal_word(response.status().as_u16(), header(response, "x-amzn-errortype"));
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
    .into()
}

fn header<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    response.headers().get(name)
}
