//! The table itself: made for a run and removed with it, or there before.

use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::delete_table::DeleteTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus, Tag,
};
use thiserror::Error;

use super::JobStore;
use super::attribute::JOB;
use super::error::StoreError;
use crate::clock::Clock;
use crate::queue::RUN_TAG;

/// How long a new table is waited for, and how often it is looked at. AWS's own waiter looks every 20 s for 8 min;
/// a table on demand is there within seconds.
const ACTIVE_WITHIN: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A table's name: 3 to 255 of `a-z A-Z 0-9 _ . -`, as DynamoDB's service model has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName(String);

/// A name that no table can have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` cannot be a table's name: it takes 3 to 255 of a-z, A-Z, 0-9, `_`, `.` and `-`")]
pub struct TableNameError(String);

impl TableName {
    /// The table of this name.
    ///
    /// # Errors
    /// No table can have it.
    pub fn new(name: impl Into<String>) -> Result<Self, TableNameError> {
        let name = name.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        match (3..=255).contains(&name.len()) && name.bytes().all(allowed) {
            true => Ok(TableName(name)),
            false => Err(TableNameError(name)),
        }
    }

    /// The table that a run of this tag makes for itself.
    ///
    /// # Errors
    /// The tag has what no table's name can have, or too much of it.
    pub fn of_run(run_tag: &str) -> Result<Self, TableNameError> {
        TableName::new(format!("bedload-jobs-{run_tag}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// It was made just now, so whoever made it is to remove it.
    Made,
    /// It was there before.
    Found,
}

impl JobStore {
    /// Sees to it that the table is there and active, billed by the request.
    ///
    /// # Errors
    /// It could not be made or looked at, or did not become active; then what was made is removed again.
    pub async fn ensure(&self, run_tag: &str, clock: &Clock) -> Result<Provenance, StoreError> {
        let provenance = self.make(run_tag).await?;
        let active = self.wait_until_active(clock).await;
        if active.is_err() && provenance == Provenance::Made {
            // Why it came to that is what the caller must hear, and it has the table's name.
            let _ = self.drop_table().await;
        }
        active.map(|()| provenance)
    }

    /// Removes the table with all jobs. One that is gone already will do.
    ///
    /// # Errors
    /// It could not be removed.
    pub async fn drop_table(&self) -> Result<(), StoreError> {
        let answer = self.client.delete_table().table_name(self.table.as_str()).send().await;
        let is_gone = |error: &DeleteTableError| error.is_resource_not_found_exception();
        match answer {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(is_gone) => Ok(()),
            Err(error) => Err(StoreError::of("DeleteTable", &error)),
        }
    }

    async fn make(&self, run_tag: &str) -> Result<Provenance, StoreError> {
        let key = KeySchemaElement::builder().attribute_name(JOB).key_type(KeyType::Hash).build()?;
        let kind = AttributeDefinition::builder().attribute_name(JOB);
        let kind = kind.attribute_type(ScalarAttributeType::S).build()?;
        let tag = Tag::builder().key(RUN_TAG).value(run_tag).build()?;
        let request = self.client.create_table().table_name(self.table.as_str());
        let request = request.key_schema(key).attribute_definitions(kind).tags(tag);
        let answer = request.billing_mode(BillingMode::PayPerRequest).send().await;
        let is_there = |error: &CreateTableError| error.is_resource_in_use_exception();
        match answer {
            Ok(_) => Ok(Provenance::Made),
            Err(error) if error.as_service_error().is_some_and(is_there) => Ok(Provenance::Found),
            Err(error) => Err(StoreError::of("CreateTable", &error)),
        }
    }

    async fn wait_until_active(&self, clock: &Clock) -> Result<(), StoreError> {
        let mut waited = Duration::ZERO;
        while !self.is_active().await? {
            if waited >= ACTIVE_WITHIN {
                let (table, waited_s) = (self.table.to_string(), waited.as_secs());
                return Err(StoreError::NotActive { table, waited_s });
            }
            clock.sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        }
        Ok(())
    }

    /// A table that was just made may not be there yet for who looks.
    async fn is_active(&self) -> Result<bool, StoreError> {
        match self.client.describe_table().table_name(self.table.as_str()).send().await {
            Ok(answer) => Ok(answer.table.and_then(|table| table.table_status) == Some(TableStatus::Active)),
            Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_not_found_exception()) => {
                Ok(false)
            }
            Err(error) => Err(StoreError::of("DescribeTable", &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_a_table_can_have() {
        let cases = [
            ("jobs", true),
            ("a_b.c-D9", true),
            ("ab", false),
            ("jobs/east", false),
            ("jöbs", false),
            ("", false),
        ];
        for (name, expected) in cases {
            assert_eq!(TableName::new(name).is_ok(), expected, "{name}");
        }
        assert!(TableName::new("x".repeat(255)).is_ok());
        assert!(TableName::new("x".repeat(256)).is_err());
        assert_eq!(TableName::of_run("7f").map(|name| name.to_string()), Ok("bedload-jobs-7f".into()));
    }
}
