//! One invocation, from its submission on.
//!
//! Its end is decided when it begins, so its status is arithmetic from the time. Only where its output is
//! written to a folder does the end wait for the file system.

use std::borrow::Cow;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::arn;
use super::s3::S3Uri;
use super::start::Output;
use super::status::Status;
use crate::clock::Epoch;

/// An invocation that was started.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Invocation {
    /// Its id, the last part of its ARN.
    pub id: String,
    /// The ARN of the model asked.
    pub model_arn: String,
    /// The token that it was started with.
    pub token: Option<String>,
    /// The digest of what it was started with.
    pub digest: u64,
    /// Where its output goes.
    pub output: Output,
    /// When it was submitted.
    pub submitted: Instant,
    /// When it ends, or at the soonest could.
    pub ends: Instant,
    /// How it ends.
    pub outcome: Outcome,
}

/// How an invocation ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Well.
    Completes,
    /// Badly, for this reason.
    Fails(Cow<'static, str>),
    /// Once its output is written, which has not happened yet.
    Writes,
}

impl Invocation {
    /// Its status at a time.
    pub(super) fn status(&self, now: Instant) -> Status {
        match self.outcome {
            _ if now < self.ends => Status::InProgress,
            Outcome::Writes => Status::InProgress,
            Outcome::Completes => Status::Completed,
            Outcome::Fails(_) => Status::Failed,
        }
    }

    /// When it was submitted, on the calendar.
    pub(super) fn submit_time(&self, epoch: Epoch) -> Timestamp {
        calendar(epoch, self.submitted)
    }

    /// What GetAsyncInvoke answers, and ListAsyncInvokes of each: the same members.
    pub(super) fn tell(&self, region: &str, epoch: Epoch, now: Instant) -> Value {
        let status = self.status(now);
        let submitted = self.submit_time(epoch).to_string();
        let mut told = json!({
            "invocationArn": arn::of_invocation(region, &self.id),
            "modelArn": self.model_arn,
            "status": status.name(),
            "submitTime": submitted,
            "lastModifiedTime": submitted,
            "outputDataConfig": { "s3OutputDataConfig": self.output_config() },
        });
        if let Some(token) = &self.token {
            told["clientRequestToken"] = json!(token);
        }
        if status != Status::InProgress {
            let ended = calendar(epoch, self.ends).to_string();
            told["lastModifiedTime"] = json!(ended);
            told["endTime"] = json!(ended);
        }
        if let (Status::Failed, Outcome::Fails(message)) = (status, &self.outcome) {
            told["failureMessage"] = json!(message);
        }
        told
    }

    /// The place of its own files: AWS's examples find the video at this URI and `/output.mp4`.
    fn output_config(&self) -> Value {
        let Output { place, kms_key_id, bucket_owner } = &self.output;
        let mut config = json!({ "s3Uri": S3Uri::of_invocation(place, &self.id) });
        if let Some(key) = kms_key_id {
            config["kmsKeyId"] = json!(key);
        }
        if let Some(owner) = bucket_owner {
            config["bucketOwner"] = json!(owner);
        }
        config
    }
}

/// A time on the calendar; one that is off it is told as its beginning.
fn calendar(epoch: Epoch, instant: Instant) -> Timestamp {
    Timestamp::try_from(epoch.wall_at(instant)).unwrap_or_default()
}
