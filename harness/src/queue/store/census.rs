//! All the jobs of a table: page by page, or counted.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use aws_sdk_dynamodb::types::AttributeValue;

use super::JobStore;
use super::attribute::{Item, JOB};
use super::error::StoreError;
use super::record::{Record, Status};

/// Where a page ends and the next begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor(AttributeValue);

/// Some of the jobs, in the table's own order.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The jobs.
    pub records: Vec<Record>,
    /// Where the next page begins; none after the last.
    pub next: Option<Cursor>,
}

/// How many jobs have come how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Not begun, or given back.
    pub pending: u64,
    /// Claimed, whether or not the claim still holds.
    pub in_progress: u64,
    /// With a result.
    pub complete: u64,
    /// Never to be done.
    pub failed: u64,
}

impl JobStore {
    /// A page of at most so many jobs, as they are at this moment: the read is consistent.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn scan(&self, after: Option<&Cursor>, most: NonZeroU32) -> Result<Page, StoreError> {
        let most = i32::try_from(most.get()).unwrap_or(i32::MAX);
        let request = self.client.scan().table_name(self.table.as_str()).consistent_read(true).limit(most);
        let start = after.map(|Cursor(job)| Item::from([(JOB.to_owned(), job.clone())]));
        let answer = request.set_exclusive_start_key(start).send().await;
        let answer = answer.map_err(|error| StoreError::of("Scan", &error))?;
        let next = answer.last_evaluated_key.and_then(|mut key| key.remove(JOB)).map(Cursor);
        let records = answer.items.unwrap_or_default();
        Ok(Page { records: records.iter().map(Record::try_from).collect::<Result<_, _>>()?, next })
    }

    /// Counts the whole table, in pages of at most so many. What happens meanwhile may be counted or not.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn census(&self, page: NonZeroU32) -> Result<Census, StoreError> {
        let mut counts = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.scan(after.as_ref(), page).await?;
            for record in &page.records {
                *counts.entry(record.status()).or_default() += 1;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(Census::of(&counts)),
            }
        }
    }
}

impl Census {
    fn of(counts: &BTreeMap<Status, u64>) -> Self {
        let count = |status| counts.get(&status).copied().unwrap_or_default();
        Census {
            pending: count(Status::Pending),
            in_progress: count(Status::InProgress),
            complete: count(Status::Complete),
            failed: count(Status::Failed),
        }
    }

    /// All jobs.
    pub fn total(&self) -> u64 {
        self.pending + self.in_progress + self.complete + self.failed
    }
}
