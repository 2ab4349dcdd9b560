//! Free text.

use std::sync::Arc;

use super::leaf_schema;
use crate::scenario::decode::{Leaf, Slip, Word};

/// A text that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text(Arc<str>);

impl Text {
    /// The text itself.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

impl Leaf for Text {
    fn shape() -> String {
        "a text that says something".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text(text) if text.trim().is_empty() => Err(Slip::Form),
            Word::Text(text) => Ok(Text(text.into())),
            Word::Whole(_) | Word::Decimal(_) | Word::Bool(_) => Err(Slip::Unquoted),
        }
    }
}

leaf_schema!(Text, "Text", { "type": "string", "minLength": 1 });
