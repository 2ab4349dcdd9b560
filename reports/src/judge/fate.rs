//! What an exchange was to its caller, as every AWS SDK sorts answers.

use serde::{Deserialize, Serialize};

use super::finding::Class;
use crate::exchange::Exchange;

/// What an exchange was to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// An answer that is no error.
    Answered,
    /// A failure that a retry may heal: an SDK retries it.
    Failed(Class),
    /// An error that stays one however often it is sent: no SDK retries it.
    Refused,
    /// A stream that had begun and broke, by an exception frame or by a cut: its attempt was a success to
    /// the SDK, which retries nothing after the head.
    Broken,
    /// The caller went away first: its own timeout, or it no longer wanted the answer.
    Left,
}

/// The codes that mean a passing trouble whatever their status (aws-runtime 1.10, `retries/classifiers.rs`).
const TRANSIENT_CODES: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];

impl Fate {
    /// Sorts an exchange. Codes outweigh the status: a 503 with `ThrottlingException` is throttling.
    pub fn of(exchange: &Exchange) -> Self {
        let code = exchange.error_type.as_deref();
        match exchange.status {
            Some(..400) if exchange.severed || code.is_some() => Fate::Broken,
            _ if exchange.severed => Fate::Failed(Class::Transient),
            _ if exchange.hung_up => Fate::Left,
            None => Fate::Left,
            Some(..400) => Fate::Answered,
            Some(_) if exchange.throttled() => Fate::Failed(Class::Throttling),
            Some(_) if code.is_some_and(|code| TRANSIENT_CODES.contains(&code)) => {
                Fate::Failed(Class::Transient)
            }
            // Neither 408 nor 424: Rust's own test of its classifier holds that they are not retried.
            Some(500 | 502 | 503 | 504) => Fate::Failed(Class::Transient),
            Some(_) => Fate::Refused,
        }
    }

    /// The class of a failure that an SDK retries. The caller's own timeout is a transient failure to it.
    pub fn class(self) -> Option<Class> {
        match self {
            Fate::Failed(class) => Some(class),
            Fate::Left => Some(Class::Transient),
            Fate::Answered | Fate::Refused | Fate::Broken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, code: Option<&str>) -> Exchange {
        Exchange { status: Some(status), error_type: code.map(Into::into), ..Exchange::default() }
    }

    #[test]
    fn answers_are_sorted_as_an_sdk_sorts_them() {
        let (throttling, transient) = (Fate::Failed(Class::Throttling), Fate::Failed(Class::Transient));
        let cases = [
            (200, None, Fate::Answered),
            (200, Some("modelStreamErrorException"), Fate::Broken),
            (400, Some("ValidationException"), Fate::Refused),
            (400, Some("ServiceQuotaExceededException"), Fate::Refused),
            (400, Some("ThrottlingException"), throttling),
            (400, Some("RequestTimeout"), transient),
            (403, Some("AccessDeniedException"), Fate::Refused),
            (408, Some("ModelTimeoutException"), Fate::Refused),
            (424, Some("ModelErrorException"), Fate::Refused),
            (429, None, throttling),
            (429, Some("ModelNotReadyException"), throttling),
            (500, Some("InternalServerException"), transient),
            (501, None, Fate::Refused),
            (502, None, transient),
            (503, Some("ServiceUnavailableException"), transient),
            (503, Some("ThrottlingException"), throttling),
            (504, None, transient),
        ];
        for (status, code, fate) in cases {
            assert_eq!(Fate::of(&answered(status, code)), fate, "{status} {code:?}");
        }
    }

    #[test]
    fn a_cut_is_a_failure_before_the_head_and_a_broken_stream_after_it() {
        let cut = Exchange { severed: true, ..Exchange::default() };
        assert_eq!(Fate::of(&cut), Fate::Failed(Class::Transient));
        assert_eq!(Fate::of(&Exchange { status: Some(200), ..cut }), Fate::Broken);
    }

    #[test]
    fn a_caller_that_left_has_a_transient_failure_of_its_own() {
        let left = Exchange { hung_up: true, status: Some(200), ..Exchange::default() };
        assert_eq!(Fate::of(&left), Fate::Left);
        assert_eq!(Fate::of(&Exchange::default()).class(), Some(Class::Transient));
    }
}
