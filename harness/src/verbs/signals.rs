//! Ctrl-C and SIGTERM: once to stop and write everything, twice to leave at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::sync_channel;

use tokio::runtime::Builder;
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

/// Listens until the program ends, on a thread of its own: the runtime of virtual time knows no I/O. Where signals cannot
/// be caught they keep their usual meaning.
pub(super) fn listen(halt: Halt) -> Received {
    let received = Received::default();
    let seen = received.clone();
    let (ready, is_ready) = sync_channel(1);
    let listening = move || {
        let Ok(runtime) = Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async move {
            if let (Ok(interrupt), Ok(terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            {
                // Nobody waits any more only if the program is about to end.
                let _ = ready.send(());
                obey(interrupt, terminate, halt, seen).await;
            }
        });
    };
    if std::thread::Builder::new().name("bedload-signals".into()).spawn(listening).is_ok() {
        // An error says that there is no listening, for which there is nothing to wait.
        let _ = is_ready.recv();
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
