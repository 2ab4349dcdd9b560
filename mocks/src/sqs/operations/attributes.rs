//! GetQueueAttributes and SetQueueAttributes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::queues::check_redrive;
use super::{Desk, done};
use crate::sqs::address::Address;
use crate::sqs::errors::Mistake;
use crate::sqs::settings::{Settings, unknown_attribute};
use crate::sqs::shared::State;

/// Attributes that a queue may have and need not, and which it is no mistake to ask for.
const OPTIONAL: [&str; 10] = [
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
];

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct GetRequest {
    queue_url: Option<String>,
    attribute_names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SetRequest {
    queue_url: Option<String>,
    attributes: BTreeMap<String, String>,
}

pub(super) fn get(desk: &mut Desk<'_>, request: GetRequest) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let all = queue.with(desk.visit.now(), |state| tell(&queue.address, state))?;
    let names = &request.attribute_names;
    if let Some(unknown) = names.iter().find(|name| !is_known(&all, name)) {
        return Err(unknown_attribute(unknown));
    }
    let wanted = |name: &str| names.iter().any(|it| it == name || it == "All");
    let told: BTreeMap<String, String> = all.into_iter().filter(|(name, _)| wanted(name)).collect();
    Ok(if told.is_empty() { done() } else { json!({ "Attributes": told }) })
}

pub(super) fn set(desk: &mut Desk<'_>, request: SetRequest) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let now = desk.visit.now();
    let changed: Settings = queue.with(now, |state| state.settings.with(&request.attributes))??;
    if request.attributes.contains_key("RedrivePolicy") {
        check_redrive(desk, &queue.address, &changed)?;
    }
    queue.with(now, |state| {
        state.settings = changed;
        state.modified = now;
    })?;
    Ok(done())
}

fn is_known(all: &BTreeMap<String, String>, name: &str) -> bool {
    name == "All" || all.contains_key(name) || OPTIONAL.contains(&name)
}

/// All attributes of a queue, those included that nobody sets.
fn tell(address: &Address, state: &State) -> BTreeMap<String, String> {
    let counts = state.queue.counts();
    let own = [
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("CreatedTimestamp", seconds(state.created)),
        ("LastModifiedTimestamp", seconds(state.modified)),
        ("QueueArn", address.to_string()),
    ];
    let set = state.settings.tell().into_iter();
    set.chain(own).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn seconds(time: Duration) -> String {
    time.as_secs().to_string()
}
