//! The faults that have struck one exchange.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The names of the faults that have struck an exchange so far.
///
/// A fault of the answer strikes when it changes something, which may be long after the head has left. So
/// this is shared: it stands in the response's extensions, and grows while the body is read. A client in
/// the same process may put one of its own into the request's extensions, and hears of the faults even
/// where it gave up before there was a response.
#[derive(Clone, Debug, Default)]
pub struct Strikes(Arc<Mutex<Names>>);

#[derive(Debug, Default)]
struct Names {
    struck: Vec<Arc<str>>,
    decided: Option<Arc<str>>,
}

impl Strikes {
    /// All of them, in the order in which they struck.
    pub fn all(&self) -> Vec<Arc<str>> {
        self.names().struck.clone()
    }

    /// The one to name for the exchange: the one that refused, cut or ended it, or else the first.
    pub fn fault(&self) -> Option<Arc<str>> {
        let names = self.names();
        names.decided.as_ref().or(names.struck.first()).cloned()
    }

    /// Notes a fault that struck.
    pub(crate) fn note(&self, fault: &Arc<str>) {
        self.names().struck.push(fault.clone());
    }

    /// Notes a fault that struck, and after which there is no more to come.
    pub(crate) fn decide(&self, fault: &Arc<str>) {
        let mut names = self.names();
        names.struck.push(fault.clone());
        names.decided.get_or_insert_with(|| fault.clone());
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        // A poisoned lock still holds whole names.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
