//! The ledger of a cloud that serves: in memory, and on file if one is given.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::{Exchange, Journal, LedgerSink, Ring};

/// A ring of the last exchanges, with a journal beside it that has them all.
#[derive(Debug)]
pub struct Ledger {
    ring: Ring,
    journal: Option<Journal>,
}

impl Ledger {
    /// A ledger that keeps the last `most` exchanges in memory, and writes all to `journal` if there is one.
    pub fn new(most: NonZeroUsize, journal: Option<Journal>) -> Arc<Self> {
        Arc::new(Ledger { ring: Ring::of(most), journal })
    }

    /// What is in memory.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Exchanges that the journal had no room for.
    pub fn lost(&self) -> u64 {
        self.journal.as_ref().map_or(0, Journal::lost)
    }
}

impl LedgerSink for Ledger {
    fn note(&self, exchange: Exchange) {
        let exchange = Arc::new(exchange);
        if let Some(journal) = &self.journal {
            journal.write(exchange.clone());
        }
        self.ring.keep(exchange);
    }
}
