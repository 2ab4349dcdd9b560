//! From the tree to the typed file, with every mistake on the way.
//!
//! This does what serde does for formats that are read once and believed. It is not serde, because a
//! serde error ends the reading: here a value that cannot be read is noted, and its siblings are read on.
//! The types still say it all. A field is [`Required`] or [`Optional`], a [`record!`] lists its keys once,
//! and the file's structs derive the JSON Schema from the same fields.

mod brief;
mod choice;
mod field;
mod leaf;
mod record;
mod table;

pub(crate) use brief::BriefOrFull;
pub(crate) use choice::{WordOrEntry, choice, neither, no_such_choice, only_entry, word_or_entry};
pub(crate) use field::{OPTIONAL, Optional, Required};
pub(crate) use leaf::{Leaf, Slip, Word};
pub(crate) use record::{Fields, record};
pub(crate) use table::{List, Row, Table};

use super::code::Code;
use super::node::Node;
use super::notes::{Note, Noted, Notes};

/// A type that can be read from a node of the tree.
pub(crate) trait Decode: Sized {
    /// Reads it, or notes why not.
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted>;
}

/// The note for a node of the wrong type.
pub(crate) fn wrong_type(node: &Node, expected: &str) -> Note {
    let found = node.value.found();
    Note::new(Code::WrongType, node.place, format!("expected {expected}, found {found}")).label(found)
}
