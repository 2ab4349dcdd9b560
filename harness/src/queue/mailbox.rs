//! A queue with its dead-letter queue, as a producer and its workers use them.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::delete_queue::DeleteQueueError;
use aws_sdk_sqs::types::{
    MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use bedload_reports::record::Name;
use serde::{Deserialize, Serialize};

use super::RUN_TAG;
use super::error::QueueError;
use super::policy::{Existing, QueuePolicy};

/// The longest that SQS keeps a received message hidden: 12 hours.
const LONGEST_VISIBILITY_S: i32 = 12 * 3600;

/// A queue with its dead-letter queue.
#[derive(Clone, Debug)]
pub struct Mailbox {
    client: Client,
    url: String,
    dead_letter_url: Option<String>,
    fifo: bool,
    /// Whether it was created for this run.
    ours: bool,
}

/// A job as it lies in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The job's name.
    pub job_id: Name,
    /// Its place among the requests of the run, from which its document is made again.
    pub document: u64,
}

/// What is sent with a parcel.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The job.
    pub parcel: Parcel,
    /// The message group, in a FIFO queue.
    pub group: Option<String>,
    /// The trace that the producer was in: `AWSTraceHeader`.
    pub trace: Option<String>,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Message {
    /// What lay in it; none for a message that no producer of ours had put there.
    pub parcel: Option<Parcel>,
    /// What it is deleted by.
    pub receipt: String,
    /// How often it has been received.
    pub receive_count: u32,
    /// The trace that its producer was in.
    pub trace: Option<String>,
}

impl Mailbox {
    /// Creates a queue and its dead-letter queue, with the run's tag on both.
    ///
    /// # Errors
    /// SQS refused one of them; then there is neither.
    pub async fn create(
        client: Client,
        name: &str,
        run_tag: &str,
        policy: &QueuePolicy,
    ) -> Result<Self, QueueError> {
        let suffix = if policy.groups.is_some() { ".fifo" } else { "" };
        let dead_letter_url = create(&client, &format!("{name}-dead{suffix}"), run_tag, &[]).await?;
        let name = format!("{name}{suffix}");
        match Mailbox::create_before(&client, &dead_letter_url, &name, run_tag, policy).await {
            Ok(url) => {
                let (dead_letter_url, fifo) = (Some(dead_letter_url), policy.groups.is_some());
                Ok(Mailbox { client, url, dead_letter_url, fifo, ours: true })
            }
            Err(error) => {
                // What was made is not left behind; why it came to that is what the user must hear.
                let _ = delete(&client, &dead_letter_url).await;
                Err(error)
            }
        }
    }

    /// Creates the queue whose dead letters go there.
    async fn create_before(
        client: &Client,
        dead_letter_url: &str,
        name: &str,
        run_tag: &str,
        policy: &QueuePolicy,
    ) -> Result<String, QueueError> {
        let arn = arn(client, dead_letter_url).await?;
        let redrive = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": policy.max_receives.to_string() });
        let settings = [
            (QueueAttributeName::VisibilityTimeout, policy.visibility.as_secs().to_string()),
            (QueueAttributeName::DelaySeconds, policy.delay.as_secs().to_string()),
            (QueueAttributeName::RedrivePolicy, redrive.to_string()),
        ];
        create(client, name, run_tag, &settings).await
    }

    /// The same queue through another client.
    pub fn through(&self, client: Client) -> Self {
        Mailbox { client, ..self.clone() }
    }

    /// Uses a queue that is there.
    pub fn open(client: Client, existing: &Existing) -> Self {
        let fifo = existing.queue_url.ends_with(".fifo");
        let dead_letter_url = existing.dead_letter_url.as_ref().map(ToString::to_string);
        Mailbox { client, url: existing.queue_url.to_string(), dead_letter_url, fifo, ours: false }
    }

    /// Removes what was created. A queue that is gone already will do.
    ///
    /// # Errors
    /// SQS refused one of them; the other was removed all the same.
    pub async fn remove(&self) -> Result<(), QueueError> {
        if !self.ours {
            return Ok(());
        }
        let mut removed = delete(&self.client, &self.url).await;
        if let Some(url) = &self.dead_letter_url {
            removed = removed.and(delete(&self.client, url).await);
        }
        removed
    }

    /// Sends up to ten jobs. Tells for each whether the queue took it, in their order.
    ///
    /// # Errors
    /// The queue took none of them.
    pub async fn send(&self, sendings: &[Sending]) -> Result<Vec<bool>, QueueError> {
        let mut request = self.client.send_message_batch().queue_url(&self.url);
        for (place, sending) in sendings.iter().enumerate() {
            request = request.entries(self.entry(place, sending).map_err(|error| unsendable(&error))?);
        }
        let answer = request.send().await.map_err(|error| QueueError::of("SendMessageBatch", &error))?;
        let refused: Vec<&str> = answer.failed().iter().map(|failed| failed.id()).collect();
        Ok((0..sendings.len()).map(|place| !refused.contains(&place.to_string().as_str())).collect())
    }

