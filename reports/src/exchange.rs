//! The server's view of one attempt, read back from a ledger.
//!
//! The judge works from these alone, so it can judge a client in any language that never heard of us. A
//! ledger is written by the cloud; this is its reader's side, and what a ledger of another version does
//! not say is `None`.

use std::io::{self, BufRead, BufReader, Read};

use serde::{Deserialize, Serialize};

use crate::record::{Name, is_throttling_code};
use crate::units::Nanos;

/// One HTTP request and its answer, as the cloud saw them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exchange {
    /// Its place in the order of arrival, from 0: what evidence refers to.
    pub number: u64,
    /// Its place in the order in which exchanges were over, from 0: its line of the ledger. In virtual time
    /// many are over in one moment, and only this tells which was first.
    #[serde(skip)]
    pub finished: u64,
    /// When the whole request had arrived.
    #[serde(rename = "at_ns")]
    pub at: Nanos,
    /// When the answer's head was handed out; none where there was none.
    #[serde(rename = "head_ns")]
    pub head: Option<Nanos>,
    /// When the last frame of a stream was handed out; none for whole answers.
    #[serde(rename = "last_event_ns")]
    pub last_event: Option<Nanos>,
    /// When it was over: stamped before the last byte was written, or when the client hung up.
    #[serde(rename = "done_ns")]
    pub done: Nanos,
    /// How it came in: `h1`, `h2` or `memory`.
    pub protocol: Name,
    /// The connection that carried it, counted from 0; none in memory.
    pub connection: Option<u64>,
    /// The address of the caller's host; none in memory.
    pub peer: Option<Name>,
    /// The service's signing name: `bedrock`, `sqs`, `dynamodb`; none in a ledger of before there were several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Name>,
    /// AWS's name of the operation: `ConverseStream`.
    pub operation: Option<Name>,
    /// The region asked.
    pub region: Option<Name>,
    /// The region that served it.
    pub inference_region: Option<Name>,
    /// The model id as asked for, decoded.
    pub model: Option<Name>,
    /// The flow, where the caller is ours.
    pub flow: Option<Name>,
    /// One for all attempts of an SDK call.
    pub invocation_id: Option<Name>,
    /// The attempt in its call, from 1, as the caller counts it.
    pub attempt: Option<u32>,
    /// The most attempts that the caller says it would make.
    pub max_attempts: Option<u32>,
    /// The caller's `user-agent`.
    pub user_agent: Option<Name>,
    /// The trace that the request says it belongs to, in X-Ray's notation or W3C's.
    pub trace: Option<Name>,
    /// The caller's `clientRequestToken`, of operations that have one.
    pub client_token: Option<Name>,
    /// The first 16 hex digits of the SHA-256 of the request's body.
    pub body_digest: Option<Name>,
    /// The length of the request's body.
    pub request_bytes: u64,
    /// The most tokens that the request lets the model write; none where it does not say.
    pub max_tokens: Option<u32>,
    /// The caller's clock, from the date that it signed with, less ours, in milliseconds.
    pub skew_ms: Option<i64>,
    /// The fault that struck it.
    pub fault: Option<Name>,
    /// The HTTP status; none if the client hung up before there was an answer, or the connection was cut.
    pub status: Option<u16>,
    /// The code of the error answered, by status or by an exception frame.
    pub error_type: Option<Name>,
    /// The id in the answer's `x-amzn-requestid`.
    pub request_id: Option<Name>,
    /// What the answer's `x-amz-retry-after` asked for, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Tokens of the prompt.
    pub input_tokens: Option<u32>,
    /// Tokens of the whole answer, of which a client that hung up may have seen fewer.
    pub output_tokens: Option<u32>,
    /// What it did to a queue, if it was an exchange with SQS about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueWork>,
    /// Event-stream frames handed out.
    pub stream_events: u64,
    /// Whether a fault cut the connection, what the cloud calls `severed`.
    #[serde(deserialize_with = "is_severed", rename = "verdict", skip_serializing)]
    pub severed: bool,
    /// Whether the client went away before the answer was over.
    pub hung_up: bool,
}

/// What became of messages in one exchange with SQS. The lists are in the order of the answer, ten at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueWork {
    /// The queue's name.
    pub name: Name,
    /// Ids of the messages sent, handed out, deleted, or whose visibility was changed.
    pub message_ids: Vec<Name>,
    /// How often each message handed out has been by now, this time included.
    pub receives: Vec<u32>,
    /// Ids of the messages that went to the dead-letter queue instead of being handed out.
    pub dead_lettered: Vec<Name>,
    /// Entries of a batch, or the one message, that nothing was done for.
    pub failed: u32,
    /// What the queue held once it was over, where it was about messages.
    pub depth: Option<QueueDepth>,
}

