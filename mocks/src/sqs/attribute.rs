//! Message attributes: typed values that travel beside a body, and the digest of all of them.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::errors::{Mistake, invalid};

/// The most that a message may have.
const MOST: usize = 10;
/// The longest name, in characters.
const LONGEST_NAME: usize = 256;

/// Attributes by name, in the order in which they are digested.
pub(crate) type Attributes = BTreeMap<String, Attribute>;

/// A typed value, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    /// `String`, `Number` or `Binary`, and a label of the producer's behind a full stop.
    #[serde(default)]
    data_type: String,
    /// The value of a string or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    /// The value of anything else, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl Attribute {
    /// Its value, if it is a text.
    pub(crate) fn text(&self) -> Option<&str> {
        self.string_value.as_deref()
    }

    /// How many bytes it counts for in a message's size, with its name.
    fn bytes(&self, name: &str) -> usize {
        let value =
            self.string_value.as_ref().map_or(0, String::len) + self.decoded().map_or(0, |it| it.len());
        name.len() + self.data_type.len() + value
    }

    fn decoded(&self) -> Option<Vec<u8>> {
        base64::decode(self.binary_value.as_deref()?).ok()
    }

    fn check(&self, name: &str) -> Result<(), Mistake> {
        check_name(name)?;
        let kind = self.data_type.split('.').next().unwrap_or_default();
        let present = match kind {
            "String" | "Number" => self.string_value.as_deref().is_some_and(|value| !value.is_empty()),
            "Binary" => self.decoded().is_some_and(|value| !value.is_empty()),
            "" => {
                return Err(invalid(format!(
                    "The message attribute '{name}' must contain a non-empty message attribute type."
                )));
            }
            _ => {
                return Err(invalid(format!(
                    "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
                )));
            }
        };
        let number =
            kind == "Number" && self.string_value.as_deref().is_some_and(|it| it.parse::<f64>().is_err());
        match (present, number) {
            (false, _) => Err(invalid(format!(
                "The message attribute '{name}' must contain a non-empty message attribute value for message attribute type '{kind}'."
            ))),
            (true, true) => Err(invalid(format!(
                "Can't cast the value of message (user) attribute '{name}' to a number."
            ))),
            (true, false) => Ok(()),
        }
    }

    /// Adds it to a digest: each part behind its length, and which kind of value it has.
    fn digest(&self, name: &str, digest: &mut Md5) {
        part(name.as_bytes(), digest);
        part(self.data_type.as_bytes(), digest);
        match self.decoded() {
            Some(bytes) => {
                digest.update([2]);
                part(&bytes, digest);
            }
            None => {
                digest.update([1]);
                part(self.string_value.as_deref().unwrap_or_default().as_bytes(), digest);
            }
        }
    }
}

/// Letters, digits, `_`, `-` and single full stops within; `AWS.` and `Amazon.` are not the producer's to use.
fn check_name(name: &str) -> Result<(), Mistake> {
    let lower = name.to_ascii_lowercase();
    let fit = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !lower.starts_with("aws.")
        && !lower.starts_with("amazon.");
    match fit {
        true => Ok(()),
        false => Err(invalid(format!("The message attribute name '{name}' is invalid."))),
    }
}

/// Checks what a producer sent along.
pub(crate) fn check(attributes: &Attributes) -> Result<(), Mistake> {
    if attributes.len() > MOST {
        return Err(invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{MOST}].",
            attributes.len()
        )));
    }
    attributes.iter().try_for_each(|(name, attribute)| attribute.check(name))
}

/// How many bytes they count for in a message's size.
pub(crate) fn bytes(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, attribute)| attribute.bytes(name)).sum()
}

/// The MD5 of all of them, in hex, by the rule of the SQS developer guide ("Calculating the MD5 message
/// digest for message attributes"); nothing where there are none.
pub(crate) fn md5_of_attributes(attributes: &Attributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    attributes.iter().for_each(|(name, attribute)| attribute.digest(name, &mut digest));
    Some(hex(&digest.finalize()))
}

/// The MD5 of a body, in hex.
pub(crate) fn md5_of_body(body: &str) -> String {
    hex(&Md5::digest(body.as_bytes()))
}

fn part(bytes: &[u8], digest: &mut Md5) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(value: serde_json::Value) -> Attributes {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn digests_are_those_that_boto3_checks() {
        // Computed with `hashlib` from the guide's rule, independently of this file.
        let some = attributes(json!({
            "kind": { "DataType": "String", "StringValue": "job" },
            "n": { "DataType": "Number", "StringValue": "7" },
            "raw": { "DataType": "Binary", "BinaryValue": "AAEC" },
        }));
        assert_eq!(md5_of_attributes(&some).as_deref(), Some("8cc2b3a360a8843e400b4737a9cce8a4"));
        assert_eq!(md5_of_attributes(&Attributes::new()), None);
        assert_eq!(md5_of_body("abc"), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn what_no_message_may_carry_is_refused() {
        let of = |name: &str, kind: &str, value: &str| {
            attributes(json!({ name: { "DataType": kind, "StringValue": value } }))
        };
        let cases = [
            (of("kind", "String", "job"), true),
            (of("a.b-c_d", "String.uuid", "x"), true),
            (of("n", "Number", "-1.5e3"), true),
            (of("n", "Number", "many"), false),
            (of("kind", "String", ""), false),
            (of("kind", "", "x"), false),
            (of("kind", "List", "x"), false),
            (of("kind", "Binary", "x"), false),
            (of("AWS.kind", "String", "x"), false),
            (of("a..b", "String", "x"), false),
            (of("", "String", "x"), false),
            (of("two words", "String", "x"), false),
        ];
        for (attributes, good) in cases {
            assert_eq!(check(&attributes).is_ok(), good, "{attributes:?}");
        }
        let eleven = (0..11).map(|n| (format!("a{n}"), of("a", "String", "x")["a"].clone())).collect();
        assert!(check(&eleven).is_err());
    }
}
