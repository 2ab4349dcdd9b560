//! ReceiveMessage.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::Desk;
use crate::clock;
use crate::sqs::attribute::{self, Attributes};
use crate::sqs::errors::{Mistake, invalid_value};
use crate::sqs::luck::Luck;
use crate::sqs::message::Message;
use crate::sqs::queue::{Ask, Delivery, LONGEST_VISIBILITY, Taken};
use crate::sqs::shared::{SharedQueue, State};
use crate::sqs::work::note_depth;

/// The most messages of a receive.
const MOST_MESSAGES: i64 = 10;
/// The longest wait for a message, in seconds.
const LONGEST_WAIT_S: i64 = 20;
/// What a receive takes that finds nothing and waits for nothing. It is our own figure, and short; without it
/// a client that asks again at once would stop the time of a simulation.
const SHORT_POLL: Duration = Duration::from_millis(10);

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    queue_url: Option<String>,
    attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    message_attribute_names: Vec<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    receive_request_attempt_id: Option<String>,
}

/// What a look at the queue comes to.
enum Look {
    /// Messages are handed out.
    Handed(Vec<Delivery>),
    /// A fault has it find nothing.
    Unlucky,
    /// There is something, and too much in flight.
    Full,
    /// There is nothing.
    Nothing,
}

pub(super) async fn receive(
    desk: &mut Desk<'_>,
    request: Request,
    luck: &mut (impl Luck + Send),
) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let began = clock::now();
    let wait = request.check()?.unwrap_or(queue.with(desk.visit.now(), |state| state.settings.wait())?);
    let deliveries = take(desk, &queue, &request, clock::later(began, wait), luck).await?;
    if deliveries.is_empty() {
        clock::reach(clock::later(began, SHORT_POLL)).await;
        return Ok(json!({}));
    }
    let work = desk.work();
    work.message_ids = deliveries.iter().map(|it| it.message.id.clone()).collect();
    work.receives = deliveries.iter().map(|it| it.message.receives).collect();
    let messages: Vec<Value> = deliveries.iter().map(|delivery| request.tell(delivery)).collect();
    Ok(json!({ "Messages": messages }))
}

/// Looks again and again until there is something, or `deadline` is past.
async fn take(
    desk: &mut Desk<'_>,
    queue: &SharedQueue,
    request: &Request,
    deadline: Instant,
    luck: &mut (impl Luck + Send),
) -> Result<Vec<Delivery>, Mistake> {
    let short = clock::now() >= deadline;
    let mut waiter = queue.come();
    loop {
        let mut bell = pin!(queue.bell());
        bell.as_mut().enable();
        let now = desk.visit.now();
        match look(desk, queue, request, now, luck)? {
            Look::Handed(deliveries) => return Ok(deliveries),
            Look::Unlucky => return Ok(Vec::new()),
            // Whoever waits hears nothing of it: a message is deleted sooner or later.
            Look::Full if short => return Err(over_limit()),
            Look::Full | Look::Nothing if clock::now() >= deadline => return Ok(Vec::new()),
            Look::Full | Look::Nothing => {}
        }
        let wake = waiter.watch().map(|wake| clock::later(clock::now(), wake.saturating_sub(now)));
        let until = wake.map_or(deadline, |wake| wake.min(deadline));
        tokio::select! {
            biased;
            () = bell.as_mut() => {}
            () = waiter.alarm() => {}
            () = clock::reach(until) => {}
        }
    }
}

/// Takes what there is, and buries what was received too often.
fn look(
    desk: &mut Desk<'_>,
    queue: &SharedQueue,
    request: &Request,
    now: Duration,
    luck: &mut impl Luck,
) -> Result<Look, Mistake> {
    let redrive = queue.with(now, |state| state.settings.redrive().cloned())?;
    let grave = redrive.as_ref().and_then(|policy| desk.registry.find(&policy.target).ok());
    let max_receives = redrive.filter(|_| grave.is_some()).map(|policy| policy.max_receives);
    let work = desk.work();
    let (look, dead) = queue.with(now, |state| {
        let ask = request.ask(state, max_receives);
        let outcome = hand_out(state, now, ask, luck);
        note_depth(work, &state.queue, now);
        outcome
    })?;
    for mut message in dead {
        work.dead_lettered.push(message.id.clone());
        message.dead_letter_of = Some(queue.address.to_string().into());
        if let Some(grave) = &grave {
            // One that is deleted this very moment takes its dead letters with it.
            let _ = grave.with(now, |state| state.queue.adopt(now, message));
        }
    }
    Ok(look)
}

