//! The number of an AWS account: `"123456789012"`.

use std::sync::Arc;

use super::leaf_schema;
use crate::scenario::decode::{Leaf, Slip, Word};

/// Twelve digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account(Arc<str>);

impl Account {
    /// The digits.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

impl Leaf for Account {
    fn shape() -> String {
        "the twelve digits of an account in quotes, as in `\"123456789012\"`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text(text) if is_account(text) => Ok(Account(text.into())),
            Word::Text(_) => Err(Slip::Form),
            // A number would lose its leading zeros.
            Word::Whole(_) => Err(Slip::Unquoted),
            Word::Decimal(_) | Word::Bool(_) => Err(Slip::Kind),
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit())
}

leaf_schema!(Account, "Account", { "type": "string", "pattern": r"^\d{12}$", "examples": ["123456789012"] });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_twelve_digits() {
        let read = |text| Account::read(Word::Text(text)).map(|account| account.get().to_string());
        assert_eq!(read("000000000012"), Ok("000000000012".to_owned()));
        for text in ["", "12345678901", "1234567890123", "12345678901x", "１23456789012"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert_eq!(Account::read(Word::Whole(123_456_789_012)), Err(Slip::Unquoted));
    }
}
