//! What a client does beyond its SDK, one pattern a file.

mod breaker;
mod fallback;
mod hedge;
mod limit;
mod regions;
mod routing;
mod state_machine;
mod stream;

pub(crate) use breaker::{Breaker, SlidingWindow};
pub(crate) use fallback::{Fallback, FallbackItem, FallbackRules, TriggerWord};
pub(crate) use hedge::Hedge;
pub(crate) use limit::{Limit, WhenEmpty};
pub(crate) use regions::{Regions, Stick};
pub(crate) use routing::{ContentRule, Metrics, Routing, RoutingFigure};
pub(crate) use state_machine::{Catcher, Jitter, Next, Retrier, StateMachine};
pub(crate) use stream::StreamPolicy;
