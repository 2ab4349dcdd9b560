//! `stop_if`: watches what the run measures, and says the word to stop when a rule holds.
//!
//! It hears of every request where its record is handed on, so it sees what the log will hold. What is decided there is
//! arithmetic of the reports; here it is only carried out.

use std::sync::{Mutex, PoisonError};

use bedload_reports::header::Header;
use bedload_reports::log::Dropped;
use bedload_reports::record::Record;
use bedload_reports::stop::Stopped;
use bedload_reports::tally::Watch;

use super::halt::Halt;

/// The rules of a run, and the way to end it.
pub struct Stopper {
    halt: Halt,
    state: Mutex<State>,
}

struct State {
    watch: Watch,
    stopped: Option<Stopped>,
}

impl std::fmt::Debug for Stopper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stopper").finish_non_exhaustive()
    }
}

impl Stopper {
    /// A stopper for a run that has rules; none for one without, whose requests are not held up by any.
    pub fn new(header: &Header, halt: Halt) -> Option<Self> {
        let state = || State { watch: Watch::new(header), stopped: None };
        (!header.stop_if.is_empty()).then(|| Stopper { halt, state: Mutex::new(state()) })
    }

    /// Takes note of a request that is over.
    pub(super) fn observe(&self, record: &Record) {
        self.note(|watch| watch.observe(record));
    }

    /// Takes note of an arrival that found no room.
    pub(super) fn drop_arrival(&self, dropped: &Dropped) {
        self.note(|watch| watch.drop_arrival(dropped));
    }

    fn note(&self, note: impl FnOnce(&mut Watch) -> Option<Stopped>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let found = note(&mut state.watch);
        if state.stopped.is_none() && found.is_some() {
            state.stopped = found;
            self.halt.stop();
        }
    }

    /// The rule that ended the run, if one did.
    pub(super) fn stopped(&self) -> Option<Stopped> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stopped.clone()
    }
}
