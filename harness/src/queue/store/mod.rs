//! The job store: a table that says of each job whether it is to do, being done, or over.
//!
//! It follows the idempotency records of AWS Lambda Powertools 3.37, which real workers use: a claim is a conditional
//! PutItem whose refusal brings the old record back, a record expires after a while (in seconds), and a claim before
//! that (in milliseconds), so that the work of a crashed worker is taken over. Two things are added. A record may be
//! `PENDING`, so that a job which was never begun is known to be lost; and every claim has a [`Token`], so that a worker
//! which was frozen past its claim cannot overwrite what another has done since.
//!
//! What a refusal means is decided in [`verdict`], without a table; what is asked of one stands in `expression`. Time is
//! handed in with every call, as each worker has a clock of its own and faults may set it wrong. Throttles and outages
//! are left to the SDK's own retries, and what they do not overcome is a [`StoreError`].

mod attribute;
mod batch;
mod call;
pub mod census;
pub mod error;
mod expression;
mod overwrite;
pub mod record;
pub mod sdk;
pub mod table;
pub mod time;
pub mod verdict;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use call::{Written, refusal, written};
use error::StoreError;
use expression::Expression;
use record::{Record, Status, Ticket, Token};
use table::TableName;
use time::Millis;
use verdict::{Claim, Enqueued, Extended, Finish, Release};

/// Whose the ticket of a job that is put down is.
const PRODUCER: &str = "producer";

/// A table of jobs, through one client of the SDK.
#[derive(Clone, Debug)]
pub struct JobStore {
    client: Client,
    table: TableName,
    /// How long a record counts after it was last written: Powertools' `expires_after`, 3600 s there.
    keep: Duration,
    /// How many writes have had a ticket, of this store and its copies.
    tickets: Arc<AtomicU64>,
}

impl JobStore {
    /// The store in this table. A record counts for `keep` after its last write, in whole seconds: less than the
    /// longest time between two deliveries of a job, and the job may be done twice.
    pub fn new(client: Client, table: TableName, keep: Duration) -> Self {
        JobStore { client, table, keep, tickets: Arc::default() }
    }

    /// The same table through another client.
    pub fn through(&self, client: Client) -> Self {
        JobStore { client, ..self.clone() }
    }

    /// Puts a job down as to do.
    ///
    /// A job that is known is left as it is and told so.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn enqueue(&self, job: &str, now: SystemTime) -> Result<Enqueued, StoreError> {
        let now = Millis::of(now);
        let ticket = self.ticket(PRODUCER, now);
        let record = Record::pending(job, &ticket, self.expiry_s(now));
        match self.put(&record, Expression::not_there(now)).await? {
            Written::Stored => Ok(Enqueued::New),
            Written::Refused(old) => Ok(verdict::of_enqueue(old.as_ref(), &ticket)),
        }
    }

    /// Claims a job for `lease`, after which it may be claimed by others. No two processes may call an owner the same.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn claim(
        &self,
        job: &str,
        owner: &str,
        now: SystemTime,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let now = Millis::of(now);
        let token = Token::new(job, owner, self.ticket(owner, now));
        let record = Record::claimed(&token, now.plus(lease), self.expiry_s(now));
        match self.put(&record, Expression::claimable(now)).await? {
            Written::Stored => Ok(Claim::Won(token)),
            Written::Refused(old) => Ok(verdict::of_claim(old.as_ref(), token, now)),
        }
    }

    /// Holds a claim for `lease` from now on.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn extend(
        &self,
        token: &Token,
        now: SystemTime,
        lease: Duration,
    ) -> Result<Extended, StoreError> {
        let now = Millis::of(now);
        let until = now.plus(lease);
        let expression = Expression::extending(token, until, self.expiry_s(now));
        Ok(match self.update(token.job(), expression).await? {
            Written::Stored => Extended::Until(until.time()),
            Written::Refused(_) => Extended::LeaseLost,
        })
    }

    /// Stores the result of a job that was claimed.
    ///
    /// A claim that has run out still counts while nobody else's is under way.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn complete(&self, token: &Token, now: SystemTime, result: &str) -> Result<Finish, StoreError> {
        self.finish(token, now, Status::Complete, result).await
    }

    /// Stores why a job that was claimed can never be done. Claims find it over, as they do a result.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn fail(&self, token: &Token, now: SystemTime, why: &str) -> Result<Finish, StoreError> {
        self.finish(token, now, Status::Failed, why).await
    }

    /// Gives a claimed job back, to be claimed at once: what a handler that threw does.
    ///
    /// Powertools deletes the record. Here it is pending again, so that no census counts the job as lost.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn release(&self, token: &Token) -> Result<Release, StoreError> {
        Ok(match self.update(token.job(), Expression::releasing(token)).await? {
            Written::Stored => Release::Released,
            Written::Refused(old) => verdict::of_release(old.as_ref(), token),
        })
    }

    /// What is known of a job; nothing of one that is not there. The read is consistent, and expired records are shown
    /// as they are.
    ///
    /// # Errors
    /// The table did not answer, or holds what is no job.
    pub async fn read(&self, job: &str) -> Result<Option<Record>, StoreError> {
        let request = self.client.get_item().table_name(self.table.as_str()).consistent_read(true);
        let answer = request
            .key(attribute::JOB, attribute::text(job))
            .send()
            .await
            .map_err(|error| StoreError::of("GetItem", &error))?;
        answer.item.as_ref().map(Record::try_from).transpose()
    }

    async fn finish(
        &self,
        token: &Token,
        now: SystemTime,
        status: Status,
        result: &str,
    ) -> Result<Finish, StoreError> {
        let now = Millis::of(now);
        let expression = Expression::finishing(token, now, status, result, self.expiry_s(now));
        Ok(match self.update(token.job(), expression).await? {
            Written::Stored => Finish::Stored,
            Written::Refused(old) => verdict::of_finish(old.as_ref(), token, status),
        })
    }

    async fn put(&self, record: &Record, condition: Expression) -> Result<Written, StoreError> {
        let request = self
            .client
            .put_item()
            .table_name(self.table.as_str())
            .set_item(Some(record.into()))
            .condition_expression(condition.condition)
            .set_expression_attribute_names(Some(condition.names))
            .set_expression_attribute_values(Some(condition.values))
            .return_values_on_condition_check_failure(AllOld);
        written("PutItem", request.send().await, |error| match error {
            PutItemError::ConditionalCheckFailedException(refused) => Some(refusal(refused)),
            _ => None,
        })
    }

    async fn update(&self, job: &str, expression: Expression) -> Result<Written, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(self.table.as_str())
            .key(attribute::JOB, attribute::text(job))
            .set_update_expression(expression.update.map(str::to_owned))
            .condition_expression(expression.condition)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values))
            .return_values_on_condition_check_failure(AllOld);
        written("UpdateItem", request.send().await, |error| match error {
            UpdateItemError::ConditionalCheckFailedException(refused) => Some(refusal(refused)),
            _ => None,
        })
    }

    fn ticket(&self, owner: &str, now: Millis) -> Ticket {
        Ticket::new(owner, now, self.tickets.fetch_add(1, Ordering::Relaxed))
    }

    fn expiry_s(&self, now: Millis) -> u64 {
        now.seconds().saturating_add(self.keep.as_secs())
    }
}
