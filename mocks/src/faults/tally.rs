//! What a fault has done so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A fault's name and counts.
#[derive(Debug)]
pub(crate) struct Tally {
    name: Arc<str>,
    matched: AtomicU64,
    struck: AtomicU64,
}

impl Tally {
    pub(super) fn new(name: Arc<str>) -> Self {
        Tally { name, matched: AtomicU64::new(0), struck: AtomicU64::new(0) }
    }

    /// The fault's name.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Counts a request that matches, and gives its number, from 1.
    pub(super) fn count(&self) -> u64 {
        self.matched.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a request that it struck.
    pub(super) fn strike(&self) {
        self.struck.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn matched(&self) -> u64 {
        self.matched.load(Ordering::Relaxed)
    }

    pub(super) fn struck(&self) -> u64 {
        self.struck.load(Ordering::Relaxed)
    }
}
