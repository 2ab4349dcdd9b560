//! Receives that are answered again alike: by their `ReceiveRequestAttemptId`, for five minutes.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::handle::Handle;

/// How long an attempt is remembered.
const INTERVAL: Duration = Duration::from_secs(5 * 60);

/// What receives handed out, by the ids of their attempts.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    made: HashMap<String, Vec<Handle>>,
    order: VecDeque<(Duration, String)>,
}

impl Attempts {
    /// What an earlier attempt of this id was handed.
    pub(super) fn find(&self, id: &str) -> Option<Vec<Handle>> {
        self.made.get(id).cloned()
    }

    /// Notes what an attempt is handed.
    pub(super) fn note(&mut self, now: Duration, id: &str, handles: Vec<Handle>) {
        self.made.insert(id.to_owned(), handles);
        self.order.push_back((now + INTERVAL, id.to_owned()));
    }

    /// Forgets what is older than the interval.
    pub(super) fn forget(&mut self, now: Duration) {
        while let Some((_, id)) = self.order.pop_front_if(|(until, _)| *until <= now) {
            self.made.remove(&id);
        }
    }
}
