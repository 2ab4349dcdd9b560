//! What one answer shows of its model.

use crate::record::{Call, CallEnd, Operation};

/// The service's word for an answer that its request's limit ended.
const CUT: &str = "max_tokens";

/// A whole answer to one attempt, in seconds from its sending.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Answer {
    /// The first content; streams only.
    pub first_s: Option<f64>,
    /// The end.
    pub done_s: f64,
    /// Tokens written, by the service's count.
    pub tokens: f64,
    /// The request's limit ended it: it would have had more tokens.
    pub cut: bool,
    /// Events with content; streams only.
    pub events: usize,
}

/// The answers of one model.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Those that are evidence.
    pub all: Vec<Answer>,
    /// Calls that are none.
    pub left_out: usize,
}

impl Answers {
    pub(super) fn add(&mut self, call: &Call) {
        match Answer::of(call) {
            Some(answer) => self.all.push(answer),
            None => self.left_out += 1,
        }
    }

    pub(super) fn streams(&self) -> usize {
        self.all.iter().filter(|answer| answer.first_s.is_some()).count()
    }

    pub(super) fn whole(&self) -> usize {
        self.all.len() - self.streams()
    }
}

impl Answer {
    /// None where the call failed, a fault struck the attempt that answered, or the tokens are a guess.
    fn of(call: &Call) -> Option<Self> {
        let CallEnd::Answered { stop_reason } = &call.end else { return None };
        let attempt = call.attempts.last().filter(|attempt| attempt.fault.is_none())?;
        let counted = call.tokens.output > 0 && !call.tokens_estimated;
        if !counted || call.operation == Operation::AsyncInvoke {
            return None;
        }
        let first = call.first_content.filter(|_| call.operation.streams());
        if call.operation.streams() && first.is_none() {
            return None;
        }
        Some(Answer {
            first_s: first.map(|at| at.since(attempt.sent).as_secs_f64()),
            done_s: call.done.since(attempt.sent).as_secs_f64(),
            tokens: call.tokens.output as f64,
            cut: &**stop_reason == CUT,
            events: first.map_or(0, |_| call.gaps_us.len() + 1),
        })
    }

    /// From each token to the next, where there is a next: to the end, so that an answer made from it ends when this one did.
    pub(super) fn per_token_s(&self) -> Option<f64> {
        let steps = self.tokens - 1.0;
        self.first_s.filter(|_| steps > 0.0).map(|first| (self.done_s - first).max(0.0) / steps)
    }
}