fn hand_out(state: &mut State, now: Duration, ask: Ask<'_>, luck: &mut impl Luck) -> (Look, Vec<Message>) {
    if state.queue.has_some() && luck.finds_nothing() {
        return (Look::Unlucky, Vec::new());
    }
    let Taken { deliveries, dead, over_limit } = state.queue.receive(now, ask, luck);
    let look = match (deliveries.is_empty(), over_limit) {
        (false, _) => Look::Handed(deliveries),
        (true, true) => Look::Full,
        (true, false) => Look::Nothing,
    };
    (look, dead)
}

fn over_limit() -> Mistake {
    Mistake::new(
        "OverLimit",
        "Too many messages in flight: the queue hands out no more before some are deleted.",
    )
}

impl Request {
    /// Checks what is asked, and gives the wait, if one is asked for.
    fn check(&self) -> Result<Option<Duration>, Mistake> {
        let within = |value: Option<i64>, most: i64, least: i64, parameter: &str| match value {
            Some(value) if !(least..=most).contains(&value) => {
                let reason = format!("Must be between {least} and {most}, if provided.");
                Err(invalid_value(value, parameter, &reason))
            }
            _ => Ok(()),
        };
        within(self.max_number_of_messages, MOST_MESSAGES, 1, "MaxNumberOfMessages")?;
        within(self.visibility_timeout, LONGEST_VISIBILITY.as_secs() as i64, 0, "VisibilityTimeout")?;
        within(self.wait_time_seconds, LONGEST_WAIT_S, 0, "WaitTimeSeconds")?;
        Ok(self.wait_time_seconds.map(seconds))
    }

    fn ask(&self, state: &State, max_receives: Option<u32>) -> Ask<'_> {
        Ask {
            most: self.max_number_of_messages.map_or(1, |most| most.unsigned_abs() as usize),
            visibility: self.visibility_timeout.map_or(state.settings.visibility(), seconds),
            attempt: self.receive_request_attempt_id.as_deref(),
            max_receives,
        }
    }

    /// A message as it is told, with the attributes that are asked for.
    fn tell(&self, delivery: &Delivery) -> Value {
        let Message { content, id, .. } = &delivery.message;
        let mut told = json!({
            "MessageId": id,
            "ReceiptHandle": delivery.handle.text(),
            "MD5OfBody": content.md5,
            "Body": content.body,
        });
        let system = self.system_attributes(&delivery.message);
        if !system.is_empty() {
            told["Attributes"] = Value::Object(system);
        }
        let wanted = |name: &str| self.message_attribute_names.iter().any(|pattern| fits(pattern, name));
        let own: Attributes = content
            .attributes
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(digest) = attribute::md5_of_attributes(&own) {
            told["MD5OfMessageAttributes"] = json!(digest);
            told["MessageAttributes"] = json!(own);
        }
        told
    }

    fn system_attributes(&self, message: &Message) -> Map<String, Value> {
        let names = [&self.attribute_names, &self.message_system_attribute_names];
        let wanted = |name: &str| names.iter().any(|list| list.iter().any(|it| it == name || it == "All"));
        let all = system_attributes(message).into_iter();
        let known = all.filter_map(|(name, value)| Some((name, value?))).filter(|(name, _)| wanted(name));
        known.map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
    }
}

/// All attributes that SQS itself gives a message, those that it has not got included.
fn system_attributes(message: &Message) -> [(&'static str, Option<String>); 9] {
    let content = &message.content;
    let text = |text: &Option<Arc<str>>| text.as_ref().map(|text| text.to_string());
    let trace = content.system_attributes.get("AWSTraceHeader").and_then(|it| it.text());
    [
        ("AWSTraceHeader", trace.map(str::to_owned)),
        ("ApproximateFirstReceiveTimestamp", message.first_received_at.map(millis)),
        ("ApproximateReceiveCount", Some(message.receives.to_string())),
        ("DeadLetterQueueSourceArn", text(&message.dead_letter_of)),
        ("MessageDeduplicationId", text(&content.deduplication_id)),
        ("MessageGroupId", text(&content.group)),
        ("SenderId", Some(content.sender.to_string())),
        ("SentTimestamp", Some(millis(message.sent_at))),
        ("SequenceNumber", message.sequence.map(|sequence| sequence.digits())),
    ]
}

/// Whether a name is one that a receiver asks for: by itself, by how it begins, or as all.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern {
        "All" => true,
        _ => pattern.strip_suffix(".*").map_or(pattern == name, |begin| name.starts_with(begin)),
    }
}

fn millis(time: Duration) -> String {
    time.as_millis().to_string()
}

fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(seconds.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_asked_for_by_themselves_or_by_how_they_begin() {
        let cases = [
            ("All", "kind", true),
            (".*", "kind", true),
            ("ki.*", "kind", true),
            ("kind", "kind", true),
            ("kin", "kind", false),
            ("n.*", "kind", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
