//! The expressions that the table decides by, with their names and values.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attribute::{EXPIRY, IN_PROGRESS_EXPIRY, Item, JOB, OWNER, RESULT, STATUS, TICKET, number, text};
use super::record::{Status, Token};
use super::time::Millis;

/// Nobody knows the job, or nobody any longer: the first half of Powertools' condition.
const NOT_THERE: &str = "attribute_not_exists(#id) OR #expiry < :now";

/// Powertools' condition of a claim, letter for letter, and behind it our one more state.
const CLAIMABLE: &str = "attribute_not_exists(#id) OR #expiry < :now OR (#status = :inprogress AND attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :now_in_millis) OR #status = :pending";

/// The claim is the caller's.
const MINE: &str = "#status = :inprogress AND #ticket = :ticket";

/// It is, or it is another's that has run out, so that nobody is at the job.
const FINISHABLE: &str =
    "#status = :inprogress AND (#ticket = :ticket OR #in_progress_expiry < :now_in_millis)";

/// A condition, and what to change where it holds.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// What must hold.
    pub condition: &'static str,
    /// What to change; none where an item is put whole.
    pub update: Option<&'static str>,
    /// What `#names` stand for.
    pub names: HashMap<String, String>,
    /// What `:values` stand for.
    pub values: Item,
}

impl Expression {
    /// The condition of a job that is put down.
    pub(super) fn not_there(now: Millis) -> Self {
        Self::new(NOT_THERE, None)
            .name("#id", JOB)
            .name("#expiry", EXPIRY)
            .value(":now", number(now.seconds()))
    }

    /// The condition of a claim.
    pub(super) fn claimable(now: Millis) -> Self {
        Self { condition: CLAIMABLE, ..Self::not_there(now) }
            .name("#status", STATUS)
            .name("#in_progress_expiry", IN_PROGRESS_EXPIRY)
            .value(":pending", text(Status::Pending.word()))
            .value(":inprogress", text(Status::InProgress.word()))
            .value(":now_in_millis", number(now.get()))
    }

    /// A claim that is to hold until then.
    pub(super) fn extending(token: &Token, until: Millis, expiry_s: u64) -> Self {
        Self::held(MINE, "SET #in_progress_expiry = :until, #expiry = :expiry", token)
            .name("#in_progress_expiry", IN_PROGRESS_EXPIRY)
            .name("#expiry", EXPIRY)
            .value(":until", number(until.get()))
            .value(":expiry", number(expiry_s))
    }

    /// The end of a job. Its owner becomes who ended it, which may be another than who claimed it last.
    pub(super) fn finishing(token: &Token, now: Millis, status: Status, result: &str, expiry_s: u64) -> Self {
        let update = "SET #status = :status, #result = :result, #expiry = :expiry, #owner = :owner, #ticket = :ticket REMOVE #in_progress_expiry";
        Self::held(FINISHABLE, update, token)
            .name("#in_progress_expiry", IN_PROGRESS_EXPIRY)
            .name("#expiry", EXPIRY)
            .name("#result", RESULT)
            .name("#owner", OWNER)
            .value(":owner", text(token.owner()))
            .value(":now_in_millis", number(now.get()))
            .value(":status", text(status.word()))
            .value(":result", text(result))
            .value(":expiry", number(expiry_s))
    }

    /// A claim that is given back.
    pub(super) fn releasing(token: &Token) -> Self {
        Self::held(MINE, "SET #status = :pending REMOVE #in_progress_expiry", token)
            .name("#in_progress_expiry", IN_PROGRESS_EXPIRY)
            .value(":pending", text(Status::Pending.word()))
    }

    /// What the holder of a claim may do.
    fn held(condition: &'static str, update: &'static str, token: &Token) -> Self {
        Self::new(condition, Some(update))
            .name("#status", STATUS)
            .name("#ticket", TICKET)
            .value(":inprogress", text(Status::InProgress.word()))
            .value(":ticket", text(token.ticket().as_str()))
    }

    fn new(condition: &'static str, update: Option<&'static str>) -> Self {
        Expression { condition, update, names: HashMap::new(), values: HashMap::new() }
    }

    fn name(mut self, name: &str, attribute: &str) -> Self {
        self.names.insert(name.to_owned(), attribute.to_owned());
        self
    }

    fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}
