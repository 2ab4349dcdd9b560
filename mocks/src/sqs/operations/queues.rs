//! Making, finding, listing, emptying and deleting queues.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Desk, done};
use crate::sqs::address::Address;
use crate::sqs::errors::{Mistake, invalid, invalid_value, missing};
use crate::sqs::redrive::RedriveAllow;
use crate::sqs::registry::Made;
use crate::sqs::settings::Settings;
use crate::sqs::work::note_depth;

/// The most queues on a page.
const MOST_RESULTS: i64 = 1000;
/// How long after a purge no other may be asked for.
const PURGE: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
pub(super) struct CreateRequest {
    #[serde(rename = "QueueName")]
    name: Option<String>,
    #[serde(rename = "Attributes", default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct UrlRequest {
    queue_name: Option<String>,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    owner: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ListRequest {
    queue_name_prefix: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// A request for one queue as a whole, and for a page of what it knows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct OneRequest {
    queue_url: Option<String>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub(super) fn create(desk: &mut Desk<'_>, request: CreateRequest) -> Result<Value, Mistake> {
    let name = request.name.filter(|name| !name.is_empty()).ok_or_else(|| missing("QueueName"))?;
    let visit = desk.visit;
    let address = Address::new(visit.region, &visit.account, &name)?;
    let settings = Settings::new(address.kind()).with(&request.attributes)?;
    check_redrive(desk, &address, &settings)?;
    let url = address.url(&visit.host);
    let now = visit.now();
    if let Made::There(queue) = desk.registry.make(address.clone(), settings, request.tags, now)? {
        let differs = queue.with(now, |state| {
            state.settings.differs(&request.attributes).map(|name| name.map(str::to_owned))
        })??;
        if let Some(name) = differs {
            return Err(Mistake::new(
                "QueueNameExists",
                format!(
                    "A queue already exists with the same name and a different value for attribute {name}"
                ),
            ));
        }
    }
    desk.work().name = address.name;
    Ok(json!({ "QueueUrl": url }))
}

pub(super) fn delete(desk: &mut Desk<'_>, request: OneRequest) -> Result<Value, Mistake> {
    let address = desk.queue(request.queue_url.as_deref())?.address.clone();
    desk.registry.delete(&address, desk.visit.now())?;
    Ok(done())
}

pub(super) fn url(desk: &mut Desk<'_>, request: UrlRequest) -> Result<Value, Mistake> {
    let name = request.queue_name.filter(|name| !name.is_empty()).ok_or_else(|| missing("QueueName"))?;
    let visit = desk.visit;
    let account = request.owner.map_or_else(|| visit.account.clone(), Into::into);
    let address = Address { region: visit.region.clone(), account, name: name.into() };
    let queue = desk.registry.find(&address)?;
    desk.work().name = address.name.clone();
    Ok(json!({ "QueueUrl": queue.address.url(&visit.host) }))
}

pub(super) fn list(desk: &mut Desk<'_>, request: ListRequest) -> Result<Value, Mistake> {
    let prefix = request.queue_name_prefix.unwrap_or_default();
    let visit = desk.visit;
    let found = desk.registry.list(visit.region, &visit.account).into_iter();
    let addresses = found.map(|queue| queue.address.clone());
    let (urls, next) = page(
        addresses.filter(|address| address.name.starts_with(&prefix)),
        &visit.host,
        request.next_token.as_deref(),
        request.max_results,
    )?;
    let mut told = json!({});
    if !urls.is_empty() {
        told["QueueUrls"] = json!(urls);
    }
    tell_next(told, next)
}

pub(super) fn dead_letter_sources(desk: &mut Desk<'_>, request: OneRequest) -> Result<Value, Mistake> {
    let target = desk.queue(request.queue_url.as_deref())?.address.clone();
    let visit = desk.visit;
    let (urls, next) = page(
        sources(desk, &target).into_iter(),
        &visit.host,
        request.next_token.as_deref(),
        request.max_results,
    )?;
    tell_next(json!({ "queueUrls": urls }), next)
}

pub(super) fn purge(desk: &mut Desk<'_>, request: OneRequest) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let now = desk.visit.now();
    let work = desk.work();
    queue.with(now, |state| match state.purged {
        Some(at) if now < at + PURGE => Err(Mistake::new(
            "PurgeQueueInProgress",
            format!("Only one PurgeQueue operation on {} is allowed every 60 seconds.", queue.address.name),
        )),
        _ => {
            state.purged = Some(now);
            state.queue.purge();
            note_depth(work, &state.queue, now);
            Ok(done())
        }
    })?
}

/// The queues whose dead letters go to `target`.
pub(super) fn sources(desk: &Desk<'_>, target: &Address) -> Vec<Address> {
    let now = desk.visit.now();
    let feeds = |queue: &Address, settings: &Settings| {
        settings.redrive().is_some_and(|policy| policy.target == *target).then(|| queue.clone())
    };
    let queues = desk.registry.list(&target.region, &target.account).into_iter();
    // A queue that is deleted meanwhile is a source no more.
    queues.filter_map(|it| it.with(now, |state| feeds(&it.address, &state.settings)).ok().flatten()).collect()
}

/// Checks that dead letters of `source` have somewhere to go: a queue of the same kind, account and region
/// that lets them in.
pub(super) fn check_redrive(desk: &Desk<'_>, source: &Address, settings: &Settings) -> Result<(), Mistake> {
    let Some(policy) = settings.redrive() else { return Ok(()) };
    let wrong = |reason: &str| invalid_value(&policy.text, "RedrivePolicy", reason);
    let target = &policy.target;
    if target.region != source.region || target.account != source.account {
        return Err(wrong("Dead-letter target owner should be same as the source."));
    }
    let dead_letters = desk.registry.find(target).map_err(|_| wrong("Dead letter target does not exist."))?;
    if target.kind() != source.kind() {
        return Err(wrong("Dead-letter queue must be same type of queue as the source."));
    }
    let allowed = dead_letters.with(desk.visit.now(), |state| {
        state.settings.redrive_allow().is_none_or(|allow: &RedriveAllow| allow.allows(source))
    })?;
    if allowed { Ok(()) } else { Err(wrong("Queue is not permitted to use dead-letter target.")) }
}

/// URLs from behind `token`, which is the name of the last queue told, and the next token.
fn page(
    addresses: impl Iterator<Item = Address>,
    host: &str,
    token: Option<&str>,
    most: Option<i64>,
) -> Result<(Vec<String>, Option<String>), Mistake> {
    let limit = most.unwrap_or(MOST_RESULTS);
    if !(1..=MOST_RESULTS).contains(&limit) {
        return Err(invalid(
            "Value for parameter MaxResults is invalid. Reason: Must be between 1 and 1000.",
        ));
    }
    let behind = addresses.filter(|address| token.is_none_or(|token| *address.name > *token));
    let limit = limit.unsigned_abs() as usize;
    let mut told: Vec<Address> = behind.take(limit + 1).collect();
    let more = told.len() > limit;
    told.truncate(limit);
    // Only who asks for pages is told of the next one.
    let next = told.last().filter(|_| more && most.is_some()).map(|last| last.name.to_string());
    Ok((told.iter().map(|address| address.url(host)).collect(), next))
}

fn tell_next(mut told: Value, next: Option<String>) -> Result<Value, Mistake> {
    if let Some(next) = next {
        told["NextToken"] = json!(next);
    }
    Ok(told)
}
