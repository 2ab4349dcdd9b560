//! Maps with exactly one of several keys: externally tagged enums.
//!
//! `inject: { throttle: … }` and never `kind: throttle`: the tag is a key, so both a wrong tag and a
//! wrong value inside have a place of their own.

use super::leaf::Slip;
use super::record::unknown_key;
use super::wrong_type;
use crate::scenario::code::Code;
use crate::scenario::node::{Entry, Node, Value};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::suggest;

/// Reads an enum from a map with one key, which names the variant; for an enum without payloads from a word; and for one
/// of both kinds from either.
macro_rules! choice {
    ($type:ident { $($key:ident: $variant:ident),+ $(,)? }) => {
        impl $crate::scenario::decode::Decode for $type {
            fn decode(
                node: &$crate::scenario::node::Node,
                notes: &mut $crate::scenario::notes::Notes,
            ) -> Result<Self, $crate::scenario::notes::Noted> {
                let keys = [$(stringify!($key)),+];
                let entry = $crate::scenario::decode::only_entry(node, &keys, notes)?;
                $(if entry.key.value == stringify!($key) {
                    return Ok($type::$variant($crate::scenario::decode::Decode::decode(&entry.value, notes)?));
                })+
                Err($crate::scenario::decode::no_such_choice(entry, &keys, notes))
            }
        }
    };
    ($type:ident: $what:literal { $($word:ident: $unit:ident),+; $($key:ident: $variant:ident),+ $(,)? }) => {
        impl $crate::scenario::decode::Decode for $type {
            fn decode(
                node: &$crate::scenario::node::Node,
                notes: &mut $crate::scenario::notes::Notes,
            ) -> Result<Self, $crate::scenario::notes::Noted> {
                let (words, keys) = ([$(stringify!($word)),+], [$(stringify!($key)),+]);
                match $crate::scenario::decode::word_or_entry(node, $what, &words, &keys, notes)? {
                    $($crate::scenario::decode::WordOrEntry::Word(stringify!($word)) => return Ok($type::$unit),)+
                    $($crate::scenario::decode::WordOrEntry::Entry(stringify!($key), value) => {
                        return Ok($type::$variant($crate::scenario::decode::Decode::decode(value, notes)?));
                    })+
                    _ => {}
                }
                Err(notes.add($crate::scenario::decode::neither(node, $what, &words, &keys)))
            }
        }
    };
    ($type:ident: $what:literal { $($word:ident: $variant:ident),+ $(,)? }) => {
        impl $crate::scenario::decode::Leaf for $type {
            fn shape() -> String {
                format!("{}: {}", $what, $crate::scenario::suggest::listed([$(stringify!($word)),+]))
            }

            fn read(word: $crate::scenario::decode::Word<'_>) -> Result<Self, $crate::scenario::decode::Slip> {
                match word {
                    $($crate::scenario::decode::Word::Text(stringify!($word)) => Ok($type::$variant),)+
                    $crate::scenario::decode::Word::Text(other) => {
                        Err($crate::scenario::decode::Slip::unknown($what, other, &[$(stringify!($word)),+]))
                    }
                    _ => Err($crate::scenario::decode::Slip::Kind),
                }
            }
        }
    };
}
pub(crate) use choice;

/// The one entry of a choice.
pub(crate) fn only_entry<'n>(node: &'n Node, keys: &[&str], notes: &mut Notes) -> Result<&'n Entry, Noted> {
    let listed = || suggest::listed(keys);
    match &node.value {
        Value::Map(entries) => match entries.as_slice() {
            [entry] => Ok(entry),
            [] => {
                let note = Note::new(Code::MissingKey, node.place, "nothing is chosen here");
                Err(notes.add(note.help(format!("choose one of {}", listed()))))
            }
            [_, second, ..] => Err(notes.add(second_choice(second, keys))),
        },
        Value::Text(word) if keys.contains(&word.as_str()) => {
            let help = format!("write `{{ {word}: … }}`; the settings of `{word}` stand under it");
            Err(notes.add(wrong_type(node, &format!("a map with the key `{word}`")).help(help)))
        }
        _ => {
            Err(notes.add(wrong_type(node, "a map with one key").help(format!("choose one of {}", listed()))))
        }
    }
}

fn second_choice(second: &Entry, keys: &[&str]) -> Note {
    if !keys.contains(&second.key.value.as_str()) {
        return unknown_key(second, keys, &[]);
    }
    let message = format!("`{}` is a second choice where only one can be", second.key.value);
    Note::new(Code::Contradiction, second.key.place, message)
        .label("the second")
        .help(format!("keep one of {}", suggest::listed(keys)))
}

/// Notes a key that names no variant.
pub(crate) fn no_such_choice(entry: &Entry, keys: &[&str], notes: &mut Notes) -> Noted {
    notes.add(unknown_key(entry, keys, &[]))
}

/// A choice whose variants are words, or keys of a map with settings under them.
#[derive(Debug)]
pub(crate) enum WordOrEntry<'n> {
    /// A word.
    Word(&'n str),
    /// A key with its settings.
    Entry(&'n str, &'n Node),
}

/// Reads a word, or the one entry of a map.
pub(crate) fn word_or_entry<'n>(
    node: &'n Node,
    what: &'static str,
    words: &[&str],
    keys: &[&str],
    notes: &mut Notes,
) -> Result<WordOrEntry<'n>, Noted> {
    match &node.value {
        Value::Text(word) => Ok(WordOrEntry::Word(word)),
        Value::Map(entries) if !entries.is_empty() => {
            let known: Vec<&str> = words.iter().chain(keys).copied().collect();
            let entry = only_entry(node, &known, notes)?;
            let key = entry.key.value.as_str();
            if words.contains(&key) {
                let message = format!("`{key}` has no settings");
                let note = Note::new(Code::WrongType, entry.key.place, message)
                    .label("a word of its own")
                    .help(format!("write `{key}` without braces"));
                return Err(notes.add(note));
            }
            match keys.contains(&key) {
                true => Ok(WordOrEntry::Entry(key, &entry.value)),
                false => Err(no_such_choice(entry, keys, notes)),
            }
        }
        _ => Err(notes.add(neither(node, what, words, keys))),
    }
}

/// The note for a value that is neither one of the words nor a map with one of the keys.
pub(crate) fn neither(node: &Node, what: &'static str, words: &[&str], keys: &[&str]) -> Note {
    let forms: Vec<String> = words
        .iter()
        .map(|word| (*word).to_owned())
        .chain(keys.iter().map(|key| format!("{{ {key}: … }}")))
        .collect();
    match &node.value {
        Value::Text(word) if keys.contains(&word.as_str()) => {
            wrong_type(node, &format!("a map with the key `{word}`"))
                .help(format!("write `{{ {word}: … }}`; the settings of `{word}` stand under it"))
        }
        Value::Text(word) => {
            let known: Vec<&str> = words.iter().chain(keys).copied().collect();
            Slip::unknown(what, word, &known)
                .note(node, what)
                .help(format!("write {}", suggest::listed(forms)))
        }
        _ => wrong_type(node, what).help(format!("write {}", suggest::listed(forms))),
    }
}
