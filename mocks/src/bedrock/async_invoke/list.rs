//! What ListAsyncInvokes asks, and which page of the list it means.
//!
//! A page's token holds the place of its last invocation and a digest of the filters, sealed with the
//! cloud's seed: one that was made up, torn, or handed to another list is refused.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use aws_smithy_types::base64;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Moment;
use super::shelf::Shelf;
use super::status::Status;
use crate::bedrock::errors::{self, constraint};
use crate::error::ServiceError;

/// The most invocations on a page, and as many as there are on one unless fewer are asked for.
const MOST_RESULTS: usize = 1000;

/// Which invocations to list, and how.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    filter: Filter,
    most: usize,
    /// The number behind which the page begins.
    behind: Option<u64>,
    seal: Seal,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Hash)]
struct Filter {
    status: Option<Status>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    order: Order,
}

/// The order of submission. The service model names no default; the newest first is ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Order {
    Ascending,
    #[default]
    Descending,
}

/// What only tokens of this list, in this cloud and region, have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seal(u64);

impl List {
    /// What a query asks.
    pub(super) fn read(query: &str, region: &str, seed: u64) -> Result<Self, ServiceError> {
        let (mut filter, mut most, mut token) = (Filter::default(), MOST_RESULTS, None);
        for (name, value) in pairs(query) {
            match &*name {
                "statusEquals" => filter.status = Some(status(&value)?),
                "submitTimeAfter" => filter.after = Some(time(&name, &value)?),
                "submitTimeBefore" => filter.before = Some(time(&name, &value)?),
                "sortOrder" => filter.order = order(&value)?,
                "sortBy" => sort_by(&value)?,
                "maxResults" => most = max_results(&value)?,
                "nextToken" => token = Some(value),
                _ => {}
            }
        }
        let seal = Seal::of(filter, region, seed);
        let behind = token.map(|token| seal.open(&token).ok_or_else(invalid_token)).transpose()?;
        Ok(List { filter, most, behind, seal })
    }

    /// The page that is asked for.
    pub(super) fn page(&self, shelf: &Shelf, moment: &Moment<'_>) -> Value {
        let matches = |invocation: &_| self.filter.matches(invocation, moment);
        let all = shelf.iter().filter(|(_, invocation)| matches(invocation));
        let mut page: Vec<_> = match self.filter.order {
            Order::Ascending => all
                .skip_while(|(number, _)| self.behind.is_some_and(|behind| *number <= behind))
                .take(self.most + 1)
                .collect(),
            Order::Descending => all
                .rev()
                .skip_while(|(number, _)| self.behind.is_some_and(|behind| *number >= behind))
                .take(self.most + 1)
                .collect(),
        };
        let more = page.len() > self.most;
        page.truncate(self.most);
        let told: Vec<Value> = page
            .iter()
            .map(|(_, invocation)| invocation.tell(moment.region, moment.epoch, moment.now))
            .collect();
        let mut answer = json!({ "asyncInvokeSummaries": told });
        if let Some((last, _)) = page.last().filter(|_| more) {
            answer["nextToken"] = json!(self.seal.close(*last));
        }
        answer
    }
}

impl Filter {
    fn matches(&self, invocation: &super::invocation::Invocation, moment: &Moment<'_>) -> bool {
        let submitted = invocation.submit_time(moment.epoch);
        self.status.is_none_or(|status| invocation.status(moment.now) == status)
            && self.after.is_none_or(|after| submitted > after)
            && self.before.is_none_or(|before| submitted < before)
    }
}

impl Seal {
    fn of(filter: Filter, region: &str, seed: u64) -> Self {
        Seal(digest(&(filter, region, seed)))
    }

    /// A token for the page behind this number.
    fn close(self, number: u64) -> String {
        let bytes = [number.to_be_bytes(), self.check(number).to_be_bytes()].concat();
        base64::encode(bytes)
    }

    /// The number in a token, if it is one of this list's.
    fn open(self, token: &str) -> Option<u64> {
        let bytes: [u8; 16] = base64::decode(token).ok()?.try_into().ok()?;
        let (number, check) = bytes.split_at(8);
        let number = u64::from_be_bytes(number.try_into().ok()?);
        (check == self.check(number).to_be_bytes()).then_some(number)
    }

