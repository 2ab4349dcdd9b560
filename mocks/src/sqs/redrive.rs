//! Where messages go that were received too often, and who may send its own there.

use serde::Deserialize;
use serde_json::Value;

use super::address::Address;
use super::errors::{Mistake, invalid_value};

/// How often a message is received where a policy does not say.
const DEFAULT_MAX_RECEIVES: u32 = 10;
/// The most that a policy may say.
const MOST_RECEIVES: u32 = 1000;
/// The most queues that a policy may list.
const MOST_SOURCES: usize = 10;

/// The redrive policy of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedrivePolicy {
    /// The dead-letter queue.
    pub target: Address,
    /// How often a message is received before it goes there.
    pub max_receives: u32,
    /// As it was given.
    pub text: String,
}

impl RedrivePolicy {
    /// The policy in a text of JSON. `maxReceiveCount` may be a number or its digits.
    pub(crate) fn parse(text: &str) -> Result<Self, Mistake> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw {
            dead_letter_target_arn: Option<String>,
            max_receive_count: Option<Value>,
        }
        let wrong = |reason: &str| invalid_value(text, "RedrivePolicy", reason);
        let raw: Raw =
            serde_json::from_str(text).map_err(|_| wrong("Redrive policy is not a valid JSON map."))?;
        let arn = raw.dead_letter_target_arn.ok_or_else(|| {
            wrong("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
        })?;
        let target =
            Address::from_arn(&arn).ok_or_else(|| wrong("Invalid value for deadLetterTargetArn."))?;
        let max_receives = match raw.max_receive_count {
            None => DEFAULT_MAX_RECEIVES,
            Some(count) => {
                whole(&count).filter(|count| (1..=MOST_RECEIVES).contains(count)).ok_or_else(|| {
                    wrong("Invalid value for maxReceiveCount. Must be an integer between 1 and 1000.")
                })?
            }
        };
        Ok(RedrivePolicy { target, max_receives, text: text.to_owned() })
    }
}

fn whole(value: &Value) -> Option<u32> {
    match value {
        Value::String(digits) => digits.parse().ok(),
        other => u32::try_from(other.as_u64()?).ok(),
    }
}

/// Which queues may have a queue for their dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RedriveAllow {
    permission: Permission,
    /// As it was given.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Permission {
    All,
    Nobody,
    Queues(Vec<String>),
}

impl RedriveAllow {
    /// The policy in a text of JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, Mistake> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw {
            redrive_permission: Option<String>,
            #[serde(default)]
            source_queue_arns: Vec<String>,
        }
        let wrong = |reason: &str| invalid_value(text, "RedriveAllowPolicy", reason);
        let raw: Raw = serde_json::from_str(text).map_err(|_| {
            wrong("Amazon SQS can't create the redrive allow policy, as it’s in an unsupported format.")
        })?;
        let permission = match raw.redrive_permission.as_deref() {
            Some("allowAll") => Permission::All,
            Some("denyAll") => Permission::Nobody,
            Some("byQueue") if (1..=MOST_SOURCES).contains(&raw.source_queue_arns.len()) => {
                Permission::Queues(raw.source_queue_arns)
            }
            Some("byQueue") => return Err(wrong("sourceQueueArns must have 1 to 10 ARNs.")),
            _ => return Err(wrong("redrivePermission must be allowAll, denyAll or byQueue.")),
        };
        Ok(RedriveAllow { permission, text: text.to_owned() })
    }

    /// Whether the dead letters of this queue may come.
    pub(crate) fn allows(&self, source: &Address) -> bool {
        match &self.permission {
            Permission::All => true,
            Permission::Nobody => false,
            Permission::Queues(arns) => arns.contains(&source.to_string()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sqs:us-east-1:123456789012:dead";

    #[test]
    fn a_redrive_policy_says_where_to_and_after_how_many_receives() {
        let cases = [
            (format!(r#"{{"deadLetterTargetArn":"{ARN}","maxReceiveCount":3}}"#), Some(3)),
            (format!(r#"{{"deadLetterTargetArn":"{ARN}","maxReceiveCount":"4"}}"#), Some(4)),
            (format!(r#"{{"deadLetterTargetArn":"{ARN}"}}"#), Some(10)),
            (format!(r#"{{"deadLetterTargetArn":"{ARN}","maxReceiveCount":0}}"#), None),
            (format!(r#"{{"deadLetterTargetArn":"{ARN}","maxReceiveCount":1001}}"#), None),
            (r#"{"maxReceiveCount":3}"#.into(), None),
            (r#"{"deadLetterTargetArn":"dead"}"#.into(), None),
            ("dead".into(), None),
        ];
        for (text, expected) in cases {
            assert_eq!(RedrivePolicy::parse(&text).ok().map(|it| it.max_receives), expected, "{text}");
        }
    }

    #[test]
    fn a_queue_says_whose_dead_letters_may_come() {
        let source = Address::from_arn("arn:aws:sqs:us-east-1:123456789012:jobs").unwrap();
        let by_queue =
            |arn: &str| format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":["{arn}"]}}"#);
        let cases = [
            (r#"{"redrivePermission":"allowAll"}"#.to_owned(), Some(true)),
            (r#"{"redrivePermission":"denyAll"}"#.to_owned(), Some(false)),
            (by_queue(&source.to_string()), Some(true)),
            (by_queue(ARN), Some(false)),
            (r#"{"redrivePermission":"byQueue"}"#.to_owned(), None),
            (r#"{"redrivePermission":"some"}"#.to_owned(), None),
            ("none".to_owned(), None),
        ];
        for (text, expected) in cases {
            assert_eq!(RedriveAllow::parse(&text).ok().map(|it| it.allows(&source)), expected, "{text}");
        }
    }
}
