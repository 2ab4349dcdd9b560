//! `prompt:`

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::model::Tokens;
use crate::scenario::decode::{BriefOrFull, Decode, List, Optional, Required, Table, choice, record};
use crate::scenario::defaults;
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
    /// One of a file: by its path, or with settings.
    File(BriefOrFull<Text, PromptFile>),
    /// A text with places that each request fills in its own way: `{{id}}`, `{{uuid}}`, `{{number 1 100}}`, `{{words 50}}`,
    /// `{{words 20 80}}`, `{{tokens 500}}`, or the name of a variable.
    Template(BriefOrFull<Text, Template>),
}

choice!(Prompt { text: Text, input_tokens: InputTokens, file: File, template: Template });

/// Prompts of a file: one on each line, as text, or as JSON if its name ends in `.jsonl`. Request number `n` of the run says
/// the `n`-th, and round again.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct PromptFile {
    /// The path, looked up from the folder of the scenario.
    pub path: Required<Text>,
    /// The key of the prompt in a line of JSON.
    #[schemars(extend("default" = defaults::PROMPT_FIELD))]
    pub field: Optional<Text>,
    /// In which order they are said.
    #[schemars(extend("default" = "in_turn"))]
    pub order: Optional<PromptOrder>,
    /// Whether a prompt that comes again begins with the number of its round, from 2 on, so that no cache has seen it.
    #[schemars(extend("default" = defaults::DISTINCT))]
    pub distinct: Optional<bool>,
}

record!(PromptFile { path, field, order, distinct });

/// The order of the prompts of a file.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum PromptOrder {
    /// That of the file.
    InTurn,
    /// One that is drawn once.
    Shuffled,
}

choice!(PromptOrder: "an order of prompts" { in_turn: InTurn, shuffled: Shuffled });

/// A template with its variables.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Template {
    /// The text.
    pub text: Required<Text>,
    /// The texts of each variable. A request draws one of them.
    pub vars: Optional<Table<List<Text>>>,
    /// Whether every prompt must differ, which `{{id}}` or `{{uuid}}` sees to.
    #[schemars(extend("default" = defaults::DISTINCT))]
    pub distinct: Optional<bool>,
}

record!(Template { text, vars, distinct });

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
