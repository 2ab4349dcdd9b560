//! JSON that is passed on as it is: the input schema of a tool.

use serde_json::{Map, Number, Value as Json};

use super::leaf_schema;
use crate::scenario::decode::{Decode, wrong_type};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};

/// A JSON object of any content.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonObject(Json);

impl JsonObject {
    /// The object itself.
    pub(crate) fn get(&self) -> &Json {
        &self.0
    }
}

impl Decode for JsonObject {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => Ok(JsonObject(json(node))),
            _ => Err(notes
                .add(wrong_type(node, "a JSON object").help("write a JSON Schema: `{ type: object, … }`"))),
        }
    }
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Nothing => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Whole(number) => whole(*number),
        Value::Decimal(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Map(entries) => {
            let entry = |entry: &crate::scenario::node::Entry| (entry.key.value.clone(), json(&entry.value));
            Json::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
    }
}

fn whole(number: i128) -> Json {
    Number::from_i128(number).map_or(Json::Null, Json::Number)
}

leaf_schema!(JsonObject, "JsonObject", { "type": "object" });
