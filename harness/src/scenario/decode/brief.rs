//! Values with a brief form and a full one.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Decode;
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};

/// What is mostly written in a word or a list, and sometimes with more settings in a map.
#[derive(Debug)]
pub(crate) enum BriefOrFull<B, F> {
    /// A word or a list.
    Brief(B),
    /// A map.
    Full(F),
}

impl<B: Decode, F: Decode> Decode for BriefOrFull<B, F> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => F::decode(node, notes).map(BriefOrFull::Full),
            _ => B::decode(node, notes).map(BriefOrFull::Brief),
        }
    }
}

impl<B: JsonSchema, F: JsonSchema> JsonSchema for BriefOrFull<B, F> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Or{}", B::schema_name(), F::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (brief, full) = (generator.subschema_for::<B>(), generator.subschema_for::<F>());
        json_schema!({ "anyOf": [brief, full] })
    }
}
