//! Which names there are.
//!
//! A name counts as known as soon as something is defined under it, even if that is broken: one mistake
//! must not turn every mention of it into another. Where a whole section could not be read, no mention is
//! judged at all.

use bedload_reports::record::Name;

use super::target::twice;
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional, Required, Table};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::Place;
use crate::scenario::suggest;

/// The names of one kind of thing.
#[derive(Clone, Debug)]
pub(super) struct Known {
    kind: &'static str,
    names: Vec<Name>,
    complete: bool,
}

impl Known {
    /// These names and no others.
    pub(super) fn all(kind: &'static str, names: impl IntoIterator<Item = Name>) -> Self {
        Known { kind, names: names.into_iter().collect(), complete: true }
    }

    /// Nothing is known, so nothing is refused.
    pub(super) fn unsure(kind: &'static str) -> Self {
        Known { kind, names: Vec::new(), complete: false }
    }

    /// The same names, of which some may be missing.
    pub(super) fn incomplete(self) -> Self {
        Known { complete: false, ..self }
    }

    /// The names that a section defines. An empty one is a mistake by itself.
    pub(super) fn table<T>(kind: &'static str, table: &Required<Table<T>>) -> Self {
        match table.value() {
            Ok(table) if !table.rows().is_empty() => Known::rows(kind, table),
            _ => Known::unsure(kind),
        }
    }

    /// The names that a section defines, if it is there.
    pub(super) fn optional_table<T>(kind: &'static str, table: &Optional<Table<T>>) -> Self {
        match table.value() {
            Ok(Some(table)) => Known::rows(kind, table),
            Ok(None) => Known::all(kind, []),
            Err(_) => Known::unsure(kind),
        }
    }

    fn rows<T>(kind: &'static str, table: &Table<T>) -> Self {
        Known::all(kind, table.rows().iter().map(|row| row.name.value.get().clone()))
    }

    /// The name, if there is one such.
    pub(super) fn find(&self, name: &Name, place: Place, notes: &mut Notes) -> Result<Name, Noted> {
        if !self.complete || self.names.contains(name) {
            return Ok(name.clone());
        }
        let help = match self.names.as_slice() {
            [] => format!("the scenario defines no {}", self.kind),
            [only] => format!("the only {} is `{only}`", self.kind),
            names => format!("the {}s are {}", self.kind, suggest::listed(names)),
        };
        let note = Note::new(Code::UnknownName, place, format!("there is no {} `{name}`", self.kind))
            .label(suggest::remark(name, &self.names).unwrap_or_else(|| "not defined".to_owned()))
            .help(help);
        Err(notes.add(note))
    }

    /// The names of a list, each one there and none twice.
    pub(super) fn each<T>(
        &self,
        list: &List<T>,
        name: impl Fn(&T) -> &Name,
        notes: &mut Notes,
    ) -> Result<Vec<Name>, Noted> {
        let mut names: Vec<Name> = Vec::new();
        let mut broken = Ok(());
        for item in list.items() {
            let found = item.as_ref().map_err(|noted| *noted).and_then(|item| {
                let found = self.find(name(&item.value), item.place, notes)?;
                if names.contains(&found) {
                    let message = format!("{} `{found}` stands twice", self.kind);
                    return Err(notes.add(twice(item.place, message)));
                }
                Ok(found)
            });
            match found {
                Ok(found) => names.push(found),
                Err(noted) => broken = Err(noted),
            }
        }
        broken.map(|()| names)
    }
}
