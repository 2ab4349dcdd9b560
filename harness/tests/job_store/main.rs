//! The job store against the cloud's DynamoDB: in memory and in virtual time, through the real SDK.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod census;
mod claims;
mod lost_answers;
mod model;
mod support;
mod table;
mod trouble;
