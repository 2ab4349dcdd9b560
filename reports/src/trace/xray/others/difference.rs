//! Where two documents of one span differ.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::recorded::{Document, Fields, Span};
use super::translator::Translator;
use crate::trace::span::Role;

/// A path under which the two hold different values.
pub(super) struct Difference<'a> {
    pub by: Translator,
    pub role: Role,
    pub path: &'a str,
    pub ours: Option<&'a Value>,
    pub theirs: Option<&'a Value>,
    our_fields: &'a Fields,
    their_fields: &'a Fields,
}

impl<'a> Difference<'a> {
    /// All differences of a span. One that is lost differs in that alone.
    pub(super) fn all(by: Translator, ours: &'a Span, theirs: &'a Document) -> Vec<Difference<'a>> {
        let (our_fields, their_fields) = (&ours.fields, &theirs.fields);
        let paths: BTreeSet<&String> = match their_fields.get_key_value("lost") {
            Some((lost, _)) => BTreeSet::from([lost]),
            None => our_fields.keys().chain(their_fields.keys()).collect(),
        };
        let each = paths.into_iter().map(|path| Difference {
            by,
            role: ours.role,
            path,
            ours: our_fields.get(path),
            theirs: their_fields.get(path),
            our_fields,
            their_fields,
        });
        each.filter(|difference| !difference.is_none()).collect()
    }

    fn is_none(&self) -> bool {
        match (self.ours, self.theirs) {
            // 1 and 1.0 are the same number.
            (Some(Value::Number(ours)), Some(Value::Number(theirs))) => ours.as_f64() == theirs.as_f64(),
            (ours, theirs) => ours == theirs,
        }
    }

    /// What our document holds elsewhere.
    pub(super) fn our(&self, path: &str) -> Option<&'a Value> {
        self.our_fields.get(path)
    }

    /// What theirs holds elsewhere.
    pub(super) fn their(&self, path: &str) -> Option<&'a Value> {
        self.their_fields.get(path)
    }

    /// What theirs holds of an attribute that has no field of its own.
    pub(super) fn their_metadata(&self, key: &str) -> Option<&'a Value> {
        self.their(&format!("{}{key}", self.by.metadata()))
    }

    /// The attribute whose value this is in their metadata.
    pub(super) fn their_attribute(&self) -> Option<&'a str> {
        self.path.strip_prefix(self.by.metadata())
    }

    /// Whether only ours has it.
    pub(super) fn is_ours(&self) -> bool {
        self.theirs.is_none()
    }

    /// Whether only theirs has it.
    pub(super) fn is_theirs(&self) -> bool {
        self.ours.is_none()
    }
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: Option<&Value>| value.map_or_else(|| "absent".to_owned(), Value::to_string);
        let (role, path) = (self.role, self.path);
        write!(f, "{role:?}: {path}: ours {}, theirs {}", show(self.ours), show(self.theirs))
    }
}
