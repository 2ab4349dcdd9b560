//! A word that means nothing yet: the limit of a gate, whose unit only its metric knows.

use super::leaf_schema;
use crate::scenario::decode::{Decode, Leaf, Slip};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};

/// A word, to be read as some leaf later.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Raw(Node);

impl Raw {
    /// Whether it ends like this.
    pub(crate) fn ends_with(&self, end: char) -> bool {
        matches!(&self.0.value, Value::Text(text) if text.ends_with(end))
    }

    /// Reads the word now that its kind is known.
    pub(crate) fn read<T: Leaf>(&self, notes: &mut Notes) -> Result<T, Noted> {
        T::decode(&self.0, notes)
    }
}

impl Decode for Raw {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Nothing | Value::List(_) | Value::Map(_) => {
                Err(notes.add(Slip::Kind.note(node, "one value in the unit of the metric")))
            }
            _ => Ok(Raw(node.clone())),
        }
    }
}

leaf_schema!(Raw, "Raw", { "type": ["string", "number"] });
