//! The value of an HTTP header: `"5"`, `application/json`.

use std::sync::Arc;

use super::leaf_schema;
use crate::scenario::decode::{Leaf, Slip, Word};

/// Text that a header may carry: printable ASCII on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeaderText(Arc<str>);

impl HeaderText {
    /// The text itself.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

impl Leaf for HeaderText {
    fn shape() -> String {
        "the value of a header in printable ASCII, as in `5` or `application/json`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text(text) if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
                Ok(HeaderText(text.into()))
            }
            Word::Text(_) => Err(Slip::Form),
            // Most headers of note here are numbers, and a whole number has one spelling only.
            Word::Whole(number) => Ok(HeaderText(number.to_string().into())),
            Word::Decimal(_) | Word::Bool(_) => Err(Slip::Unquoted),
        }
    }
}

leaf_schema!(HeaderText, "HeaderText", { "type": ["string", "integer"], "pattern": "^[ -~]*$" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_printable_ascii() {
        let read = |word| HeaderText::read(word).map(|text| text.get().to_string());
        assert_eq!(read(Word::Whole(5)), Ok("5".to_owned()));
        assert_eq!(read(Word::Text("a b")), Ok("a b".to_owned()));
        assert_eq!(read(Word::Text("a\r\nset-cookie: b")), Err(Slip::Form));
        assert_eq!(read(Word::Text("é")), Err(Slip::Form));
        assert_eq!(read(Word::Decimal(1.5)), Err(Slip::Unquoted));
    }
}
