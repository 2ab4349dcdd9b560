//! Ctrl-C and SIGTERM: once to stop and write everything, twice to leave at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::engine::halt::Halt;
use crate::exit::Status;

/// Which signal ended a run, if one did.
#[derive(Clone, Debug, Default)]
pub(super) struct Received(Arc<AtomicU8>);

impl Received {
    /// The end that the signal means.
    pub(super) fn status(&self) -> Option<Status> {
        match self.0.load(Ordering::Relaxed) {
            130 => Some(Status::Interrupted),
            143 => Some(Status::Terminated),
            _ => None,
        }
    }
}

/// Listens until the program ends. Where signals cannot be caught they keep their usual meaning.
pub(super) fn listen(halt: Halt) -> Received {
    let received = Received::default();
    let seen = received.clone();
    if let (Ok(interrupt), Ok(terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    {
        tokio::spawn(obey(interrupt, terminate, halt, seen));
    }
    received
}

async fn obey(mut interrupt: Signal, mut terminate: Signal, halt: Halt, seen: Received) {
    loop {
        let status = tokio::select! {
            biased;
            _ = interrupt.recv() => Status::Interrupted,
            _ = terminate.recv() => Status::Terminated,
        };
        if seen.0.swap(status.code(), Ordering::Relaxed) != 0 {
            std::process::exit(i32::from(status.code()));
        }
        halt.stop();
    }
}
