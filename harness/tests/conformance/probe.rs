//! What an interceptor can see of each attempt beside its times: what was sent, and what is left of the quota.
//!
//! The SDK keeps its retry quota to itself, but hands it to interceptors as part of the configuration, and what its
//! `Debug` says of it holds the number of permits. That is no interface; a version that says otherwise fails here.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime::client::retries::TokenBucket;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// What was seen of the attempts since it was last asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Probe(Arc<Mutex<Seen>>);

/// One entry for each attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// What was left of the quota once the SDK had decided what to do next.
    pub(crate) quota: Vec<usize>,
    /// `amz-sdk-request`, as sent.
    pub(crate) sdk_request: Vec<String>,
    /// `x-amz-date`, the time that the request was signed for.
    pub(crate) signed_at: Vec<String>,
}

impl Probe {
    /// What was seen since the last time.
    pub(crate) fn take(&self) -> Seen {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn note_quota(&self, config: &ConfigBag) {
        let left = permits(config.load::<TokenBucket>().unwrap());
        self.0.lock().unwrap().quota.push(left);
    }
}

/// The permits that a bucket has at hand.
pub(crate) fn permits(bucket: &TokenBucket) -> usize {
    figure(&format!("{bucket:?}"), "Semaphore { permits: ")
}

/// The number behind `name` in what `Debug` says of something.
pub(crate) fn figure<T: std::str::FromStr>(said: &str, name: &str) -> T {
    let (_, rest) = said.split_once(name).unwrap();
    let digits = rest.split([' ', ',', '}']).next().unwrap();
    digits.parse().ok().unwrap()
}

#[dyn_dispatch_hint]
impl Intercept for Probe {
    fn name(&self) -> &'static str {
        "conformance probe"
    }

    /// The SDK decides after an attempt and before the next, so the quota is read at the start of the next.
    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if config.load::<RequestAttempts>().unwrap().attempts() > 1 {
            self.note_quota(config);
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let header = |name| context.request().headers().get(name).unwrap_or_default().to_owned();
        let mut seen = self.0.lock().unwrap();
        seen.sdk_request.push(header("amz-sdk-request"));
        seen.signed_at.push(header("x-amz-date"));
        Ok(())
    }

    /// After the last attempt, at the end of the call.
    fn read_after_execution(
        &self,
        _context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.note_quota(config);
        Ok(())
    }
}

#[test]
fn permits_are_those_at_hand_and_not_the_capacity() {
    assert_eq!(permits(&TokenBucket::default()), 500);
    assert_eq!(permits(&TokenBucket::new(7)), 7);
    assert_eq!(permits(&TokenBucket::builder().capacity(0).build()), 0);
}
