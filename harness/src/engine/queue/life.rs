//! A worker from its start to its death, or to the end of the run.

use std::sync::{Mutex, PoisonError};

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use crate::engine::halt::{Halt, Halted, halt};

/// One life of a worker. Everything that it holds shares it.
#[derive(Debug)]
pub(super) struct Life {
    /// Which worker lives it.
    pub(super) worker: u32,
    halt: Halt,
    halted: Halted,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What it died of, and how long it stays dead; for ever without.
    death: Option<(Name, Option<Nanos>)>,
    /// It stands still until then.
    frozen_until: Nanos,
}

impl Life {
    pub(super) fn begin(worker: u32) -> Self {
        let (halt, halted) = halt();
        Life { worker, halt, halted, state: Mutex::default() }
    }

    /// Ends it, unless it is over.
    pub(super) fn end(&self, fault: &Name, back_after: Option<Nanos>) {
        self.with(|state| {
            state.death.get_or_insert_with(|| (fault.clone(), back_after));
        });
        self.halt.stop();
    }

    /// Lets it stand still until then.
    pub(super) fn freeze(&self, until: Nanos) {
        self.with(|state| state.frozen_until = state.frozen_until.max(until));
    }

    /// Until when it stands still.
    pub(super) fn frozen_until(&self) -> Nanos {
        self.with(|state| state.frozen_until)
    }

    /// What it died of.
    pub(super) fn cause(&self) -> Option<Name> {
        self.with(|state| state.death.as_ref().map(|(fault, _)| fault.clone()))
    }

    /// How long it stays dead, if it is dead: none in none is for ever.
    pub(super) fn back_after(&self) -> Option<Option<Nanos>> {
        self.with(|state| state.death.as_ref().map(|(_, back)| *back))
    }

    pub(super) fn is_over(&self) -> bool {
        self.halted.is_stopped()
    }

    /// Waits until it is over.
    pub(super) async fn over(&self) {
        self.halted.stopped().await;
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
