//! What became of a write: pure decisions from the record that refused it.
//!
//! A condition fails for more than one reason, and only the old record tells which. One of them is no refusal at all: the
//! answer of an attempt was lost after the table had taken it, and the SDK's next attempt met its own work. So a record
//! that bears the ticket of the call was written by it.

use std::time::SystemTime;

use super::record::{Record, Status, Ticket, Token};
use super::time::Millis;

/// What came of putting a job down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is to do.
    New,
    /// It was known before, and has come so far.
    Known(Status),
}

/// What came of claiming a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the caller's until its lease ends.
    Won(Token),
    /// It is over, with this result; whoever does it again does it twice.
    AlreadyDone(String),
    /// It can never be done, and this is why.
    AlreadyFailed(String),
    /// Another is at it, until then unless the claim is extended.
    InProgressElsewhere {
        /// When its claim ends; never, for one without an end.
        until: Option<SystemTime>,
    },
    /// It was refused by a record that would allow it by now: a race, or clocks that differ. Worth another try, as
    /// Powertools makes two of.
    Lost,
}

/// What came of holding on to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extended {
    /// It holds until then.
    Until(SystemTime),
    /// It is no longer the caller's.
    LeaseLost,
}

/// What came of ending a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// It is stored.
    Stored,
    /// Another had stored a result before.
    AlreadyComplete,
    /// Another had found it impossible before.
    AlreadyFailed,
    /// Another is at it, or it was given back or forgotten; nothing is stored.
    LeaseLost,
}

/// What came of giving a job back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// Whoever asks next may have it.
    Released,
    /// It was no longer the caller's to give.
    LeaseLost,
}

/// Of a job that was refused to be put down by the write of this ticket. Without its record, it was known and is
/// forgotten since.
pub(super) fn of_enqueue(old: Option<&Record>, ticket: &Ticket) -> Enqueued {
    match old {
        Some(old) if old.status() == Status::Pending && old.is_by(ticket) => Enqueued::New,
        old => Enqueued::Known(old.map_or(Status::Pending, Record::status)),
    }
}

/// Of a claim that was refused at `now`.
pub(super) fn of_claim(old: Option<&Record>, token: Token, now: Millis) -> Claim {
    let Some(old) = old else { return Claim::Lost };
    let result = || old.result().unwrap_or_default().to_owned();
    match old.status() {
        _ if old.is_expired(now.time()) => Claim::Lost,
        Status::Complete => Claim::AlreadyDone(result()),
        Status::Failed => Claim::AlreadyFailed(result()),
        Status::Pending => Claim::Lost,
        Status::InProgress if old.is_by(token.ticket()) => Claim::Won(token),
        Status::InProgress => match old.in_progress_until() {
            Some(until) if until < now.time() => Claim::Lost,
            until => Claim::InProgressElsewhere { until },
        },
    }
}

/// Of an end that was refused, if it was to be `wanted`.
pub(super) fn of_finish(old: Option<&Record>, token: &Token, wanted: Status) -> Finish {
    match old {
        Some(old) if old.status() == wanted && old.is_by(token.ticket()) => Finish::Stored,
        Some(old) if old.status() == Status::Complete => Finish::AlreadyComplete,
        Some(old) if old.status() == Status::Failed => Finish::AlreadyFailed,
        _ => Finish::LeaseLost,
    }
}

/// Of a release that was refused.
pub(super) fn of_release(old: Option<&Record>, token: &Token) -> Release {
    match old {
        Some(old) if old.status() == Status::Pending && old.is_by(token.ticket()) => Release::Released,
        _ => Release::LeaseLost,
    }
}

#[cfg(test)]
mod tests;
