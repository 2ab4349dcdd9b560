//! The attributes of a queue that its owner sets.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::errors::Mistake;
use super::queue::{Kind, Scope};
use super::redrive::{RedriveAllow, RedrivePolicy};

/// The largest message, and the largest batch, in bytes: 1 MiB.
pub(crate) const MOST_BYTES: u32 = 1_048_576;

/// Attributes that are numbers: their names, ranges and defaults, as the API reference has them. Times are
/// seconds, sizes are bytes.
const NUMBERS: [(&str, RangeInclusive<u32>, u32); 5] = [
    ("DelaySeconds", 0..=900, 0),
    ("MaximumMessageSize", 1_024..=MOST_BYTES, MOST_BYTES),
    ("MessageRetentionPeriod", 60..=1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0..=20, 0),
    ("VisibilityTimeout", 0..=43_200, 30),
];

/// Attributes that are kept and told, and change nothing here.
const KEPT: [&str; 4] = ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy", "SqsManagedSseEnabled"];

/// The attributes of a queue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    kind: Kind,
    numbers: [u32; NUMBERS.len()],
    kept: BTreeMap<String, String>,
    redrive: Option<RedrivePolicy>,
    redrive_allow: Option<RedriveAllow>,
    content_dedup: bool,
    scope: Scope,
    per_group: bool,
}

impl Settings {
    /// Those of a queue whose owner said nothing.
    pub(crate) fn new(kind: Kind) -> Self {
        Settings {
            kind,
            numbers: NUMBERS.map(|(_, _, default)| default),
            kept: BTreeMap::from([("SqsManagedSseEnabled".into(), "true".into())]),
            redrive: None,
            redrive_allow: None,
            content_dedup: false,
            scope: Scope::Queue,
            per_group: false,
        }
    }

    /// The same, changed as `given` says.
    pub(crate) fn with(&self, given: &BTreeMap<String, String>) -> Result<Self, Mistake> {
        let mut changed = self.clone();
        given.iter().try_for_each(|(name, value)| changed.set(name, value))?;
        Ok(changed)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Mistake> {
        if let Some(place) = NUMBERS.iter().position(|(known, _, _)| *known == name) {
            let number = value.parse().ok().filter(|number| NUMBERS[place].1.contains(number));
            self.numbers[place] = number.ok_or_else(|| invalid_attribute(name))?;
            return Ok(());
        }
        match name {
            "FifoQueue" => match (value, self.kind) {
                ("true", Kind::Fifo) => {}
                ("true", Kind::Standard) => {
                    return Err(super::errors::invalid(
                        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
                    ));
                }
                _ => return Err(unknown_attribute(name)),
            },
            "ContentBasedDeduplication" if self.is_fifo() => self.content_dedup = flag(name, value)?,
            "DeduplicationScope" if self.is_fifo() => {
                self.scope = match value {
                    "queue" => Scope::Queue,
                    "messageGroup" => Scope::Group,
                    _ => return Err(invalid_attribute(name)),
                };
            }
            "FifoThroughputLimit" if self.is_fifo() => {
                self.per_group = match value {
                    "perQueue" => false,
                    "perMessageGroupId" => true,
                    _ => return Err(invalid_attribute(name)),
                };
            }
            // An empty text takes a policy away.
            "RedrivePolicy" => {
                self.redrive =
                    Some(value).filter(|it| !it.is_empty()).map(RedrivePolicy::parse).transpose()?;
            }
            "RedriveAllowPolicy" => {
                let given = Some(value).filter(|it| !it.is_empty());
                self.redrive_allow = given.map(RedriveAllow::parse).transpose()?;
            }
            _ if KEPT.contains(&name) && value.is_empty() => _ = self.kept.remove(name),
            _ if KEPT.contains(&name) => _ = self.kept.insert(name.to_owned(), value.to_owned()),
            _ => return Err(unknown_attribute(name)),
        }
        Ok(())
    }

    /// All of them as texts, by name. What is as it always was on a standard queue is not told.
    pub(crate) fn tell(&self) -> BTreeMap<&str, String> {
        let numbers =
            NUMBERS.iter().zip(self.numbers).map(|((name, ..), number)| (*name, number.to_string()));
        let mut told: BTreeMap<&str, String> = numbers.collect();
        told.extend(self.kept.iter().map(|(name, value)| (name.as_str(), value.clone())));
        told.extend(self.redrive.as_ref().map(|policy| ("RedrivePolicy", policy.text.clone())));
        told.extend(self.redrive_allow.as_ref().map(|policy| ("RedriveAllowPolicy", policy.text.clone())));
        if self.is_fifo() {
            let scope = if self.scope == Scope::Group { "messageGroup" } else { "queue" };
            let limit = if self.per_group { "perMessageGroupId" } else { "perQueue" };
            told.insert("FifoQueue", "true".into());
            told.insert("ContentBasedDeduplication", self.content_dedup.to_string());
            told.insert("DeduplicationScope", scope.into());
            told.insert("FifoThroughputLimit", limit.into());
        }
        told
    }

    /// The first attribute of `given` that has another value here.
    pub(crate) fn differs<'a>(
        &self,
        given: &'a BTreeMap<String, String>,
    ) -> Result<Option<&'a str>, Mistake> {
        let (mine, asked) = (self.tell(), self.with(given)?);
        let asked = asked.tell();
        Ok(given.keys().map(String::as_str).find(|name| mine.get(name) != asked.get(name)))
    }

    /// Whether a queue keeps order.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// How long a message cannot be seen after it was sent.
    pub(crate) fn delay(&self) -> Duration {
        seconds(self.numbers[0])
    }

    /// The largest message, in bytes.
    pub(crate) fn most_bytes(&self) -> usize {
        self.numbers[1] as usize
    }

    /// How long a message is kept.
    pub(crate) fn retention(&self) -> Duration {
        seconds(self.numbers[2])
    }

    /// How long a receive waits for a message.
    pub(crate) fn wait(&self) -> Duration {
        seconds(self.numbers[3])
    }

    /// How long a message cannot be seen after it was received.
    pub(crate) fn visibility(&self) -> Duration {
        seconds(self.numbers[4])
    }

    /// Where messages go that were received too often.
    pub(crate) fn redrive(&self) -> Option<&RedrivePolicy> {
        self.redrive.as_ref()
    }

    /// Whose dead letters may come; all, if it says nothing.
    pub(crate) fn redrive_allow(&self) -> Option<&RedriveAllow> {
        self.redrive_allow.as_ref()
    }

    /// Whether the digest of a body tells repetitions.
    pub(crate) fn content_dedup(&self) -> bool {
        self.content_dedup
    }

    /// Among which messages repetitions are looked for.
    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    /// The access policy, as it was given.
    pub(crate) fn policy(&self) -> Option<&str> {
        self.kept.get("Policy").map(String::as_str)
    }

    fn is_fifo(&self) -> bool {
        self.kind == Kind::Fifo
    }
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

