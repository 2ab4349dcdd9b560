//! The last exchanges, in memory, and how many there were of each verdict.
//!
//! A lock is held for the move of one pointer in and one out; what is pushed out is freed after it is
//! released, and readers copy pointers, never exchanges. Counts are atomics beside it.

use std::collections::VecDeque;
use std::mem;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Exchange, Verdict};

/// A bounded memory of finished exchanges.
///
/// Each has a place, from 0 in the order in which they finished; a reader that asks from the place after
/// its last one misses nothing, or learns how many it missed.
#[derive(Debug)]
pub struct Ring {
    most: NonZeroUsize,
    kept: Mutex<Kept>,
    counts: [AtomicU64; Verdict::ALL.len()],
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: VecDeque<Arc<Exchange>>,
    /// The place of the next exchange to finish.
    next: u64,
}

/// A part of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    /// Exchanges in the order in which they finished.
    pub exchanges: Vec<Arc<Exchange>>,
    /// The place to ask from for what follows.
    pub next: u64,
    /// Exchanges from the place asked that are no longer kept.
    pub missed: u64,
}

impl Ring {
    /// What is kept where nothing else is said.
    pub const DEFAULT_MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);

    /// A memory of this many exchanges.
    pub fn of(most: NonZeroUsize) -> Self {
        Ring { most, kept: Mutex::default(), counts: Default::default() }
    }

    /// Keeps an exchange, and forgets the oldest if there is no room.
    pub fn keep(&self, exchange: Arc<Exchange>) {
        self.counts[exchange.verdict as usize].fetch_add(1, Ordering::Relaxed);
        let forgotten = {
            let mut kept = self.kept();
            kept.next += 1;
            let full = kept.exchanges.len() == self.most.get();
            let forgotten = if full { kept.exchanges.pop_front() } else { None };
            kept.exchanges.push_back(exchange);
            forgotten
        };
        drop(forgotten);
    }

    /// At most `limit` exchanges from this place on.
    pub fn since(&self, place: u64, limit: usize) -> Extract {
        let kept = self.kept();
        let oldest = kept.next - kept.exchanges.len() as u64;
        let from = place.clamp(oldest, kept.next);
        let skipped = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        let exchanges: Vec<_> = kept.exchanges.iter().skip(skipped).take(limit).cloned().collect();
        let next = from + exchanges.len() as u64;
        Extract { exchanges, next, missed: from.saturating_sub(place) }
    }

    /// How many exchanges had each verdict since the start, or since they were forgotten.
    pub fn counts(&self) -> impl Iterator<Item = (Verdict, u64)> {
        Verdict::ALL
            .into_iter()
            .zip(&self.counts)
            .map(|(verdict, count)| (verdict, count.load(Ordering::Relaxed)))
    }

    /// Forgets everything. Places go on counting, so that no reader takes new exchanges for old.
    pub fn forget(&self) {
        let forgotten = mem::take(&mut self.kept().exchanges);
        for count in &self.counts {
            count.store(0, Ordering::Relaxed);
        }
        drop(forgotten);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn ring(most: usize, exchanges: u64) -> Ring {
        let ring = Ring::of(NonZeroUsize::new(most).unwrap());
        for number in 0..exchanges {
            let verdict = if number % 2 == 0 { Verdict::Answered } else { Verdict::Throttled };
            ring.keep(Arc::new(Exchange { number, verdict, ..Exchange::default() }));
        }
        ring
    }

    fn numbers(extract: &Extract) -> Vec<u64> {
        extract.exchanges.iter().map(|exchange| exchange.number).collect()
    }

    #[test]
    fn a_reader_goes_on_from_where_it_was_and_learns_what_it_missed() {
        let cases: [(u64, usize, &[u64], u64, u64); 6] = [
            (0, 10, &[6, 7, 8, 9], 10, 6),
            (0, 2, &[6, 7], 8, 6),
            (8, 10, &[8, 9], 10, 0),
            (10, 10, &[], 10, 0),
            (99, 10, &[], 10, 0),
            (7, 0, &[], 7, 0),
        ];
        let ring = ring(4, 10);
        for (place, limit, kept, next, missed) in cases {
            let extract = ring.since(place, limit);
            assert_eq!(
                (numbers(&extract).as_slice(), extract.next, extract.missed),
                (kept, next, missed),
                "{place}"
            );
        }
    }

    #[test]
    fn counts_outlive_what_is_forgotten_for_room() {
        let ring = ring(4, 9);
        let counts: Vec<_> = ring.counts().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counts, [(Verdict::Answered, 5), (Verdict::Throttled, 4)]);
        ring.forget();
        assert_eq!(ring.counts().map(|(_, count)| count).sum::<u64>(), 0);
        let extract = ring.since(0, 10);
        assert_eq!((numbers(&extract), extract.next, extract.missed), (vec![], 9, 9));
    }
}
