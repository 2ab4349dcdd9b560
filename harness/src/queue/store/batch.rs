//! Many jobs put down at once, as a producer that sends batches does.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};

use super::attribute::{Item, JOB, read_text};
use super::error::StoreError;
use super::record::Record;
use super::time::Millis;
use super::{JobStore, PRODUCER};

/// The most items of one BatchWriteItem.
const MOST: usize = 25;

impl JobStore {
    /// Puts down jobs that nobody can know yet, 25 at a time and without a condition. What the table did not get to is
    /// put down one by one.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn enqueue_all(&self, jobs: &[&str], now: SystemTime) -> Result<(), StoreError> {
        for some in jobs.chunks(MOST) {
            for left in self.enqueue_some(some, now).await? {
                self.enqueue(&left, now).await?;
            }
        }
        Ok(())
    }

    /// Puts down up to 25 jobs; tells which are left.
    async fn enqueue_some(&self, jobs: &[&str], now: SystemTime) -> Result<Vec<String>, StoreError> {
        let now_ms = Millis::of(now);
        let expiry_s = self.expiry_s(now_ms);
        let put = |job: &&str| {
            let record = Record::pending(job, &self.ticket(PRODUCER, now_ms), expiry_s);
            let put = PutRequest::builder().set_item(Some(Item::from(&record))).build()?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        let puts = jobs.iter().map(put).collect::<Result<Vec<_>, StoreError>>()?;
        let answer = self
            .client
            .batch_write_item()
            .request_items(self.table.as_str(), puts)
            .send()
            .await
            .map_err(|error| StoreError::of("BatchWriteItem", &error))?;
        let left = answer.unprocessed_items.unwrap_or_default().remove(self.table.as_str());
        let job = |write: WriteRequest| {
            let item = write.put_request?.item;
            read_text(&item, JOB).map(str::to_owned)
        };
        Ok(left.unwrap_or_default().into_iter().filter_map(job).collect())
    }
}
