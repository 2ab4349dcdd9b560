//! The binary through its command line, as a user meets it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod bad_input;
mod bugs;
mod calibrate;
mod compare;
mod diagnostics;
mod ledger;
mod outputs;
mod plan;
mod policies;
mod prompts;
mod queues;
mod replays;
mod run;
mod scenarios;
mod stop_if;
mod support;
mod traces;
mod watched;
mod wire;
