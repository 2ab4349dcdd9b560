//! SendMessage and SendMessageBatch.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::request::{Many, One};
use super::{Desk, batch};
use crate::request_id;
use crate::sqs::attribute::{self, Attributes};
use crate::sqs::errors::{Mistake, invalid, invalid_value, missing};
use crate::sqs::message::{Content, Message};
use crate::sqs::queue::{Kind, Sent};
use crate::sqs::settings::{MOST_BYTES, Settings};
use crate::sqs::shared::State;
use crate::sqs::visit::MESSAGE_ID;
use crate::sqs::work::note_depth;

/// The longest delay of a message, in seconds.
const LONGEST_DELAY_S: i64 = 900;
/// The longest id of a group or of a deduplication, in characters.
const LONGEST_ID: usize = 128;
/// The one attribute of SQS's own that a producer may set.
const TRACE_HEADER: &str = "AWSTraceHeader";

/// A message to send. `id` is that of an entry.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Entry {
    id: Option<String>,
    message_body: Option<String>,
    delay_seconds: Option<i64>,
    message_attributes: Attributes,
    message_system_attributes: Attributes,
    message_deduplication_id: Option<String>,
    message_group_id: Option<String>,
}

pub(super) fn send(desk: &mut Desk<'_>, request: One<Entry>) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let now = desk.visit.now();
    let (mut ids, sender) = (desk.visit.chance.stream(MESSAGE_ID), sender(desk));
    let work = desk.work();
    queue.with(now, |state| {
        let sent = request.entry.send(state, now, &sender, &mut ids);
        work.failed = u32::from(sent.is_err());
        let (id, told) = sent?;
        work.message_ids.push(id);
        note_depth(work, &state.queue, now);
        Ok(told)
    })?
}

pub(super) fn send_batch(desk: &mut Desk<'_>, request: Many<Entry>) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    batch::check("SendMessageBatchRequestEntry", request.entries.iter().map(|entry| entry.id.as_deref()))?;
    let bytes: usize = request.entries.iter().map(Entry::bytes).sum();
    if bytes > MOST_BYTES as usize {
        return Err(Mistake::new(
            "BatchRequestTooLong",
            format!("Batch requests cannot be longer than {MOST_BYTES} bytes. You have sent {bytes} bytes."),
        ));
    }
    let now = desk.visit.now();
    let (mut ids, sender) = (desk.visit.chance.stream(MESSAGE_ID), sender(desk));
    let work = desk.work();
    queue.with(now, |state| {
        let outcomes = request.entries.into_iter().map(|mut entry| {
            let id = entry.id.take().unwrap_or_default();
            let told = entry.send(state, now, &sender, &mut ids).map(|(message, told)| {
                work.message_ids.push(message);
                told
            });
            (id, told)
        });
        let (answer, failed) = batch::answer(outcomes);
        work.failed = failed;
        note_depth(work, &state.queue, now);
        answer
    })
}

/// Who sends, as the attribute `SenderId` tells it: as the id of an IAM user, made of the account.
fn sender(desk: &Desk<'_>) -> Arc<str> {
    format!("AIDA{}EXAMP", desk.visit.account).into()
}

impl Entry {
    /// Sends it; gives the message's id and what to answer.
    fn send(
        self,
        state: &mut State,
        now: Duration,
        sender: &Arc<str>,
        ids: &mut impl Rng,
    ) -> Result<(Arc<str>, Value), Mistake> {
        let (settings, id) = (&state.settings, request_id::uuid(ids));
        let delay = self.delay(settings)?;
        let content = self.content(settings, sender)?;
        let scope = settings.scope();
        let Sent { id, sequence } =
            state.queue.send(now, Message::new(id, content.clone(), now), delay, scope);
        let mut told = json!({ "MessageId": id, "MD5OfMessageBody": content.md5 });
        if let Some(digest) = attribute::md5_of_attributes(&content.attributes) {
            told["MD5OfMessageAttributes"] = json!(digest);
        }
        if let Some(digest) = attribute::md5_of_attributes(&content.system_attributes) {
            told["MD5OfMessageSystemAttributes"] = json!(digest);
        }
        if let Some(sequence) = sequence {
            told["SequenceNumber"] = json!(sequence.digits());
        }
        Ok((id, told))
    }

