//! Maps whose keys are names, and lists.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Decode, Optional, wrong_type};
use crate::scenario::leaf::Name;
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::place::At;

/// Things by their names, in the order of the file. A broken row does not break the table.
#[derive(Debug)]
pub(crate) struct Table<T>(Vec<Row<T>>);

/// One thing and its name.
#[derive(Debug)]
pub(crate) struct Row<T> {
    /// The name. It counts as known even where it is ill-formed or the value is broken.
    pub name: At<Name>,
    /// The thing.
    pub value: Result<At<T>, Noted>,
}

/// Things in order. A broken item does not break the list.
#[derive(Debug)]
pub(crate) struct List<T>(Vec<Result<At<T>, Noted>>);

impl<T> Table<T> {
    /// The rows.
    pub(crate) fn rows(&self) -> &[Row<T>] {
        &self.0
    }
}

impl<T> List<T> {
    /// The items.
    pub(crate) fn items(&self) -> &[Result<At<T>, Noted>] {
        &self.0
    }

    /// The items that could be read.
    pub(crate) fn good(&self) -> impl Iterator<Item = &At<T>> {
        self.0.iter().flatten()
    }
}

impl<T> Optional<List<T>> {
    /// The items that could be read, of a list that may be left out.
    pub(crate) fn good(&self) -> impl Iterator<Item = &At<T>> {
        self.value().ok().flatten().into_iter().flat_map(List::good)
    }
}

impl<T: Decode> Decode for Table<T> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        let Value::Map(entries) = &node.value else {
            return Err(
                notes.add(wrong_type(node, "a map from names").help("write `name: …` on lines of their own"))
            );
        };
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let well_named = Name::check(&entry.key, notes);
            let value = T::decode(&entry.value, notes);
            rows.push(Row {
                name: entry.key.with(Name::of(&entry.key.value)),
                value: well_named.and(value).map(|value| At { value, place: entry.value.place }),
            });
        }
        Ok(Table(rows))
    }
}

impl<T: Decode> Decode for List<T> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        let Value::List(items) = &node.value else {
            return Err(
                notes.add(wrong_type(node, "a list").help("write `[ … ]`, or `- …` on lines of their own"))
            );
        };
        let read = |item: &Node| Ok(At { value: T::decode(item, notes)?, place: item.place });
        Ok(List(items.iter().map(read).collect()))
    }
}

impl<T: JsonSchema> JsonSchema for Table<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("TableOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": { "pattern": Name::PATTERN },
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>() })
    }
}
