//! A cloud with every fault on, for long enough to see what it keeps.
//!
//! `cargo run --release -p bedload-benches --example soak` runs an hour of virtual time in memory;
//! `-- --real` ten minutes of real time over TCP, on HTTP/1.1 and HTTP/2; `-- --minutes N` another length.
//!
//! It prints the resident memory after each minute, and fails on a panic, or if memory grows after the
//! first minute. The rule: the least of the last three readings must not be over the greater of the first
//! two by more than 5 % and 4 MiB. A leak shows in all of the last three; a spike of one, or what the
//! allocator keeps from a burst, does not.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a soak may panic, and prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a soak reads the real clock, and waits on it")]

mod clients;
mod cloud;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bedload_mocks::ledger::Ledger;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// Clients at once; each sends its next request when its last is over.
const CLIENTS: u64 = 64;
const MINUTE: Duration = Duration::from_secs(60);

static PANICS: AtomicU64 = AtomicU64::new(0);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let real = words.iter().any(|word| word == "--real");
    let asked =
        words.iter().position(|word| word == "--minutes").and_then(|at| words.get(at + 1)?.parse().ok());
    let minutes = asked.unwrap_or(if real { 10 } else { 60 });
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        told(panic);
    }));
    let began = Instant::now();
    let (readings, ledger) = runtime(real).block_on(soak(real, minutes));
    let counts: Vec<String> =
        ledger.ring().counts().map(|(verdict, count)| format!("{} {count}", verdict.name())).collect();
    println!("{} in {:.0} s", counts.join(", "), began.elapsed().as_secs_f64());
    judge(&readings)
}

fn runtime(real: bool) -> Runtime {
    let runtime = match real {
        true => Builder::new_multi_thread().enable_all().build(),
        false => Builder::new_current_thread().enable_all().start_paused(true).build(),
    };
    runtime.expect("a runtime")
}

async fn soak(real: bool, minutes: usize) -> (Vec<u64>, Arc<Ledger>) {
    let (cloud, ledger) = cloud::with_every_fault();
    let mut clients = JoinSet::new();
    if real {
        let address = clients::serve(cloud).await;
        for number in 0..CLIENTS {
            clients.spawn(clients::over_tcp(address, number));
        }
    } else {
        for number in 0..CLIENTS {
            clients.spawn(clients::in_memory(cloud.clone(), number));
        }
    }
    let mut readings = Vec::new();
    for minute in 1..=minutes {
        tokio::time::sleep(MINUTE).await;
        let resident = resident_bytes();
        println!("minute {minute:>3}: {:.1} MiB resident", resident as f64 / 1_048_576.0);
        readings.push(resident);
    }
    (readings, ledger)
}

fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() * 1024
}

fn judge(readings: &[u64]) -> ExitCode {
    let panics = PANICS.load(Ordering::Relaxed);
    let first = readings.iter().take(2).max().copied().unwrap_or_default();
    let last = readings.iter().rev().take(3).min().copied().unwrap_or_default();
    let most = first + first / 20 + 4 * 1_048_576;
    println!(
        "{panics} panics; {:.1} MiB at first, {:.1} MiB at last, {:.1} MiB allowed",
        first as f64 / 1_048_576.0,
        last as f64 / 1_048_576.0,
        most as f64 / 1_048_576.0
    );
    if panics == 0 && last > 0 && last <= most { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