/// How much a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueDepth {
    /// Messages that may be received.
    pub visible: u64,
    /// Messages in flight.
    pub in_flight: u64,
    /// Messages that may not be received yet.
    pub delayed: u64,
    /// The age of the oldest message, in milliseconds; none in an empty queue.
    pub oldest_age_ms: Option<u64>,
}

fn is_severed<'de, D: serde::Deserializer<'de>>(verdict: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(verdict)? == "severed")
}

impl Exchange {
    /// Whether the answer says that the caller was over a quota.
    pub fn throttled(&self) -> bool {
        self.status == Some(429) || self.error_type.as_deref().is_some_and(is_throttling_code)
    }

    /// Whether it was one with Bedrock, which an exchange is that does not name its service.
    pub fn is_of_bedrock(&self) -> bool {
        self.service.as_deref().is_none_or(|service| service == "bedrock")
    }

    /// Whether the caller got an answer that is no error, as far as its status tells.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status < 400) && !self.hung_up && !self.severed
    }
}

/// A line of a ledger that is no exchange.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read.
    #[error("the ledger cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is not what a ledger holds.
    #[error("line {line} of the ledger is no exchange: {source}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// Why not.
        source: serde_json::Error,
    },
}

/// Reads a ledger as a run folder holds it: JSON lines in zstd frames, one exchange each, in the order in which
/// they were over. A run that was killed leaves a torn frame at the end; it is read up to there.
///
/// # Errors
/// A file that is no ledger at all; then, of the items, a whole line that is no exchange.
pub fn read<'a>(
    ledger: impl Read + 'a,
) -> Result<impl Iterator<Item = Result<Exchange, LedgerError>> + 'a, LedgerError> {
    let lines = BufReader::new(zstd::Decoder::new(ledger)?).lines();
    Ok(lines.map_while(Result::ok).enumerate().map(|(index, line)| {
        let exchange: Result<Exchange, _> = serde_json::from_str(&line);
        exchange
            .map(|exchange| Exchange { finished: index as u64, ..exchange })
            .map_err(|source| LedgerError::Line { line: index + 1, source })
    }))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::log::Frames;

    /// A ledger of so many exchanges, a frame for each.
    fn ledger(count: u64) -> Vec<u8> {
        let mut frames = Frames::new(Vec::new());
        for number in 0..count {
            let line = serde_json::json!({ "verdict": "severed", "number": number });
            frames.push(Nanos::from_secs(number), &line).unwrap();
            frames.close().unwrap();
        }
        frames.finish().unwrap()
    }

    fn all(ledger: &[u8]) -> Result<Vec<Exchange>, LedgerError> {
        read(ledger)?.collect()
    }

    #[test]
    fn a_ledger_is_read_with_what_it_does_not_say_left_open() {
        let read = all(&ledger(3)).unwrap();
        let seen: Vec<_> = read.iter().map(|exchange| (exchange.number, exchange.finished)).collect();
        assert_eq!(seen, [(0, 0), (1, 1), (2, 2)]);
        assert!(read[0].severed && read[0].status.is_none());
    }

    #[test]
    fn what_became_of_messages_is_read() {
        let mut frames = Frames::new(Vec::new());
        let queue = serde_json::json!({
            "name": "jobs", "message_ids": ["m1"], "receives": [2],
            "depth": { "visible": 3, "in_flight": 1, "delayed": 0, "oldest_age_ms": 1500 },
        });
        let line = serde_json::json!({ "verdict": "answered", "service": "sqs", "queue": queue });
        frames.push(Nanos::ZERO, &line).unwrap();
        let read = all(&frames.finish().unwrap()).unwrap();
        let depth = QueueDepth { visible: 3, in_flight: 1, delayed: 0, oldest_age_ms: Some(1500) };
        let expected = QueueWork {
            name: "jobs".into(),
            message_ids: vec!["m1".into()],
            receives: vec![2],
            depth: Some(depth),
            ..QueueWork::default()
        };
        assert_eq!((read[0].service.as_deref(), &read[0].queue), (Some("sqs"), &Some(expected)));
    }

    #[test]
    fn a_torn_ledger_is_read_up_to_where_it_was_torn() {
        let whole = ledger(3);
        assert_eq!(all(&whole[..whole.len() - 3]).unwrap().len(), 2);
    }

    #[test]
    fn a_line_that_is_no_exchange_is_named() {
        let mut frames = Frames::new(Vec::new());
        frames.push(Nanos::ZERO, &serde_json::json!({ "verdict": "answered" })).unwrap();
        frames.push(Nanos::ZERO, &serde_json::json!("seven")).unwrap();
        let error = all(&frames.finish().unwrap()).unwrap_err();
        assert!(error.to_string().starts_with("line 2 of the ledger is no exchange"), "{error}");
    }
}