    fn bytes(&self) -> usize {
        self.message_body.as_ref().map_or(0, String::len) + attribute::bytes(&self.message_attributes)
    }

    fn delay(&self, settings: &Settings) -> Result<Duration, Mistake> {
        let Some(asked) = self.delay_seconds else { return Ok(settings.delay()) };
        if settings.kind() == Kind::Fifo && asked != 0 {
            let reason = "The request include parameter that is not valid for this queue type.";
            return Err(invalid_value(asked, "DelaySeconds", reason));
        }
        if !(0..=LONGEST_DELAY_S).contains(&asked) {
            return Err(invalid_value(asked, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900."));
        }
        // A FIFO queue's own delay is not for a message to take away.
        let own = Duration::from_secs(asked.unsigned_abs());
        Ok(if settings.kind() == Kind::Fifo { settings.delay() } else { own })
    }

    fn content(self, settings: &Settings, sender: &Arc<str>) -> Result<Arc<Content>, Mistake> {
        let bytes = self.bytes();
        let deduplication_id = self.deduplication_id(settings)?;
        let group = self.group(settings)?;
        let body = self.message_body.filter(|body| !body.is_empty()).ok_or_else(|| missing("MessageBody"))?;
        check_characters(&body)?;
        attribute::check(&self.message_attributes)?;
        check_system(&self.message_system_attributes)?;
        if bytes > settings.most_bytes() {
            return Err(invalid(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
                settings.most_bytes()
            )));
        }
        Ok(Arc::new(Content {
            md5: attribute::md5_of_body(&body),
            body,
            attributes: self.message_attributes,
            system_attributes: self.message_system_attributes,
            group,
            deduplication_id,
            sender: sender.clone(),
        }))
    }

    fn group(&self, settings: &Settings) -> Result<Option<Arc<str>>, Mistake> {
        let group = self.message_group_id.as_deref();
        match group {
            None if settings.kind() == Kind::Fifo => Err(missing("MessageGroupId")),
            None => Ok(None),
            Some(group) if is_id(group) => Ok(Some(group.into())),
            Some(group) => Err(unfit(group, "MessageGroupId")),
        }
    }

    fn deduplication_id(&self, settings: &Settings) -> Result<Option<Arc<str>>, Mistake> {
        match (self.message_deduplication_id.as_deref(), settings.kind()) {
            (Some(id), Kind::Fifo) if is_id(id) => Ok(Some(id.into())),
            (Some(id), Kind::Fifo) => Err(unfit(id, "MessageDeduplicationId")),
            (Some(id), Kind::Standard) => Err(invalid_value(
                id,
                "MessageDeduplicationId",
                "The request includes a parameter that is not valid for this queue type.",
            )),
            (None, Kind::Standard) => Ok(None),
            (None, Kind::Fifo) if settings.content_dedup() => {
                let body = self.message_body.as_deref().unwrap_or_default();
                Ok(Some(sha256(body).into()))
            }
            (None, Kind::Fifo) => Err(invalid(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            )),
        }
    }
}

fn sha256(body: &str) -> String {
    Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unfit(id: &str, parameter: &str) -> Mistake {
    let rule =
        format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
    invalid_value(id, parameter, &rule)
}

/// Letters, digits and punctuation: what is printed in ASCII, and no space.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The characters of XML 1.0, in which the service once spoke.
fn check_characters(body: &str) -> Result<(), Mistake> {
    let allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    match body.chars().find(|character| !allowed(*character)) {
        None => Ok(()),
        Some(wrong) => Err(Mistake::new(
            "InvalidMessageContents",
            format!(
                "Invalid binary character '#x{:X}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
                u32::from(wrong)
            ),
        )),
    }
}

fn check_system(attributes: &Attributes) -> Result<(), Mistake> {
    match attributes.keys().find(|name| *name != TRACE_HEADER) {
        None => Ok(()),
        Some(name) => Err(invalid(format!("Message system attribute name '{name}' is invalid."))),
    }
}
