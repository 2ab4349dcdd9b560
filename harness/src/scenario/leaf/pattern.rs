//! What a prompt must hold: a text, or a match of a regular expression; and regular expressions.

use std::borrow::Cow;
use std::sync::Arc;

use bedload_mocks::faults::PromptMatch;
use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Text;
use crate::scenario::code::Code;
use crate::scenario::decode::{Decode, Fields, Required};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::Place;
use crate::scenario::plan;

/// A regular expression.
#[derive(Clone, Debug)]
pub(crate) struct Expression(Regex);

impl Expression {
    /// The expression itself.
    pub(crate) fn get(&self) -> &Regex {
        &self.0
    }
}

impl Decode for Expression {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        let text = Text::decode(node, notes)?;
        Regex::new(text.get()).map(Expression).map_err(|why| notes.add(no_regex(node.place, &why)))
    }
}

/// What a prompt must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(plan::Pattern);

impl Pattern {
    /// The pattern as the plan keeps it.
    pub(crate) fn get(&self) -> &plan::Pattern {
        &self.0
    }
}

impl Decode for Pattern {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => {
                let fields = Fields::open(node, &["regex"], notes)?;
                let regex: Required<Text> = fields.take("regex", notes);
                let given = regex.get()?;
                let text = given.value.get();
                match PromptMatch::regex(text) {
                    Ok(_) => Ok(Pattern(plan::Pattern::Regex(text.clone()))),
                    Err(why) => Err(notes.add(no_regex(given.place, &why))),
                }
            }
            _ => Text::decode(node, notes).map(|text| Pattern(plan::Pattern::Text(Arc::clone(text.get())))),
        }
    }
}

fn no_regex(place: Place, why: &impl ToString) -> Note {
    // The error draws the expression over several lines; the last one says what is wrong with it.
    let why = why.to_string();
    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").trim();
    Note::new(Code::Malformed, place, format!("not a regular expression: {why}"))
        .label("cannot be read")
        .help("write it as the `regex` crate of Rust reads it, without look-around and back-references; in YAML put it in single quotes")
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "format": "regex" })
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<Text>();
        json_schema!({
            "anyOf": [
                text,
                {
                    "type": "object",
                    "properties": { "regex": text },
                    "required": ["regex"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
