//! Mistakes, noted as they are found.
//!
//! Nothing here stops at the first mistake. Whoever finds one notes it and gets a [`Noted`] in return,
//! which is the only error type inside the reader: a missing value always has a note that tells why,
//! because there is no other way to make one.

use std::collections::HashSet;

use super::code::Code;
use super::place::{Place, Span};

/// All that was found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

/// The proof that a mistake was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Noted(());

/// One mistake: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Its kind.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// A remark under the token.
    pub label: String,
    /// Another place that belongs to it, with its own remark.
    pub also: Option<(Span, String)>,
    /// The next step.
    pub help: String,
}

impl Notes {
    /// Notes a mistake.
    pub(crate) fn add(&mut self, note: Note) -> Noted {
        self.0.push(note);
        Noted(())
    }

    /// Whether nothing was found wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was found, in the order of the texts. An anchor that is used twice is wrong once.
    pub(crate) fn in_order(mut self) -> Vec<Note> {
        self.0.sort_by_key(|note| (note.place.span.text, note.place.span.start));
        let mut seen = HashSet::new();
        self.0.retain(|note| seen.insert((note.place.span, note.message.clone())));
        self.0
    }
}

impl Note {
    /// A mistake at a place. Say what to do with [`Note::help`].
    pub(crate) fn new(code: Code, place: Place, message: impl Into<String>) -> Self {
        Note {
            code,
            place,
            message: message.into(),
            label: "here".to_owned(),
            also: None,
            help: String::new(),
        }
    }

    /// The remark under the token.
    pub(crate) fn label(self, label: impl Into<String>) -> Self {
        Note { label: label.into(), ..self }
    }

    /// Another place that belongs to it.
    pub(crate) fn also(self, span: Span, label: impl Into<String>) -> Self {
        Note { also: Some((span, label.into())), ..self }
    }

    /// The next step.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Note { help: help.into(), ..self }
    }
}
