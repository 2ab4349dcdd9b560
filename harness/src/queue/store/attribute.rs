//! The attributes of a record, by the names and in the words of Powertools where it has them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The partition key.
pub(super) const JOB: &str = "job_id";
/// `PENDING`, `INPROGRESS`, `COMPLETED` or `FAILED`.
pub(super) const STATUS: &str = "status";
/// When the record no longer counts, in seconds since the Unix epoch.
pub(super) const EXPIRY: &str = "expiration";
/// When its claim no longer counts, in milliseconds since the Unix epoch.
pub(super) const IN_PROGRESS_EXPIRY: &str = "in_progress_expiration";
/// Who claimed it last. Not of Powertools, which lets anybody finish.
pub(super) const OWNER: &str = "owner";
/// Which write put the job down or claimed it last. Not of Powertools.
pub(super) const TICKET: &str = "ticket";
/// What came of it.
pub(super) const RESULT: &str = "data";

/// An item, as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// A string's value.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number's value.
pub(super) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The string in an attribute, if it is there and one.
pub(super) fn read_text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The number in an attribute, if it is there and a whole one.
pub(super) fn read_number(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