    fn check(self, number: u64) -> u64 {
        digest(&(self.0, number))
    }
}

/// A digest that holds within one process, as a cloud's tokens do.
fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(move |(name, value)| (decoded(name), decoded(value)))
}

fn status(value: &str) -> Result<Status, ServiceError> {
    let rule = "Member must satisfy enum value set: [InProgress, Completed, Failed]";
    Status::from_name(value).ok_or_else(|| wrong("statusEquals", value, rule))
}

fn order(value: &str) -> Result<Order, ServiceError> {
    match value {
        "Ascending" => Ok(Order::Ascending),
        "Descending" => Ok(Order::Descending),
        _ => Err(wrong("sortOrder", value, "Member must satisfy enum value set: [Ascending, Descending]")),
    }
}

fn sort_by(value: &str) -> Result<(), ServiceError> {
    let rule = "Member must satisfy enum value set: [SubmissionTime]";
    if value == "SubmissionTime" { Ok(()) } else { Err(wrong("sortBy", value, rule)) }
}

fn max_results(value: &str) -> Result<usize, ServiceError> {
    let rule = format!("Member must have value between 1 and {MOST_RESULTS}");
    let most = value.parse().ok().filter(|most| (1..=MOST_RESULTS).contains(most));
    most.ok_or_else(|| wrong("maxResults", value, &rule))
}

/// A time as the service model writes it, in ISO 8601.
fn time(name: &str, value: &str) -> Result<Timestamp, ServiceError> {
    value.parse().map_err(|_| wrong(name, value, "Member must be a timestamp in the format of ISO 8601"))
}

fn wrong(field: &str, value: &str, rule: &str) -> ServiceError {
    constraint(&format!("'{value}'"), field, rule)
}

fn invalid_token() -> ServiceError {
    errors::validation("The provided nextToken is invalid.")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Result<List, ServiceError> {
        List::read(query, "us-east-1", 7)
    }

    #[test]
    fn all_that_a_query_may_say_is_understood() {
        let list = read("statusEquals=Completed&submitTimeAfter=2026-01-01T00%3A00%3A00Z&submitTimeBefore=2026-01-02T00:00:00.5Z&maxResults=2&sortBy=SubmissionTime&sortOrder=Ascending&later=1").unwrap();
        let filter = Filter {
            status: Some(Status::Completed),
            after: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            before: Some("2026-01-02T00:00:00.5Z".parse().unwrap()),
            order: Order::Ascending,
        };
        assert_eq!((list.filter, list.most, list.behind), (filter, 2, None));
    }

    #[test]
    fn mistakes_are_named_by_their_field() {
        let mistakes = [
            ("statusEquals=Done", "statusEquals"),
            ("maxResults=0", "maxResults"),
            ("maxResults=1001", "maxResults"),
            ("maxResults=two", "maxResults"),
            ("sortBy=Cost", "sortBy"),
            ("sortOrder=Random", "sortOrder"),
            ("submitTimeAfter=yesterday", "submitTimeAfter"),
            ("nextToken=", "nextToken"),
            ("nextToken=AAAA", "nextToken"),
        ];
        for (query, part) in mistakes {
            let error = read(query).unwrap_err();
            assert_eq!(error.code(), "ValidationException", "{query}");
            assert!(String::from_utf8_lossy(&error.body()).contains(part), "{query}: {error:?}");
        }
    }

    #[test]
    fn a_token_is_good_for_its_own_list_only() {
        let token = read("").unwrap().seal.close(41).replace('+', "%2B");
        let with =
            |query: &str, region, seed| List::read(&format!("{query}&nextToken={token}"), region, seed);
        assert_eq!(with("maxResults=5", "us-east-1", 7).unwrap().behind, Some(41));
        for (query, region, seed) in
            [("statusEquals=Failed", "us-east-1", 7), ("", "us-west-2", 7), ("", "us-east-1", 8)]
        {
            assert!(with(query, region, seed).is_err(), "{query} {region} {seed}");
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in "\\PC*", token in "[A-Za-z0-9+/=]{0,32}") {
            let _ = read(&query);
            let read = read(&format!("nextToken={token}"));
            prop_assert!(read.is_err());
        }
    }
}
