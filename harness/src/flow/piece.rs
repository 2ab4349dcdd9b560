//! A piece of state that the flows of a client share.

use std::sync::{Mutex, PoisonError};

/// State behind a lock that is held for a decision, and never over a wait.
#[derive(Debug, Default)]
pub(super) struct Piece<T>(Mutex<T>);

impl<T> Piece<T> {
    pub(super) fn new(state: T) -> Self {
        Piece(Mutex::new(state))
    }

    /// Acts on the state. A poisoned lock still holds a whole state: each decision leaves it consistent.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
