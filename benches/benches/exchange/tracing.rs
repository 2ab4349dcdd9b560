//! What it costs the load that attempts carry the ids of their traces: all that tracing does before a run is over.
//!
//! Calls with and without are made in turns, a batch at a time, and the ratio of each pair is of processor time of this thread
//! alone; the median of many pairs stands still where a mean of seconds on a shared machine does not.

use std::process::ExitCode;

use bedload::client::operation::Caller;
use bedload::client::sight::Sight;
use bedload::clock;
use bedload::engine::process::cpu_of_thread;
use bedload::seed::Seed;
use bedload_reports::header::ClockKind;
use bedload_reports::trace::propagation::CallIds;
use bedload_reports::units::Nanos;
use tokio::runtime::Runtime;

use crate::subject::ask;

/// Calls to a batch.
const CALLS: u64 = 200;
/// Pairs of batches.
const PAIRS: usize = 101;
/// The most that tracing may add.
const BAR: f64 = 0.03;

/// Whether attempts carry ids.
#[derive(Clone, Copy)]
enum Tracing {
    Off,
    On,
}

/// Prints the ratio, and holds it to its bar unless it is only tried out.
pub(crate) fn run(only_tried: bool) -> ExitCode {
    let pairs = if only_tried { 1 } else { PAIRS };
    let runtime = clock::runtime(ClockKind::Virtual).expect("a runtime");
    let (caller, _) = runtime.block_on(async { crate::in_memory_subjects() });
    batch(&runtime, &caller, Tracing::On);
    let mut added: Vec<f64> = (0..pairs)
        .map(|pair| {
            // Whoever comes second finds warmer caches, so the order turns.
            let order = if pair % 2 == 0 { [Tracing::Off, Tracing::On] } else { [Tracing::On, Tracing::Off] };
            let [first, second] = order.map(|tracing| batch(&runtime, &caller, tracing));
            if pair % 2 == 0 { second / first - 1.0 } else { first / second - 1.0 }
        })
        .collect();
    added.sort_by(f64::total_cmp);
    let at = |share: f64| added[((pairs - 1) as f64 * share) as usize] * 100.0;
    println!(
        "tracing: adds {:.1} % to a call (median of {pairs} pairs of {CALLS} calls; middle half {:.1} to {:.1} %; bar {:.0} %)",
        at(0.5),
        at(0.25),
        at(0.75),
        BAR * 100.0
    );
    if only_tried || at(0.5) <= BAR * 100.0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes a batch of calls, and tells the nanoseconds of processor time that it took.
fn batch(runtime: &Runtime, caller: &Caller, tracing: Tracing) -> f64 {
    let ask = ask();
    let before = processor_ns();
    runtime.block_on(async {
        for request in 0..CALLS {
            let ids = match tracing {
                Tracing::Off => None,
                Tracing::On => {
                    Some(CallIds::new(Seed::new(7).trace_ids(request, Nanos::from_secs(request)), 0))
                }
            };
            caller.call_in_sight(&ask, None, &Sight::traced(ids)).await;
        }
    });
    processor_ns() - before
}

fn processor_ns() -> f64 {
    cpu_of_thread().get() as f64
}