fn flag(name: &str, value: &str) -> Result<bool, Mistake> {
    value.parse().map_err(|_| invalid_attribute(name))
}

fn invalid_attribute(name: &str) -> Mistake {
    Mistake::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}."))
}

/// An attribute that no queue has.
pub(crate) fn unknown_attribute(name: &str) -> Mistake {
    Mistake::new("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn each_attribute_has_its_range() {
        let cases = [
            ("DelaySeconds", "900", true),
            ("DelaySeconds", "901", false),
            ("MaximumMessageSize", "1023", false),
            ("MaximumMessageSize", "1048576", true),
            ("MessageRetentionPeriod", "59", false),
            ("ReceiveMessageWaitTimeSeconds", "21", false),
            ("VisibilityTimeout", "43200", true),
            ("VisibilityTimeout", "-1", false),
            ("VisibilityTimeout", "soon", false),
            ("FifoQueue", "true", false),
            ("ContentBasedDeduplication", "true", false),
            ("Colour", "red", false),
            ("Policy", "{}", true),
        ];
        for (name, value, good) in cases {
            assert_eq!(
                Settings::new(Kind::Standard).with(&given(name, value)).is_ok(),
                good,
                "{name} {value}"
            );
        }
        for (name, value) in [("FifoQueue", "true"), ("ContentBasedDeduplication", "true")] {
            assert!(Settings::new(Kind::Fifo).with(&given(name, value)).is_ok(), "{name}");
        }
    }

    #[test]
    fn another_value_is_told_from_the_same_one() {
        let settings = Settings::new(Kind::Standard);
        assert_eq!(settings.differs(&given("VisibilityTimeout", "30")), Ok(None));
        assert_eq!(settings.differs(&given("VisibilityTimeout", "31")), Ok(Some("VisibilityTimeout")));
        assert_eq!(settings.differs(&BTreeMap::new()), Ok(None));
    }
}