    fn entry(
        &self,
        place: usize,
        sending: &Sending,
    ) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
        let body = serde_json::to_string(&sending.parcel).unwrap_or_default();
        let mut entry = SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(body);
        if self.fifo {
            entry = entry
                .message_group_id(sending.group.as_deref().unwrap_or("0"))
                .message_deduplication_id(&*sending.parcel.job_id);
        }
        if let Some(trace) = &sending.trace {
            let header =
                MessageSystemAttributeValue::builder().data_type("String").string_value(trace).build()?;
            entry =
                entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, header);
        }
        entry.build()
    }

    /// Receives up to `most` messages, 1 to 10, waiting for them up to `wait`.
    ///
    /// # Errors
    /// SQS refused.
    pub async fn receive(&self, most: u32, wait: Duration) -> Result<Vec<Message>, QueueError> {
        self.receive_from(&self.url, most, wait, None).await
    }

    /// Receives from the dead-letter queue, where there is one; for ever without. What was received from a queue of our
    /// own is not seen again for as long as SQS allows.
    ///
    /// # Errors
    /// SQS refused.
    pub async fn receive_dead(&self, wait: Duration) -> Result<Vec<Message>, QueueError> {
        match &self.dead_letter_url {
            Some(url) => self.receive_from(url, 10, wait, self.ours.then_some(LONGEST_VISIBILITY_S)).await,
            None => std::future::pending().await,
        }
    }

    async fn receive_from(
        &self,
        url: &str,
        most: u32,
        wait: Duration,
        visibility_s: Option<i32>,
    ) -> Result<Vec<Message>, QueueError> {
        let answer = self
            .client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(i32::try_from(most.min(10)).unwrap_or(10))
            .wait_time_seconds(i32::try_from(wait.as_secs()).unwrap_or(20))
            .set_visibility_timeout(visibility_s)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .message_system_attribute_names(MessageSystemAttributeName::AwsTraceHeader)
            .send()
            .await
            .map_err(|error| QueueError::of("ReceiveMessage", &error))?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(message).collect())
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// SQS refused.
    pub async fn delete(&self, receipt: &str) -> Result<(), QueueError> {
        let deleted = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt).send().await;
        deleted.map(drop).map_err(|error| QueueError::of("DeleteMessage", &error))
    }

    /// Keeps a message hidden for so long from now on; makes it visible at once with no time at all.
    ///
    /// # Errors
    /// SQS refused.
    pub async fn hide(&self, receipt: &str, time: Duration) -> Result<(), QueueError> {
        let changed = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(i32::try_from(time.as_secs()).unwrap_or(LONGEST_VISIBILITY_S))
            .send()
            .await;
        changed.map(drop).map_err(|error| QueueError::of("ChangeMessageVisibility", &error))
    }

    /// How many messages the queue says that it holds: waiting, in flight and delayed.
    ///
    /// # Errors
    /// SQS refused.
    pub async fn held(&self) -> Result<u64, QueueError> {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .set_attribute_names(Some(counts.to_vec()))
            .send()
            .await
            .map_err(|error| QueueError::of("GetQueueAttributes", &error))?;
        let count = |name| answer.attributes()?.get(name)?.parse::<u64>().ok();
        Ok(counts.iter().filter_map(count).sum())
    }
}

async fn create(
    client: &Client,
    name: &str,
    run_tag: &str,
    settings: &[(QueueAttributeName, String)],
) -> Result<String, QueueError> {
    let mut request = client.create_queue().queue_name(name).tags(RUN_TAG, run_tag);
    if name.ends_with(".fifo") {
        request = request.attributes(QueueAttributeName::FifoQueue, "true");
    }
    for (attribute, value) in settings {
        request = request.attributes(attribute.clone(), value);
    }
    let created = request.send().await.map_err(|error| QueueError::of("CreateQueue", &error))?;
    created.queue_url.ok_or_else(|| missing("CreateQueue", "no QueueUrl"))
}

async fn delete(client: &Client, url: &str) -> Result<(), QueueError> {
    match client.delete_queue().queue_url(url).send().await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(DeleteQueueError::is_queue_does_not_exist) => {
            Ok(())
        }
        Err(error) => Err(QueueError::of("DeleteQueue", &error)),
    }
}

async fn arn(client: &Client, url: &str) -> Result<String, QueueError> {
    let answer = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await
        .map_err(|error| QueueError::of("GetQueueAttributes", &error))?;
    let arn = answer.attributes().and_then(|attributes| attributes.get(&QueueAttributeName::QueueArn));
    arn.cloned().ok_or_else(|| missing("GetQueueAttributes", "no QueueArn"))
}

fn message(message: aws_sdk_sqs::types::Message) -> Message {
    let attribute = |name| message.attributes.as_ref()?.get(&name).cloned();
    let receive_count = attribute(MessageSystemAttributeName::ApproximateReceiveCount);
    Message {
        parcel: message.body.as_deref().and_then(|body| serde_json::from_str(body).ok()),
        receive_count: receive_count.and_then(|count| count.parse().ok()).unwrap_or(1),
        trace: attribute(MessageSystemAttributeName::AwsTraceHeader),
        receipt: message.receipt_handle.unwrap_or_default(),
    }
}

fn missing(operation: &'static str, what: &str) -> QueueError {
    QueueError::unreadable(operation, format!("the answer has {what}"))
}

fn unsendable(error: &aws_sdk_sqs::error::BuildError) -> QueueError {
    QueueError::unreadable("SendMessageBatch", error.to_string())
}
