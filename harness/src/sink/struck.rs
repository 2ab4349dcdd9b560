//! Which exchanges a fault struck, where the answer itself cannot say so.
//!
//! Over TCP no header tells a client that its trouble is not real, so the cloud's ledger is asked: it
//! is in the same process, and notes an exchange before its answer has left the socket's buffer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bedload_mocks::Exchange;
use bedload_reports::record::{Name, Record};

/// Faults by the request id of the exchange, until its record claims them.
#[derive(Debug, Default)]
pub(super) struct Struck(Mutex<BTreeMap<String, Name>>);

impl Struck {
    pub(super) fn note(&self, exchange: &Exchange) {
        if let Some(fault) = &exchange.fault {
            self.faults().insert(exchange.request_id.to_string(), fault.clone());
        }
    }

    /// Writes into a record which of its attempts were struck.
    pub(super) fn claim(&self, record: &mut Record) {
        let mut faults = self.faults();
        if faults.is_empty() {
            return;
        }
        for attempt in record.calls.iter_mut().flat_map(|call| &mut call.attempts) {
            if let Some(fault) = attempt.request_id.as_deref().and_then(|id| faults.remove(id)) {
                attempt.fault = Some(fault);
            }
        }
    }

    fn faults(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Name>> {
        // The map is whole after each call, so a poisoned lock still guards good data.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
