//! What a client does when the SDK has given up: states and decisions, no I/O and no clock.
//!
//! `policy` holds the settings. Each pattern is a state of its own, to which times and draws are handed: `breaker`,
//! `limiter` and `gateway` on a `bucket`, `router`, `hedge`, `retrier`, `stick`. `course` puts them in order: what
//! comes next after a call has ended.

pub mod breaker;
pub mod bucket;
pub mod course;
pub mod gateway;
pub mod hedge;
pub mod limiter;
pub mod policy;
pub mod retrier;
pub mod router;
pub mod stick;
