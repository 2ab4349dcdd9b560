//! Every resilience pattern as a client that meets a cloud: in memory and in virtual time, so that each number is exact.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod breaker;
mod determinism;
mod dialects;
mod fallback;
mod gateway;
mod hedge;
mod limit;
mod machine;
mod quotas;
mod regions;
mod routing;
mod streams;
mod support;
