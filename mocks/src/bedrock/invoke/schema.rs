//! The check that most families' bodies go through first: which keys they have, and of what kind.
//!
//! The words are Bedrock's, and those of the JSON schema validator behind it: one violation is told as it
//! is (`#: required key [prompt] not found`), more of them are only counted.

use std::num::NonZeroU32;

use serde_json::{Map, Value};

use crate::bedrock::errors;
use crate::error::ServiceError;

/// A body under check.
pub(super) struct Body {
    fields: Map<String, Value>,
    violations: Vec<String>,
}

impl Body {
    /// Reads a body that must be a JSON object.
    pub(super) fn read(body: &[u8]) -> Result<Self, ServiceError> {
        let value: Value = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
        match value {
            Value::Object(fields) => Ok(Body { fields, violations: Vec::new() }),
            other => Err(refused(&[format!("#: expected type: JSONObject, found: {}", kind(&other))])),
        }
    }

    /// Whether it has a key that is not null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.get(key).is_some_and(|value| !value.is_null())
    }

    /// Holds it against the keys that the family knows.
    pub(super) fn knows(mut self, keys: &[&str]) -> Self {
        let strange = self.fields.keys().filter(|key| !keys.contains(&key.as_str()));
        self.violations.extend(strange.map(|key| format!("#: extraneous key [{key}] is not permitted")));
        self
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, key: &str) -> String {
        match self.fields.get(key) {
            Some(Value::String(text)) => return text.clone(),
            Some(other) => self.violations.push(expected(key, "String", other)),
            None => self.violations.push(format!("#: required key [{key}] not found")),
        }
        String::new()
    }

    /// A whole number within bounds, if it is there.
    pub(super) fn whole(&mut self, key: &str, most: u32) -> Option<NonZeroU32> {
        let value = self.fields.get(key).filter(|value| !value.is_null())?;
        let Some(number) = value.as_i64() else {
            self.violations.push(expected(key, "Integer", value));
            return None;
        };
        let most = i64::from(most);
        if number < 1 {
            self.violations.push(format!("#/{key}: {number} is not greater or equal to 1"));
        } else if number > most {
            self.violations.push(format!("#/{key}: {number} is not less or equal to {most}"));
        }
        u32::try_from(number).ok().and_then(NonZeroU32::new)
    }

    /// A list of texts; empty if it is not there.
    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            }
            Some(other) => {
                self.violations.push(expected(key, "JSONArray", other));
                Vec::new()
            }
        }
    }

    /// An object within it, under the same check; an empty one if it is not there.
    pub(super) fn object(&mut self, key: &str) -> Self {
        let fields = match self.fields.get(key) {
            Some(Value::Object(fields)) => fields.clone(),
            None | Some(Value::Null) => Map::new(),
            Some(other) => {
                self.violations.push(expected(key, "JSONObject", other));
                Map::new()
            }
        };
        Body { fields, violations: Vec::new() }
    }

    /// Any value; null if it is not there.
    pub(super) fn value(&self, key: &str) -> &Value {
        self.fields.get(key).unwrap_or(&Value::Null)
    }

    /// The items of a list; none if it is not there or no list.
    pub(super) fn items(&self, key: &str) -> &[Value] {
        self.value(key).as_array().map_or(&[], Vec::as_slice)
    }

    /// Ends the check, with that of an object within if there is one.
    pub(super) fn checked(self, within: Option<Body>) -> Result<(), ServiceError> {
        let violations: Vec<String> =
            self.violations.into_iter().chain(within.into_iter().flat_map(|body| body.violations)).collect();
        if violations.is_empty() { Ok(()) } else { Err(refused(&violations)) }
    }
}

fn refused(violations: &[String]) -> ServiceError {
    let told = match violations {
        [violation] => violation.clone(),
        many => format!("{} schema violations found", many.len()),
    };
    errors::validation(format!("Malformed input request: {told}, please reformat your input and try again."))
}

fn expected(key: &str, wanted: &str, found: &Value) -> String {
    format!("#/{key}: expected type: {wanted}, found: {}", kind(found))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Double",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn check(body: &str) -> Option<String> {
        let read = Body::read(body.as_bytes()).and_then(|body| {
            let mut body = body.knows(&["prompt", "max_gen_len", "stop"]);
            body.text("prompt");
            body.whole("max_gen_len", 2048);
            body.texts("stop");
            body.checked(None)
        });
        let error = read.err()?;
        assert_eq!(error.code(), "ValidationException");
        let body: Value = serde_json::from_slice(&error.body()).unwrap();
        let message = body["message"].as_str().unwrap();
        let told = message.strip_prefix("Malformed input request: ").unwrap();
        Some(told.strip_suffix(", please reformat your input and try again.").unwrap().to_owned())
    }

    #[test]
    fn violations_are_told_in_the_validators_words() {
        let cases = [
            (r#"{"prompt":"hi","max_gen_len":1}"#, None),
            (r#"{"prompt":"hi","max_gen_len":null,"stop":null}"#, None),
            (r#"{}"#, Some("#: required key [prompt] not found")),
            (r#"{"prompt":7}"#, Some("#/prompt: expected type: String, found: Integer")),
            (r#"{"prompt":"hi","top_z":1}"#, Some("#: extraneous key [top_z] is not permitted")),
            (r#"{"prompt":"hi","max_gen_len":0}"#, Some("#/max_gen_len: 0 is not greater or equal to 1")),
            (
                r#"{"prompt":"hi","max_gen_len":4096}"#,
                Some("#/max_gen_len: 4096 is not less or equal to 2048"),
            ),
            (
                r#"{"prompt":"hi","max_gen_len":0.5}"#,
                Some("#/max_gen_len: expected type: Integer, found: Double"),
            ),
            (r#"{"prompt":"hi","stop":"x"}"#, Some("#/stop: expected type: JSONArray, found: String")),
            (r#"{"messages":[]}"#, Some("2 schema violations found")),
            (r#"[]"#, Some("#: expected type: JSONObject, found: JSONArray")),
        ];
        for (body, told) in cases {
            assert_eq!(check(body).as_deref(), told, "{body}");
        }
        assert!(Body::read(b"{not json").is_err());
    }
}
