//! Values that are one word: numbers, names, durations.
//!
//! Each kind knows how it is written and says so when it is not; this file puts the place to it.

use super::{Decode, wrong_type};
use crate::scenario::code::Code;
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::suggest;

/// A value that is written as one word.
pub(crate) trait Leaf: Sized {
    /// What it is, behind "expected", and how it is written, behind "as in": ``a duration, as in `30s` ``.
    fn shape() -> String;

    /// Reads it.
    fn read(word: Word<'_>) -> Result<Self, Slip>;
}

/// A word as YAML understood it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Word<'n> {
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction.
    Whole(i128),
    /// A number with a fraction.
    Decimal(f64),
    /// Any other word.
    Text(&'n str),
}

/// Why a word was not what it should be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slip {
    /// It is of another kind altogether.
    Kind,
    /// It is a plain text in all but its quotes.
    Unquoted,
    /// It is not written that way; the shape tells how.
    Form,
    /// The unit is missing; with what was probably meant.
    Unit(String),
    /// It is too small or too large; with the bounds.
    Range(String),
    /// It is wrong in a way of its own; with its code and the remedy.
    Other(Code, String),
    /// It is none of the words there are.
    Unknown {
        /// What those words are.
        what: &'static str,
        /// The nearest of them.
        remark: String,
        /// All of them.
        words: String,
    },
}

impl Slip {
    /// A word that is none of these.
    pub(crate) fn unknown<S: AsRef<str>>(what: &'static str, word: &str, words: &[S]) -> Self {
        Slip::Unknown {
            what,
            remark: suggest::remark(word, words).unwrap_or_else(|| "no such word".to_owned()),
            words: suggest::listed(words),
        }
    }
}

impl<'n> Word<'n> {
    /// The word in a node, if the node holds one.
    pub(crate) fn of(value: &'n Value) -> Option<Self> {
        match value {
            Value::Bool(truth) => Some(Word::Bool(*truth)),
            Value::Whole(number) => Some(Word::Whole(*number)),
            Value::Decimal(number) => Some(Word::Decimal(*number)),
            Value::Text(text) => Some(Word::Text(text)),
            Value::Nothing | Value::List(_) | Value::Map(_) => None,
        }
    }
}

impl<T: Leaf> Decode for T {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        let slip = match Word::of(&node.value).map(T::read) {
            Some(Ok(leaf)) => return Ok(leaf),
            Some(Err(slip)) => slip,
            None => Slip::Kind,
        };
        Err(notes.add(slip.note(node, &T::shape())))
    }
}

impl Slip {
    /// The slip at its place. `shape` is what was expected there.
    pub(crate) fn note(self, node: &Node, shape: &str) -> Note {
        let found = node.value.found();
        let kind = shape.split_once(", as in ").map_or(shape, |(kind, _examples)| kind);
        let note = |code, message: String| Note::new(code, node.place, message);
        match self {
            Slip::Kind => wrong_type(node, kind).help(format!("write {shape}")),
            Slip::Unquoted => wrong_type(node, kind)
                .label("YAML takes this for something else than text")
                .help("put it in quotes"),
            Slip::Form => note(Code::Malformed, format!("{found} is not {kind}"))
                .label("cannot be read")
                .help(format!("write {shape}")),
            Slip::Unit(remedy) => note(Code::Malformed, format!("{found} has no unit"))
                .label("the unit is missing")
                .help(remedy),
            Slip::Range(bounds) => note(Code::OutOfRange, format!("{found} is out of bounds"))
                .label("out of bounds")
                .help(bounds),
            Slip::Other(code, remedy) => note(code, format!("{found} is not {kind}")).help(remedy),
            Slip::Unknown { what, remark, words } => {
                note(Code::UnknownName, format!("{found} is not {what}"))
                    .label(remark)
                    .help(format!("the words here are {words}"))
            }
        }
    }
}
