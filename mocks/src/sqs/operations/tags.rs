//! TagQueue, UntagQueue and ListQueueTags.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Desk, done};
use crate::sqs::errors::Mistake;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    queue_url: Option<String>,
    tags: BTreeMap<String, String>,
    tag_keys: Vec<String>,
}

pub(super) fn add(desk: &mut Desk<'_>, request: Request) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    queue.with(desk.visit.now(), |state| state.tags.extend(request.tags))?;
    Ok(done())
}

pub(super) fn remove(desk: &mut Desk<'_>, request: Request) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    queue.with(desk.visit.now(), |state| state.tags.retain(|key, _| !request.tag_keys.contains(key)))?;
    Ok(done())
}

pub(super) fn list(desk: &mut Desk<'_>, request: Request) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let tags = queue.with(desk.visit.now(), |state| state.tags.clone())?;
    Ok(if tags.is_empty() { done() } else { json!({ "Tags": tags }) })
}
