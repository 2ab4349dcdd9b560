//! What the table holds of a job.

use std::sync::Arc;
use std::time::SystemTime;

use super::attribute::{
    EXPIRY, IN_PROGRESS_EXPIRY, Item, JOB, OWNER, RESULT, STATUS, TICKET, number, read_number, read_text,
    text,
};
use super::error::StoreError;
use super::time::Millis;

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nobody has claimed it, or who did gave it back.
    Pending,
    /// Somebody has claimed it.
    InProgress,
    /// Its result is stored.
    Complete,
    /// It can never be done.
    Failed,
}

impl Status {
    /// Every status, in the order in which a job comes to it.
    pub const ALL: [Status; 4] = [Status::Pending, Status::InProgress, Status::Complete, Status::Failed];

    /// The table's word for it; Powertools' own, of those that it has.
    pub fn word(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::InProgress => "INPROGRESS",
            Status::Complete => "COMPLETED",
            Status::Failed => "FAILED",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// What tells one write from all others that would write the same: a worker may get two copies of a message in one
/// millisecond, and only one of them may win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket(Arc<str>);

impl Ticket {
    /// The ticket of an owner's write at this moment, by its clock, which was the so-manieth of its store.
    pub(super) fn new(owner: &str, now: Millis, number: u64) -> Self {
        Ticket(format!("{owner}/{}/{number}", now.get()).into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One claim of one job: what its holder shows to store a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    job: Arc<str>,
    owner: Arc<str>,
    ticket: Ticket,
}

impl Token {
    pub(super) fn new(job: &str, owner: &str, ticket: Ticket) -> Self {
        Token { job: job.into(), owner: owner.into(), ticket }
    }

    /// The job's id.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// Who claimed it.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    pub(super) fn ticket(&self) -> &Ticket {
        &self.ticket
    }
}

/// A job, as the table has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub(super) job: String,
    pub(super) status: Status,
    pub(super) expiry_s: u64,
    pub(super) in_progress_expiry: Option<Millis>,
    pub(super) owner: Option<String>,
    pub(super) ticket: Option<String>,
    pub(super) result: Option<String>,
}

impl Record {
    pub(super) fn pending(job: &str, ticket: &Ticket, expiry_s: u64) -> Self {
        Record {
            job: job.to_owned(),
            status: Status::Pending,
            expiry_s,
            in_progress_expiry: None,
            owner: None,
            ticket: Some(ticket.as_str().to_owned()),
            result: None,
        }
    }

    pub(super) fn claimed(token: &Token, until: Millis, expiry_s: u64) -> Self {
        Record {
            status: Status::InProgress,
            in_progress_expiry: Some(until),
            owner: Some(token.owner.to_string()),
            ..Record::pending(&token.job, &token.ticket, expiry_s)
        }
    }

    /// The job's id.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// How far it has come.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the record no longer counts at this moment, and the job is as if it were not there.
    pub fn is_expired(&self, now: SystemTime) -> bool {
        self.expiry_s < Millis::of(now).seconds()
    }

    /// Until when its claim holds, if it is one with an end.
    pub fn in_progress_until(&self) -> Option<SystemTime> {
        self.in_progress_expiry.map(Millis::time)
    }

    /// Who claimed it last.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// What came of it: its result, or why there can be none.
    pub fn result(&self) -> Option<&str> {
        self.result.as_deref()
    }

    /// Whether the write of this ticket was the last that put the job down or claimed it.
    pub(super) fn is_by(&self, ticket: &Ticket) -> bool {
        self.ticket.as_deref() == Some(ticket.as_str())
    }
}

impl From<&Record> for Item {
    fn from(record: &Record) -> Self {
        let numbers = [
            (EXPIRY, Some(record.expiry_s)),
            (IN_PROGRESS_EXPIRY, record.in_progress_expiry.map(Millis::get)),
        ];
        let texts = [
            (JOB, Some(record.job.as_str())),
            (STATUS, Some(record.status.word())),
            (OWNER, record.owner.as_deref()),
            (TICKET, record.ticket.as_deref()),
            (RESULT, record.result.as_deref()),
        ];
        let numbers = numbers.into_iter().filter_map(|(name, it)| Some((name.to_owned(), number(it?))));
        let texts = texts.into_iter().filter_map(|(name, it)| Some((name.to_owned(), text(it?))));
        numbers.chain(texts).collect()
    }
}

impl TryFrom<&Item> for Record {
    type Error = StoreError;

    fn try_from(item: &Item) -> Result<Self, StoreError> {
        let job = read_text(item, JOB).unwrap_or_default();
        let foreign = |attribute| StoreError::Foreign { job: job.to_owned(), attribute };
        let status = read_text(item, STATUS).and_then(Status::from_word);
        Ok(Record {
            job: job.to_owned(),
            status: status.ok_or_else(|| foreign(STATUS))?,
            expiry_s: read_number(item, EXPIRY).ok_or_else(|| foreign(EXPIRY))?,
            in_progress_expiry: read_number(item, IN_PROGRESS_EXPIRY).map(Millis::new),
            owner: read_text(item, OWNER).map(str::to_owned),
            ticket: read_text(item, TICKET).map(str::to_owned),
            result: read_text(item, RESULT).map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let ticket = Ticket::new("w1", Millis::new(5), 1);
        let token = Token::new("j1", "w1", ticket.clone());
        for record in [Record::pending("j1", &ticket, 9), Record::claimed(&token, Millis::new(7), 9)] {
            assert_eq!(Record::try_from(&Item::from(&record)).unwrap(), record);
        }
    }

    #[test]
    fn what_is_no_job_is_told_by_its_first_wrong_attribute() {
        let whole = Item::from(&Record::pending("j1", &Ticket::new("w1", Millis::new(5), 1), 9));
        let cases = [(STATUS, text("DONE")), (STATUS, number(1)), (EXPIRY, text("soon"))];
        for (name, value) in cases {
            let mut item = whole.clone();
            item.insert(name.to_owned(), value);
            let error = Record::try_from(&item).unwrap_err();
            assert!(
                matches!(&error, StoreError::Foreign { job, attribute } if job == "j1" && *attribute == name)
            );
        }
    }
}
