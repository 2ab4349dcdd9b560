//! What stands under one key of a map.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Decode;
use crate::scenario::code::Code;
use crate::scenario::node::Node;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// A key that must be there. Where it is missing or broken, that is already noted.
#[derive(Debug)]
pub(crate) struct Required<T>(Result<At<T>, Noted>);

/// A key that may be left out. A broken value is not an absent one: nothing follows from it.
#[derive(Debug)]
pub(crate) struct Optional<T>(Option<Result<At<T>, Noted>>);

/// A field of a [`record!`](super::record): it knows what to make of an absent key.
pub(crate) trait Field: Sized {
    /// Reads the value.
    fn given(value: &Node, notes: &mut Notes) -> Self;
    /// The owner has no such key.
    fn absent(owner: &Node, key: &str, notes: &mut Notes) -> Self;
}

impl<T> Required<T> {
    /// The value with its place.
    pub(crate) fn get(&self) -> Result<&At<T>, Noted> {
        self.0.as_ref().map_err(|noted| *noted)
    }

    /// The value alone.
    pub(crate) fn value(&self) -> Result<&T, Noted> {
        self.get().map(|at| &at.value)
    }
}

impl<T> Optional<T> {
    /// The value with its place, if the key is there.
    pub(crate) fn get(&self) -> Result<Option<&At<T>>, Noted> {
        self.0.as_ref().map(|given| given.as_ref().map_err(|noted| *noted)).transpose()
    }

    /// The value alone, if the key is there.
    pub(crate) fn value(&self) -> Result<Option<&T>, Noted> {
        Ok(self.get()?.map(|at| &at.value))
    }

    /// The value, made into what the plan keeps, or a default.
    pub(crate) fn map_or<U>(&self, default: U, make: impl FnOnce(&T) -> U) -> Result<U, Noted> {
        Ok(self.value()?.map_or(default, make))
    }

    /// Whether the key is there, with whatever value.
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }
}

fn read<T: Decode>(node: &Node, notes: &mut Notes) -> Result<At<T>, Noted> {
    Ok(At { value: T::decode(node, notes)?, place: node.place })
}

impl<T: Decode> Field for Required<T> {
    fn given(value: &Node, notes: &mut Notes) -> Self {
        Required(read(value, notes))
    }

    fn absent(owner: &Node, key: &str, notes: &mut Notes) -> Self {
        let note = Note::new(Code::MissingKey, owner.place, format!("missing key `{key}`"))
            .label(format!("`{key}` is missing here"))
            .help(format!("add `{key}: …`; `bedload schema` describes it"));
        Required(Err(notes.add(note)))
    }
}

impl<T: Decode> Field for Optional<T> {
    fn given(value: &Node, notes: &mut Notes) -> Self {
        Optional(Some(read(value, notes)))
    }

    fn absent(_: &Node, _: &str, _: &mut Notes) -> Self {
        Optional(None)
    }
}

impl<T: JsonSchema> JsonSchema for Required<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The mark by which the schema tells optional keys apart; it is gone from the finished schema.
pub(crate) const OPTIONAL: &str = "x-optional";

impl<T: JsonSchema> JsonSchema for Optional<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = generator.subschema_for::<T>();
        schema.insert(OPTIONAL.to_owned(), true.into());
        schema
    }
}
