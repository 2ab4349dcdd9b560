//! Entries that go to the writing thread together.
//!
//! To wake a thread costs as much as a tenth of a call through the SDK, so entries are handed over many at a time. In real time
//! they wait no longer than a tenth of a second, and a run that is killed has what it had seen.

use std::sync::{Mutex, PoisonError};

/// How many entries go together: the wake-up is spread over them, and they are little memory.
const MANY: usize = 256;

/// Entries that wait to be handed over.
#[derive(Debug)]
pub(super) struct Basket<T>(Mutex<Vec<T>>);

impl<T> Basket<T> {
    pub(super) fn new() -> Self {
        Basket(Mutex::new(Vec::with_capacity(MANY)))
    }

    /// Puts an entry in. Gives all of them out when there are enough.
    pub(super) fn put(&self, entry: T) -> Option<Vec<T>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(entry);
        (entries.len() >= MANY).then(|| std::mem::replace(&mut *entries, Vec::with_capacity(MANY)))
    }

    /// Gives out what is left.
    pub(super) fn empty(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_out_in_the_order_in_which_they_went_in_and_none_stays() {
        let basket = Basket::new();
        let mut out = Vec::new();
        for entry in 0..1000 {
            out.extend(basket.put(entry).into_iter().flatten());
        }
        assert_eq!(out.len(), 1000 / MANY * MANY);
        out.extend(basket.empty());
        assert_eq!(out, (0..1000).collect::<Vec<_>>());
    }
}
