//! What the mock costs on a socket, measured against the least that a server can cost.
//!
//! `cargo bench -p bedload-benches --bench mock` prints two figures, and fails if one misses its bar:
//!
//! - **requests**: Converse without pacing, the mock against a bare hyper server that returns the same
//!   bytes. Each serves on a current-thread runtime in a thread of its own, in turns, under the load of one
//!   client in another thread that neither signs nor parses. Beside requests a second stand the server
//!   thread's own processor seconds, which do not depend on who else is on the machine; the bar (at
//!   least half of the bare server's rate) is on those where the kernel counts them.
//! - **streams**: 5,000 paced streams of ConverseStream at once, 20 events a second each, and how late the
//!   client reads each event: its time less the time at which the model's pace has it due. The bar is 10 ms
//!   at the 99th percentile, and only means something on an idle machine of two or more cores. Beside it
//!   stand how late the mock handed out the last event of each stream, and the cores that either side took.
//!
//! `-- requests` or `-- streams` runs one of them. `-- --test` runs both in two seconds and holds them to no bar.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench may panic, and prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod asked;
mod requests;
mod served;
mod streams;

use std::process::ExitCode;

/// How long and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    Full,
    Short,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    let scale = if has("--test") { Scale::Short } else { Scale::Full };
    let chosen = |name: &str| has(name) || !(has("requests") || has("streams"));
    let mut passed = true;
    if chosen("requests") {
        passed &= requests::run(scale);
    }
    if chosen("streams") {
        passed &= streams::run(scale);
    }
    if passed || scale == Scale::Short { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
