//! One thing, or a list of them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::scenario::decode::{Decode, List};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::place::At;

/// Things that may be written without a list where there is but one.
#[derive(Debug)]
pub(crate) struct OneOrMany<T>(Vec<Result<At<T>, Noted>>);

impl<T> OneOrMany<T> {
    /// The things.
    pub(crate) fn items(&self) -> &[Result<At<T>, Noted>] {
        &self.0
    }
}

impl<T: Decode> Decode for OneOrMany<T> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        let Value::List(items) = &node.value else {
            let one = T::decode(node, notes)?;
            return Ok(OneOrMany(vec![Ok(At { value: one, place: node.place })]));
        };
        let read = |item: &Node| Ok(At { value: T::decode(item, notes)?, place: item.place });
        Ok(OneOrMany(items.iter().map(read).collect()))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (one, many) = (generator.subschema_for::<T>(), generator.subschema_for::<List<T>>());
        json_schema!({ "anyOf": [one, many] })
    }
}
