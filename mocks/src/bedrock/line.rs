//! The line before a model's slots: who was let in and has to wait until another answer is over.
//!
//! tokio's semaphore is fair, so the line is first come, first served; and a caller that hangs up drops its
//! wait, which takes it out of the line.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The line of a model in a region; its clones are the same line.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<Semaphore>);

/// A slot; free for the next in line when dropped.
#[derive(Debug)]
pub(crate) struct Slot(
    #[expect(dead_code, reason = "held, and given back when dropped")] OwnedSemaphorePermit,
);

impl Line {
    /// Nobody yet, before so many slots.
    pub(crate) fn before(slots: NonZeroU32) -> Self {
        let slots = usize::try_from(slots.get()).unwrap_or(usize::MAX);
        Line(Arc::new(Semaphore::new(slots.min(Semaphore::MAX_PERMITS))))
    }

    /// Waits for a slot. There is always one in the end, as the line is never closed.
    pub(crate) async fn slot(self) -> Option<Slot> {
        self.0.acquire_owned().await.ok().map(Slot)
    }
}
