//! Types of errors: `ThrottlingException`.

use std::borrow::Cow;
use std::sync::Arc;

use bedload_mocks::Exception;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaf_schema;
use crate::scenario::decode::{Leaf, Slip, Word};
use crate::scenario::plan::named_exception;

/// One of the exceptions that Bedrock models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExceptionName(Exception);

/// The type of any error, whether or not Bedrock models it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ErrorType(Arc<str>);

impl ExceptionName {
    /// The exception itself.
    pub(crate) fn get(self) -> Exception {
        self.0
    }
}

impl ErrorType {
    /// The type's name.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

impl Leaf for ExceptionName {
    fn shape() -> String {
        "an exception of Bedrock, as in `ThrottlingException`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Word::Text(text) = word else {
            return Err(Slip::Kind);
        };
        let unknown = || Slip::unknown("an exception of Bedrock", text, &Exception::ALL.map(Exception::name));
        named_exception(text).map(ExceptionName).ok_or_else(unknown)
    }
}

impl Leaf for ErrorType {
    fn shape() -> String {
        "the type of an error in letters and digits, as in `ModelTimeoutException`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text(text) if is_type(text) => Ok(ErrorType(text.into())),
            Word::Text(_) => Err(Slip::Form),
            _ => Err(Slip::Kind),
        }
    }
}

fn is_type(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

impl JsonSchema for ExceptionName {
    fn schema_name() -> Cow<'static, str> {
        "ExceptionName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": Exception::ALL.map(Exception::name) })
    }
}

leaf_schema!(ErrorType, "ErrorType", {
    "type": "string",
    "pattern": "^[A-Za-z][A-Za-z0-9]{0,99}$",
    "examples": Exception::ALL.map(Exception::name),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_those_of_bedrock() {
        let read = |text| ExceptionName::read(Word::Text(text)).map(ExceptionName::get);
        assert_eq!(read("ThrottlingException"), Ok(Exception::Throttling));
        assert!(matches!(read("throttlingException"), Err(Slip::Unknown { .. })));
        assert!(
            matches!(read("ThrotlingException"), Err(Slip::Unknown { remark, .. }) if remark.contains("ThrottlingException"))
        );
    }

    #[test]
    fn other_errors_need_a_plain_word() {
        let read = |text| ErrorType::read(Word::Text(text)).map(|kind| kind.get().to_string());
        assert_eq!(read("SlowDown"), Ok("SlowDown".to_owned()));
        for text in ["", "Slow Down", "a:b", "3xx", "x\r\ny"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
    }
}
