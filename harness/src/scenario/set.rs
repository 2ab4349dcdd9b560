//! `--set path=value`: one change to a scenario, without a change to its file.
//!
//! Changes are made on the tree, before anything is checked, so a changed scenario passes the same checks
//! and earns the same messages as one that was written so. What a path creates has its place in the
//! `--set` itself: a wrong key is underlined on the command line.

use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use super::code::Code;
use super::node::{Entry, Node, Value};
use super::notes::{Note, Noted, Notes};
use super::place::{At, Place, Span};
use super::suggest;
use super::yaml::{self, Piece};

/// A change: where, and the YAML to put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    text: Arc<str>,
    /// Where the `=` stands; in the removal of a section there is none, and this is the end.
    equals: usize,
}

/// Why a text is no change.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetError {
    /// There is no `=`.
    #[error("`{0}` is no change: it has no `=`")]
    NoValue(String),
    /// A part of the path is empty.
    #[error("`{0}` is no change: its path has an empty part")]
    EmptyPart(String),
}

impl FromStr for Set {
    type Err = SetError;

    fn from_str(text: &str) -> Result<Self, SetError> {
        let equals = text.find('=').ok_or_else(|| SetError::NoValue(text.to_owned()))?;
        let path = text.get(..equals).unwrap_or_default();
        if path.split('.').any(|part| part.trim().is_empty()) {
            return Err(SetError::EmptyPart(text.to_owned()));
        }
        Ok(Set { text: text.into(), equals })
    }
}

impl Set {
    /// The change as it was written.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The removal of a whole section: what the command line has no word for, since an empty value is one too.
    pub fn without(section: &str) -> Self {
        Set { text: section.into(), equals: section.len() }
    }

    fn is_removal(&self) -> bool {
        self.equals == self.text.len()
    }

    /// Makes the change. `number` is the place of its text among the texts of the scenario.
    pub(crate) fn apply(&self, tree: &mut Node, number: usize, notes: &mut Notes) -> Result<(), Noted> {
        if self.is_removal() {
            if let Value::Map(entries) = &mut tree.value {
                entries.retain(|entry| entry.key.value != *self.text);
            }
            return Ok(());
        }
        let piece = Piece { text: &self.text, number, from: self.equals + 1 };
        let value = yaml::read(piece, notes)?;
        let mut node = tree;
        for (key, is_last) in self.path(number) {
            node = step(node, &key, is_last, notes)?;
        }
        let place = if value.place.span.len == 0 { node.place } else { value.place };
        *node = Node { place, value: value.value };
        Ok(())
    }

    /// The parts of the path, each with whether it is the last.
    fn path(&self, number: usize) -> impl Iterator<Item = (At<String>, bool)> {
        let path = self.text.get(..self.equals).unwrap_or_default();
        let mut start = 0;
        path.split('.').map(move |part| {
            let span = Span { text: number, start, len: part.len() };
            start += part.len() + 1;
            let key = At { value: part.trim().to_owned(), place: Place::of(span) };
            (key, start > path.len())
        })
    }
}

/// One step down, to what is there or, in a map, to what is then made there.
fn step<'t>(
    node: &'t mut Node,
    key: &At<String>,
    is_last: bool,
    notes: &mut Notes,
) -> Result<&'t mut Node, Noted> {
    if node.value == Value::Nothing {
        node.value = Value::Map(Vec::new());
    }
    match &mut node.value {
        Value::Map(entries) => step_into_map(entries, key, is_last, notes),
        Value::List(items) => step_into_list(items, key, notes),
        leaf => {
            let message = format!("`{}` leads into {}, which has no keys", key.value, leaf.found());
            let note = Note::new(Code::BadPath, key.place, message)
                .help("end the path one part earlier, or replace the whole value");
            Err(notes.add(note))
        }
    }
}

fn step_into_map<'t>(
    entries: &'t mut Vec<Entry>,
    key: &At<String>,
    is_last: bool,
    notes: &mut Notes,
) -> Result<&'t mut Node, Noted> {
    let known = || entries.iter().map(|entry| entry.key.value.as_str());
    let place = match known().position(|name| name == key.value) {
        Some(place) => place,
        None => {
            if let Some(meant) = suggest::closest(&key.value, known()).filter(|_| !is_last) {
                return Err(notes.add(slip(key, &meant)));
            }
            let value = Node { place: key.place, value: Value::Nothing };
            entries.push(Entry { key: key.clone(), value });
            entries.len() - 1
        }
    };
    Ok(&mut entries[place].value)
}

/// A part that is not there but looks like one that is. To make a new neighbour of it is possible, but
/// only whole: with more of the path behind it, a slip of the finger is by far the likelier reason.
fn slip(key: &At<String>, meant: &str) -> Note {
    Note::new(Code::BadPath, key.place, format!("there is no `{}` to change", key.value))
        .label(format!("did you mean `{meant}`?"))
        .help(format!("to add it, give it whole: `--set …{}={{ … }}`", key.value))
}

