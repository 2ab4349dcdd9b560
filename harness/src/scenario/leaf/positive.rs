//! More than nothing.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::scenario::decode::{Leaf, Slip, Word};

/// A leaf that is not zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Positive<T>(T);

/// What can be zero.
pub(crate) trait MaybeZero {
    /// Whether it is.
    fn is_zero(&self) -> bool;
}

impl<T: Copy> Positive<T> {
    /// The leaf itself.
    pub(crate) fn get(&self) -> T {
        self.0
    }
}

impl<T: Leaf + MaybeZero> Leaf for Positive<T> {
    fn shape() -> String {
        T::shape()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let leaf = T::read(word)?;
        if leaf.is_zero() {
            return Err(Slip::Range("it must be more than zero".to_owned()));
        }
        Ok(Positive(leaf))
    }
}

impl<T: JsonSchema> JsonSchema for Positive<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
