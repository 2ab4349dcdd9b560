//! The attempts of one call, noted while it runs by whoever makes them: the SDK's interceptor, or the wire client.

use std::sync::{Arc, Mutex, PoisonError};

use bedload_mocks::faults::Strikes;
use bedload_reports::record::{Attempt, Name};
use bedload_reports::trace::propagation::CallIds;
use bedload_reports::units::Nanos;

/// The attempts of one call, filled in while it runs.
#[derive(Clone, Debug, Default)]
pub struct Attempts(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    attempts: Vec<Attempt>,
    /// Whether the last of them is under way.
    open: bool,
    /// The ids that attempts carry; none where they carry none.
    ids: Option<CallIds>,
    /// Where faults in this process note that they struck, an entry for each attempt.
    strikes: Vec<Strikes>,
    first_byte: Option<Nanos>,
    /// What the headers of the last answer said of its tokens, read and written.
    counted: (Option<u64>, Option<u64>),
}

/// What an attempt carries beside the request: the headers of its span, and where faults note that they struck it.
#[derive(Debug, Default)]
pub struct Baggage {
    /// Trace headers, where the call has ids.
    pub headers: Option<[(&'static str, String); 2]>,
    /// For the extensions of the request: no header tells of faults, since one may strike long after the head, or instead
    /// of one.
    pub strikes: Option<Strikes>,
}

/// The attempts of a call that is over, one way or another.
#[derive(Debug)]
pub struct Closed {
    /// The attempts, with the faults that struck them.
    pub attempts: Vec<Attempt>,
    /// When the headers of an answer had come, if the last attempt had one.
    pub first_byte: Option<Nanos>,
    /// Tokens read by the model, where the headers of a whole answer told.
    pub input: Option<u64>,
    /// Tokens written by the model, where the headers of a whole answer told.
    pub output: Option<u64>,
    /// Whether the last attempt was under way until the end.
    pub was_open: bool,
}

impl Attempts {
    /// Those of a call whose attempts carry the ids of their spans.
    pub fn traced(ids: Option<CallIds>) -> Self {
        Attempts(Arc::new(Mutex::new(Seen { ids, ..Seen::default() })))
    }

    /// An attempt begins. The backoff before it is the gap to the one before.
    pub(super) fn begin(&self, number: u32, now: Nanos) {
        self.with(|seen| {
            let backoff = seen.attempts.last().map_or(Nanos::ZERO, |last| now.since(last.done));
            seen.attempts.push(Attempt {
                number,
                backoff,
                sent: now,
                done: now,
                status: None,
                error: None,
                request_id: None,
                fault: None,
            });
            seen.strikes.push(Strikes::default());
            seen.open = true;
        });
    }

    /// What the attempt that is under way carries.
    pub(super) fn baggage(&self) -> Baggage {
        self.with(|seen| Baggage {
            headers: seen.ids.and_then(|ids| Some(ids.headers(seen.attempts.len().checked_sub(1)?))),
            strikes: seen.strikes.last().cloned(),
        })
    }

    /// The head of an answer has come, a success or not, with headers that are looked up so.
    pub(super) fn head<'a>(
        &self,
        now: Nanos,
        success: bool,
        header: impl Fn(&'static str) -> Option<&'a str>,
    ) {
        let count = |name| header(name).and_then(|text| text.parse().ok());
        let counted = (count("x-amzn-bedrock-input-token-count"), count("x-amzn-bedrock-output-token-count"));
        self.with(|seen| (seen.first_byte, seen.counted) = (success.then_some(now), counted));
    }

    /// The attempt that is under way is over, with the status and the id of its answer, if there was one.
    pub(super) fn end(&self, now: Nanos, status: Option<u16>, request_id: Option<&str>, error: Option<Name>) {
        self.with(|seen| {
            seen.open = false;
            let Some(attempt) = seen.attempts.last_mut() else { return };
            attempt.done = now;
            attempt.status = status;
            attempt.request_id = request_id.map(Into::into);
            attempt.error = error;
        });
    }

    /// A limit of the client's own ends the attempt that is under way, if one is.
    pub(super) fn cut(&self, now: Nanos, word: &str) {
        self.with(|seen| {
            let was_open = std::mem::take(&mut seen.open);
            if let Some(attempt) = seen.attempts.last_mut().filter(|_| was_open) {
                (attempt.done, attempt.error) = (now, Some(word.into()));
            }
        });
    }

    /// The last attempt, under way or not.
    pub(super) fn last<T>(&self, look: impl FnOnce(&Attempt) -> T) -> Option<T> {
        self.with(|seen| seen.attempts.last().map(look))
    }

    /// The attempts so far. One that was ended from outside, by a limit over the whole call or because the call was given
    /// up, is closed at `done` with this `word`.
    pub fn close(&self, done: Nanos, word: &str) -> Closed {
        self.with(|seen| {
            let was_open = std::mem::take(&mut seen.open);
            if let Some(open) = seen.attempts.last_mut().filter(|_| was_open) {
                open.done = done;
                open.error = Some(word.into());
            }
            for (attempt, strikes) in seen.attempts.iter_mut().zip(seen.strikes.drain(..)) {
                attempt.fault = strikes.fault();
            }
            let (input, output) = seen.counted;
            let attempts = std::mem::take(&mut seen.attempts);
            Closed { attempts, first_byte: seen.first_byte, input, output, was_open }
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        // A poisoned lock still holds whole attempts: each step leaves them consistent.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a refused attempt is called: the service's code where its headers gave one, else its status.
pub(super) fn refusal_word(status: u16, error_type: Option<&str>) -> Name {
    match error_type {
        Some(text) => error_code(text).into(),
        None => format!("HTTP {status}").into(),
    }
}

/// `Name:http://…` and `prefix#Name` are both `Name` (REST JSON).
pub(super) fn error_code(text: &str) -> &str {
    let name = text.split(':').next().unwrap_or_default();
    name.rsplit('#').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify;

    #[test]
    fn error_codes_lose_their_prefix_and_their_address() {
        for text in
            ["ThrottlingException", "ThrottlingException:http://x/", "aws.bedrock#ThrottlingException"]
        {
            assert_eq!(error_code(text), "ThrottlingException");
        }
    }

    #[test]
    fn an_attempt_cut_off_from_outside_is_closed_as_such() {
        let attempts = Attempts::default();
        attempts.begin(1, Nanos::ZERO);
        let closed = attempts.close(Nanos::from_secs(9), classify::CUT_OFF);
        assert!(closed.was_open);
        assert_eq!(closed.attempts[0].done, Nanos::from_secs(9));
        assert_eq!(closed.attempts[0].error.as_deref(), Some(classify::CUT_OFF));
    }

    #[test]
    fn the_backoff_is_the_gap_between_two_attempts() {
        let attempts = Attempts::default();
        attempts.begin(1, Nanos::from_secs(1));
        attempts.end(Nanos::from_secs(2), Some(429), Some("id"), Some("ThrottlingException".into()));
        attempts.begin(2, Nanos::from_secs(5));
        attempts.end(Nanos::from_secs(6), Some(200), None, None);
        let closed = attempts.close(Nanos::from_secs(6), classify::CUT_OFF);
        assert!(!closed.was_open);
        let told: Vec<_> = closed.attempts.iter().map(|seen| (seen.backoff, seen.status)).collect();
        assert_eq!(told, [(Nanos::ZERO, Some(429)), (Nanos::from_secs(3), Some(200))]);
    }
}