fn step_into_list<'t>(
    items: &'t mut [Node],
    key: &At<String>,
    notes: &mut Notes,
) -> Result<&'t mut Node, Noted> {
    let named =
        |item: &Node| item.get("name").is_some_and(|name| name.value == Value::Text(key.value.clone()));
    let place = key.value.parse().ok().filter(|place| *place < items.len());
    match place.or_else(|| items.iter().position(named)) {
        Some(place) => Ok(&mut items[place]),
        None => Err(notes.add(no_such_item(items, key))),
    }
}

fn no_such_item(items: &[Node], key: &At<String>) -> Note {
    let name = |item: &Node| match &item.get("name")?.value {
        Value::Text(name) => Some(name.clone()),
        _ => None,
    };
    let names: Vec<String> = items.iter().filter_map(name).collect();
    let help = match (items.len(), names.is_empty()) {
        (0, _) => "the list is empty; replace it whole".to_owned(),
        (count, true) => format!("the list has the items 0 to {}", count - 1),
        (count, false) => {
            format!("the list has the items 0 to {}, or by name {}", count - 1, suggest::listed(&names))
        }
    };
    Note::new(Code::BadPath, key.place, format!("the list has no item `{}`", key.value))
        .label(suggest::remark(&key.value, &names).unwrap_or_else(|| "no such item".to_owned()))
        .help(help)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn tree(yaml: &str) -> Node {
        yaml::read(Piece { text: yaml, number: 0, from: 0 }, &mut Notes::default()).unwrap()
    }

    fn changed(yaml: &str, set: &str) -> Result<Value, String> {
        let mut tree = tree(yaml);
        let mut notes = Notes::default();
        match set.parse::<Set>().unwrap().apply(&mut tree, 1, &mut notes) {
            Ok(()) => Ok(tree.get("a").unwrap().value.clone()),
            Err(_) => Err(notes.in_order()[0].message.clone()),
        }
    }

    fn value(yaml: &str) -> Value {
        tree(&format!("a: {yaml}")).get("a").unwrap().value.clone()
    }

    fn bare(value: Result<Value, String>) -> String {
        // Places differ between the texts; the shapes must not.
        fn shape(value: &Value) -> String {
            match value {
                Value::List(items) => {
                    format!("[{}]", items.iter().map(|item| shape(&item.value)).collect::<Vec<_>>().join(","))
                }
                Value::Map(entries) => {
                    let entry = |entry: &Entry| format!("{}:{}", entry.key.value, shape(&entry.value.value));
                    format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
                }
                leaf => format!("{leaf:?}"),
            }
        }
        value.map_or_else(|why| why, |value| shape(&value))
    }

    #[test]
    fn a_path_reaches_into_maps_and_lists() {
        let table = [
            ("a: 1", "a=2", "2"),
            ("a: { b: 1 }", "a.b=x", "{ b: x }"),
            ("a: { b: 1 }", "a.other.deep=2s", "{ b: 1, other: { deep: 2s } }"),
            ("a:", "a.b=1", "{ b: 1 }"),
            ("a: [1, 2, 3]", "a.1={ x: y }", "[1, { x: y }, 3]"),
            ("a: [{ name: p }, { name: q, for: 1s }]", "a.q.for=2s", "[{ name: p }, { name: q, for: 2s }]"),
            ("a: 1", "a=", "null"),
            ("a: 1", "a=b=c", "b=c"),
        ];
        for (yaml, set, expected) in table {
            assert_eq!(bare(changed(yaml, set)), bare(Ok(value(expected))), "{yaml} with {set}");
        }
    }

    #[test]
    fn a_section_that_is_removed_is_gone() {
        let mut tree = tree("a: 1\nb: 2");
        assert!(Set::without("b").apply(&mut tree, 1, &mut Notes::default()).is_ok());
        assert!(tree.get("a").is_some() && tree.get("b").is_none());
    }

    #[test]
    fn a_path_that_leads_nowhere_is_told() {
        let table = [
            ("a: 1", "a.b=2", "`b` leads into the number `1`, which has no keys"),
            ("a: { chat: {} }", "a.chatt.x=2", "there is no `chatt` to change"),
            ("a: [1, 2]", "a.2=2", "the list has no item `2`"),
        ];
        for (yaml, set, expected) in table {
            assert_eq!(changed(yaml, set), Err(expected.to_owned()), "{yaml} with {set}");
        }
    }

    #[test]
    fn a_change_needs_a_path_and_a_value() {
        assert_eq!("seed".parse::<Set>(), Err(SetError::NoValue("seed".to_owned())));
        assert_eq!("=1".parse::<Set>(), Err(SetError::EmptyPart("=1".to_owned())));
        assert_eq!("a..b=1".parse::<Set>(), Err(SetError::EmptyPart("a..b=1".to_owned())));
    }
}
