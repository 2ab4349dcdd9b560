//! A scenario as a tree, before anything is known about its meaning.
//!
//! The tree stands between YAML and the typed file for three reasons: `--set` can edit it, every node
//! keeps its place, and one broken node can be told about and left out without losing its siblings.
//! A streaming deserializer stops at the first mistake.

use super::place::{At, Place};

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Where to point when something is wrong with it; for a map or list in block style, its key.
    pub place: Place,
    /// What it holds.
    pub value: Value,
}

/// What a node holds. Anchors, aliases and merge keys are already resolved.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// `null`, `~` or nothing at all.
    Nothing,
    /// `true` or `false`, and no other word.
    Bool(bool),
    /// A number without a fraction.
    Whole(i128),
    /// A finite number with a fraction.
    Decimal(f64),
    /// Any other word, and all that is quoted.
    Text(String),
    /// `- a` or `[a]`.
    List(Vec<Node>),
    /// `a: b` or `{ a: b }`, in the order of the file.
    Map(Vec<Entry>),
}

/// One key of a map with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub key: At<String>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The value of a key, where this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => find(entries, key),
            _ => None,
        }
    }
}

impl Value {
    /// What was found, as the end of a sentence: `a list`, ``the number `60` ``.
    pub(crate) fn found(&self) -> String {
        match self {
            Value::Nothing => "nothing".to_owned(),
            Value::Bool(truth) => format!("`{truth}`"),
            Value::Whole(number) => format!("the number `{number}`"),
            Value::Decimal(number) => format!("the number `{number}`"),
            Value::Text(text) => format!("`{}`", excerpt(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        }
    }
}

/// The value of the first entry with this key.
pub(crate) fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    entries.iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
}

/// As much of a text as fits a line of a message.
pub(crate) fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > MOST || line.len() < text.trim_end().len() {
        let start: String = line.chars().take(MOST).collect();
        return format!("{start}…");
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_quote_a_line_at_most() {
        assert_eq!(excerpt("short"), "short");
        assert_eq!(excerpt("one line\n"), "one line");
        assert_eq!(excerpt("two\nlines"), "two…");
        assert_eq!(excerpt(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
    }
}
