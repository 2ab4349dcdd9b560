//! Queue loads in virtual time, whole: producer, queue, workers, store and model, against the embedded cloud.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod async_invoke;
mod dead_letters;
mod function;
mod support;
mod trouble;
mod workers;
