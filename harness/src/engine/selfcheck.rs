//! The generator's eye on itself, in real time: processor (its own and the machine's), memory, how late the runtime polls, how
//! even the clock runs.
//!
//! It looks from a thread of its own. A task would share the trouble that it is to tell of.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bedload_reports::generator::GeneratorSample;
use bedload_reports::machine::MachineTime;
use tokio::runtime::Handle;

use super::dispatch::Dispatcher;
use super::{machine_time, process};

/// From one probe of the runtime to the next.
const PROBE: Duration = Duration::from_millis(100);
/// Probes to a sample: one each second.
const PROBES: u32 = 10;

/// The eye, while it is open.
pub(super) struct SelfCheck {
    thread: JoinHandle<()>,
    closed: Arc<AtomicBool>,
}

impl SelfCheck {
    /// Opens it.
    pub(super) fn start(dispatcher: Arc<Dispatcher>) -> io::Result<Self> {
        let closed = Arc::new(AtomicBool::new(false));
        let watch = Watch {
            dispatcher,
            runtime: Handle::current(),
            lags_us: Arc::default(),
            machine_before: machine_time::now(),
            closed: closed.clone(),
        };
        let thread = std::thread::Builder::new().name("bedload-selfcheck".into()).spawn(|| watch.run())?;
        Ok(SelfCheck { thread, closed })
    }

    /// Closes it, once nothing is in flight: its last sample tells of the whole run.
    pub(super) fn close(self) {
        self.closed.store(true, Ordering::Release);
        self.thread.thread().unpark();
        // It has nothing to give back; had it come to a bad end, its samples would be missing from the log.
        let _ = self.thread.join();
    }
}

struct Watch {
    dispatcher: Arc<Dispatcher>,
    runtime: Handle,
    lags_us: Arc<Mutex<Vec<u32>>>,
    /// What the machine had done when the run began.
    machine_before: Option<MachineTime>,
    closed: Arc<AtomicBool>,
}

impl Watch {
    fn run(self) {
        let clock = self.dispatcher.clock();
        let mut probes = 0;
        while !self.closed.load(Ordering::Acquire) {
            self.probe();
            clock.nap(PROBE);
            probes += 1;
            if probes % PROBES == 0 {
                self.dispatcher.tell(self.sample());
            }
        }
        let time_in_flight = Some(self.dispatcher.time_in_flight());
        self.dispatcher.tell(GeneratorSample { time_in_flight, ..self.sample() });
    }

    /// Gives the runtime a task that has nothing to wait for, and notes when it came to it.
    fn probe(&self) {
        let (clock, lags_us) = (self.dispatcher.clock(), self.lags_us.clone());
        let ready = clock.now();
        self.runtime.spawn(async move {
            let lag_us = clock.now().since(ready).as_micros();
            held(&lags_us).push(u32::try_from(lag_us).unwrap_or(u32::MAX));
        });
    }

    fn sample(&self) -> GeneratorSample {
        let clock = self.dispatcher.clock();
        GeneratorSample {
            at: clock.now(),
            cores: process::cores(),
            cpu: process::cpu(),
            machine: self.machine_before.and_then(|before| Some(machine_time::now()?.since(before))),
            rss_bytes: process::rss_bytes(),
            lags_us: std::mem::take(&mut *held(&self.lags_us)),
            in_flight: self.dispatcher.in_flight(),
            time_in_flight: None,
            clock_drift_ns: clock.drift_ns(),
        }
    }
}

/// A poisoned lock still holds whole figures.
fn held(lags_us: &Mutex<Vec<u32>>) -> MutexGuard<'_, Vec<u32>> {
    lags_us.lock().unwrap_or_else(PoisonError::into_inner)
}
