//! Maps with known keys.

use super::field::Field;
use super::wrong_type;
use crate::scenario::code::Code;
use crate::scenario::node::{Entry, Node, Value, excerpt, find};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::Place;
use crate::scenario::suggest;

/// Reads a struct from a map: each field from the key of its name, and no other key. Names that a key has elsewhere are
/// answered with the key.
macro_rules! record {
    ($type:ident { $($key:ident),+ $(,)? } $(elsewhere { $($name:ident: $meant:ident),+ $(,)? })?) => {
        impl $crate::scenario::decode::Decode for $type {
            fn decode(
                node: &$crate::scenario::node::Node,
                notes: &mut $crate::scenario::notes::Notes,
            ) -> Result<Self, $crate::scenario::notes::Noted> {
                let keys = [$(stringify!($key)),+];
                let elsewhere: &[(&str, &str)] = &[$($((stringify!($name), stringify!($meant))),+)?];
                let fields = $crate::scenario::decode::Fields::open_as(node, &keys, elsewhere, notes)?;
                Ok($type { $($key: fields.take(stringify!($key), notes)),+ })
            }
        }
    };
}
pub(crate) use record;

/// The entries of a map whose keys are all known.
pub(crate) struct Fields<'n> {
    owner: &'n Node,
    entries: &'n [Entry],
}

impl<'n> Fields<'n> {
    /// Opens a map and notes every key that is none of `keys`.
    pub(crate) fn open(node: &'n Node, keys: &[&str], notes: &mut Notes) -> Result<Self, Noted> {
        Fields::open_as(node, keys, &[], notes)
    }

    /// The same, where some keys are known by other names elsewhere: name and key.
    pub(crate) fn open_as(
        node: &'n Node,
        keys: &[&str],
        elsewhere: &[(&str, &str)],
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let keys: Vec<&str> = keys.iter().copied().map(unraw).collect();
        let Value::Map(entries) = &node.value else {
            let help = format!("its keys are {}", suggest::listed(keys));
            return Err(notes.add(wrong_type(node, "a map").help(help)));
        };
        for entry in entries.iter().filter(|entry| !keys.contains(&entry.key.value.as_str())) {
            notes.add(unknown_key(entry, &keys, elsewhere));
        }
        Ok(Fields { owner: node, entries })
    }

    /// Whether there is such a key.
    pub(crate) fn has(&self, key: &str) -> bool {
        find(self.entries, key).is_some()
    }

    /// Where the map stands.
    pub(crate) fn place(&self) -> Place {
        self.owner.place
    }

    /// Reads the field under a key.
    pub(crate) fn take<F: Field>(&self, key: &str, notes: &mut Notes) -> F {
        let key = unraw(key);
        match find(self.entries, key) {
            Some(value) => F::given(value, notes),
            None => F::absent(self.owner, key, notes),
        }
    }
}

/// The note for a key that nothing reads.
pub(crate) fn unknown_key(entry: &Entry, keys: &[&str], elsewhere: &[(&str, &str)]) -> Note {
    let key = &entry.key.value;
    let message = format!("unknown key `{}`", excerpt(key));
    let here = || {
        let name = suggest::closest(key, elsewhere.iter().map(|(name, _)| name))?;
        elsewhere.iter().find(|(other, _)| *other == name).map(|(_, meant)| format!("here it is `{meant}`"))
    };
    Note::new(Code::UnknownKey, entry.key.place, message)
        .label(suggest::remark(key, keys).or_else(here).unwrap_or_else(|| "no such key".to_owned()))
        .help(format!("the keys here are {}", suggest::listed(keys)))
}

/// `for` and `where` are words of Rust too, so their fields are written `r#for` and `r#where`.
fn unraw(key: &str) -> &str {
    key.trim_start_matches("r#")
}
