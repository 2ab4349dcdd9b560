//! What not to do: a result that is stored whatever is there.
//!
//! It exists to show the difference. A worker that stores like this cannot know that it was not the first, and each
//! further delivery takes effect again.

use std::time::{Duration, SystemTime};

use super::JobStore;
use super::error::StoreError;
use super::record::{Record, Status, Token};
use super::time::Millis;

impl JobStore {
    /// Stores a result without a condition.
    ///
    /// # Errors
    /// The table did not answer.
    pub async fn overwrite(
        &self,
        job: &str,
        owner: &str,
        now: SystemTime,
        result: &str,
    ) -> Result<(), StoreError> {
        let now = Millis::of(now);
        let token = Token::new(job, owner, self.ticket(owner, now));
        let mut record = Record::claimed(&token, now.plus(Duration::ZERO), self.expiry_s(now));
        (record.status, record.in_progress_expiry) = (Status::Complete, None);
        record.result = Some(result.to_owned());
        let put = self.client.put_item().table_name(self.table.as_str()).set_item(Some((&record).into()));
        put.send().await.map(drop).map_err(|error| StoreError::of("PutItem", &error))
    }
}
