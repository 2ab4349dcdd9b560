//! What each request says, where the scenario does not write it out.

use std::io;
use std::sync::Arc;

use bedload_reports::record::Name;
use serde_json::Value;

use crate::flow::template::{Template, Variable};
use crate::scenario::code::Code;
use crate::scenario::decode::BriefOrFull;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::input::{Flaws, Held, Inputs, each_line, json_object};
use crate::scenario::leaf::Text;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;
use crate::scenario::suggest;

/// The most prompts of a file.
const MOST_PROMPTS: usize = 10_000_000;

/// Prompts of a file.
#[derive(Clone, PartialEq)]
pub struct PromptFile {
    /// Its path, as the scenario has it.
    pub path: Name,
    /// The key of the prompt in a line of JSON.
    pub field: Name,
    /// Whether they come in an order that is drawn.
    pub shuffled: bool,
    /// Whether a prompt that comes again tells its round.
    pub distinct: bool,
    held: Held<Arc<[String]>>,
}

/// Prompts from a template.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptTemplate {
    /// The text.
    pub text: Name,
    /// The texts of each variable.
    pub variables: Vec<Variable>,
    /// Whether every prompt must differ.
    pub distinct: bool,
    /// The text, understood.
    pub template: Template,
}

impl PromptFile {
    /// The prompts, in the order of the file.
    pub fn texts(&self) -> &Arc<[String]> {
        &self.held.content
    }

    /// The digest of the file.
    pub(crate) fn digest(&self) -> &str {
        &self.held.digest
    }

    pub(super) fn build(
        raw: &At<&BriefOrFull<Text, file::PromptFile>>,
        inputs: &Inputs,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let (path, field, order, distinct) = match raw.value {
            BriefOrFull::Brief(path) => (At { value: path, place: raw.place }, None, None, None),
            BriefOrFull::Full(full) => {
                let path = full.path.get()?;
                let path = At { value: &path.value, place: path.place };
                (path, full.field.value()?, full.order.value()?, full.distinct.value()?.copied())
            }
        };
        let field: Name = field.map_or_else(|| defaults::PROMPT_FIELD.into(), |field| field.get().clone());
        let (path, place) = (path.value.get().clone(), path.place);
        let is_json = path.to_ascii_lowercase().ends_with(".jsonl");
        let held = inputs.read(&At { value: &*path, place }, notes, |reader, flaws| {
            texts(reader, is_json.then_some(&*field), flaws)
        })?;
        Ok(PromptFile {
            path,
            field,
            shuffled: matches!(order, Some(file::PromptOrder::Shuffled)),
            distinct: distinct.unwrap_or(defaults::DISTINCT),
            held,
        })
    }
}

impl std::fmt::Debug for PromptFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PromptFile")
            .field("path", &self.path)
            .field("field", &self.field)
            .field("shuffled", &self.shuffled)
            .field("distinct", &self.distinct)
            .field("texts", &self.held.content.len())
            .field("digest", &self.held.digest)
            .finish()
    }
}

/// The prompts of a file: its lines, or what stands under `field` in each of them.
fn texts(reader: &mut dyn io::BufRead, field: Option<&str>, flaws: &mut Flaws) -> io::Result<Arc<[String]>> {
    let mut texts = Vec::new();
    each_line(reader, flaws, |line, text, flaws| {
        match field.map_or(Ok(text.to_owned()), |field| said(text, field)) {
            Ok(text) => texts.push(text),
            Err(cause) => flaws.add(line, cause),
        }
    })?;
    if texts.is_empty() && !flaws.any() {
        flaws.add_of_all("it holds no prompt");
    }
    if texts.len() > MOST_PROMPTS {
        flaws.add_of_all("it holds more than 10 million prompts; cut it");
    }
    Ok(texts.into())
}

fn said(line: &str, field: &str) -> Result<String, String> {
    let object = json_object(line)?;
    match object.get(field) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        Some(_) => Err(format!("`{field}` is not a text that says something")),
        None => Err(format!("there is no `{field}` among {}", suggest::listed(object.keys()))),
    }
}

impl PromptTemplate {
    pub(super) fn build(
        raw: &At<&BriefOrFull<Text, file::Template>>,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let (text, variables, distinct) = match raw.value {
            BriefOrFull::Brief(text) => (At { value: text, place: raw.place }, Vec::new(), None),
            BriefOrFull::Full(full) => {
                let text = full.text.get()?;
                let text = At { value: &text.value, place: text.place };
                (text, variables(full, notes)?, full.distinct.value()?.copied())
            }
        };
        let distinct = distinct.unwrap_or(defaults::DISTINCT);
        let named: Vec<Variable> = variables.iter().map(|variable| variable.value.clone()).collect();
        let refused = |code, message: String, help: &str| {
            Note::new(code, text.place, message).label("in this template").help(help)
        };
        let template = Template::parse(text.value.get(), &named).map_err(|error| {
            notes.add(refused(
                Code::Malformed,
                error.to_string(),
                "`bedload schema` lists what stands between `{{` and `}}`",
            ))
        })?;
        if distinct && !template.is_distinct() {
            let message = "a template that may say the same twice".to_owned();
            return Err(notes.add(refused(
                Code::Contradiction,
                message,
                "put `{{id}}` in it, or say `distinct: false`",
            )));
        }
        if let Some(idle) = (0..named.len()).find(|place| !template.uses(*place)) {
            let variable = &variables[idle];
            let message = format!("the template does not use `{}`", variable.value.name);
            let note = Note::new(Code::Contradiction, variable.place, message).label("never said");
            return Err(notes.add(note.help("remove it, or put it in the text")));
        }
        Ok(PromptTemplate { text: text.value.get().clone(), variables: named, distinct, template })
    }
}

/// The variables with their texts, each at the place of its texts.
fn variables(raw: &file::Template, notes: &mut Notes) -> Result<Vec<At<Variable>>, Noted> {
    let rows = raw.vars.value()?.map_or(&[] as &[_], |table| table.rows());
    rows.iter()
        .map(|row| {
            let list = row.value.as_ref().map_err(|noted| *noted)?;
            let texts = super::call::read(&list.value, |text| Ok(text.get().to_string()))?;
            if texts.is_empty() {
                let note =
                    Note::new(Code::OutOfRange, list.place, "a variable without a text").label("empty");
                return Err(notes.add(note.help("give it a text at least")));
            }
            Ok(list.with(Variable { name: row.name.value.get().to_string(), texts }))
        })
        .collect()
}
