//! `breaker:` of a client

use schemars::JsonSchema;

use crate::resilience::policy::SlidingWindow as Window;
use crate::scenario::decode::{Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Seconds, Share, Time, TimeOrOff, Whole};

/// Calls that a breaker counts.
type Calls = Whole<1, 1_000_000>;

/// A circuit breaker for each destination, with the names and defaults of resilience4j.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Breaker {
    /// Opens at this share of failures or more.
    #[schemars(extend("default" = Share::written(defaults::breaker().failure_rate_threshold)))]
    pub failure_rate_threshold: Optional<Positive<Share>>,
    /// Opens at this share of slow calls or more.
    #[schemars(extend("default" = Share::written(defaults::breaker().slow_call_rate_threshold)))]
    pub slow_call_rate_threshold: Optional<Positive<Share>>,
    /// A call that takes longer is slow.
    #[schemars(extend("default" = Time::written(defaults::breaker().slow_call_duration_threshold)))]
    pub slow_call_duration_threshold: Optional<Positive<Time>>,
    /// What it looks back on; a hundred calls unless told otherwise.
    pub sliding_window: Optional<SlidingWindow>,
    /// It judges no fewer calls than these; a smaller window of calls lowers the default to its own size.
    #[schemars(extend("default" = defaults::breaker().minimum_number_of_calls))]
    pub minimum_number_of_calls: Optional<Calls>,
    /// How long it stays open.
    #[schemars(extend("default" = Time::written(defaults::breaker().wait_duration_in_open_state)))]
    pub wait_duration_in_open_state: Optional<Positive<Time>>,
    /// The calls that pass while it is half open.
    #[schemars(extend("default" = defaults::breaker().permitted_number_of_calls_in_half_open_state))]
    pub permitted_number_of_calls_in_half_open_state: Optional<Calls>,
    /// How long it may stay half open before it opens again.
    #[schemars(extend("default" = "off"))]
    pub max_wait_duration_in_half_open_state: Optional<TimeOrOff>,
}

record!(Breaker {
    failure_rate_threshold,
    slow_call_rate_threshold,
    slow_call_duration_threshold,
    sliding_window,
    minimum_number_of_calls,
    wait_duration_in_open_state,
    permitted_number_of_calls_in_half_open_state,
    max_wait_duration_in_half_open_state,
} elsewhere {
    failure_rate: failure_rate_threshold,
    failure_ratio: failure_rate_threshold,
    error_threshold_percentage: failure_rate_threshold,
    slow_call_rate: slow_call_rate_threshold,
    slow_call_duration: slow_call_duration_threshold,
    window: sliding_window,
    sliding_window_size: sliding_window,
    sliding_window_type: sliding_window,
    minimum_calls: minimum_number_of_calls,
    minimum_throughput: minimum_number_of_calls,
    open_for: wait_duration_in_open_state,
    break_duration: wait_duration_in_open_state,
    half_open: permitted_number_of_calls_in_half_open_state,
});

/// What a breaker looks back on.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SlidingWindow {
    /// So many calls.
    Count(Calls),
    /// The calls of so many seconds.
    Time(Seconds),
}

choice!(SlidingWindow { count: Count, time: Time });

impl SlidingWindow {
    /// The policy's own form of it.
    pub(crate) fn get(&self) -> Window {
        match self {
            SlidingWindow::Count(calls) => Window::Count(calls.get_u32()),
            SlidingWindow::Time(time) => Window::Time(time.count()),
        }
    }
}
