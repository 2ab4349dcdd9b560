//! `prompt:`

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::model::Tokens;
use crate::scenario::decode::{Decode, choice};
use crate::scenario::leaf::{SpreadOf, Text};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};

/// What is said.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Prompt {
    /// This very text, in every request.
    Text(Text),
    /// A generated text of so many tokens, different for every request. `trace`: as many as the trace says that the prompt
    /// had, which a replay does unless told otherwise.
    InputTokens(PromptTokens),
}

choice!(Prompt { text: Text, input_tokens: InputTokens });

/// How long a generated prompt is.
#[derive(Debug)]
pub(crate) enum PromptTokens {
    /// So long.
    Spread(SpreadOf<Tokens>),
    /// As long as the trace says.
    Traced,
}

/// The word for lengths that a trace tells.
pub(crate) const TRACE: &str = "trace";

impl Decode for PromptTokens {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Text(word) if word == TRACE => Ok(PromptTokens::Traced),
            _ => SpreadOf::decode(node, notes).map(PromptTokens::Spread),
        }
    }
}

impl JsonSchema for PromptTokens {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PromptTokens".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let spread = generator.subschema_for::<SpreadOf<Tokens>>();
        json_schema!({ "anyOf": [spread, { "const": TRACE }] })
    }
}
