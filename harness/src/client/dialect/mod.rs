//! Bodies of InvokeModel: each family of models in its own words, written and read.
//!
//! Converse speaks to every model alike; a client that calls InvokeModel, and falls back from one family to another,
//! has to say the same thing in another dialect. What a dialect has no words for (tools, for a model that only completes
//! texts) is not left out in silence: the call cannot be made, as it could not by any other client. Bedrock itself adds
//! its measurements to the last chunk of every stream, and its counts to the headers of every whole answer.

mod anthropic;
mod cohere;
mod llama;
mod mistral;
mod nova;
mod titan;
mod transcript;

use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::event::Event;

/// The request and response format of a family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Anthropic's Messages API.
    Anthropic,
    /// Amazon Nova's `messages-v1`.
    Nova,
    /// Amazon Titan's texts.
    Titan,
    /// Meta's Llama, up to its third generation.
    Llama3,
    /// Meta's Llama, from its fourth generation.
    Llama4,
    /// Mistral AI's completion of a text.
    MistralText,
    /// Mistral AI's conversation.
    MistralChat,
    /// Cohere's Command.
    Command,
    /// Cohere's Command R.
    CommandR,
}

/// Families by the beginning of their bare ids; the first that fits. Models of Amazon's that draw, film or listen are none.
const FAMILIES: [(&str, Dialect); 17] = [
    ("anthropic.", Dialect::Anthropic),
    ("amazon.nova-micro", Dialect::Nova),
    ("amazon.nova-lite", Dialect::Nova),
    ("amazon.nova-pro", Dialect::Nova),
    ("amazon.nova-premier", Dialect::Nova),
    ("amazon.nova-2-lite", Dialect::Nova),
    ("amazon.nova-2-pro", Dialect::Nova),
    ("amazon.titan-text", Dialect::Titan),
    ("amazon.titan-tg1", Dialect::Titan),
    ("meta.llama4", Dialect::Llama4),
    ("meta.llama", Dialect::Llama3),
    ("mistral.mistral-7b-instruct", Dialect::MistralText),
    ("mistral.mixtral-8x7b-instruct", Dialect::MistralText),
    ("mistral.mistral-small-2402", Dialect::MistralText),
    ("mistral.", Dialect::MistralChat),
    ("cohere.command-r", Dialect::CommandR),
    ("cohere.command", Dialect::Command),
];

/// What an ask says that a dialect has no words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {dialect:?} dialect has no words for {what}")]
pub struct Unsayable {
    dialect: Dialect,
    what: &'static str,
}

/// Why an answer, or a chunk of one, was not understood.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not the JSON that the dialect has.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Something is not there.
    #[error("the answer has no {0}")]
    Missing(&'static str),
}

/// What is read of a whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Why the model stopped, in the family's own word.
    pub stop_reason: String,
    /// Tokens read by the model, where the body tells.
    pub input: Option<u64>,
    /// Tokens written by the model, where the body tells.
    pub output: Option<u64>,
}

impl Dialect {
    /// The dialect of the model with this id: bare, behind a profile's prefix, or in the ARN of either. None for a family
    /// that is not spoken here, and for an ARN that does not tell the model.
    pub fn of(model_id: &str) -> Option<Self> {
        let id = model_id.rsplit('/').next().unwrap_or(model_id);
        let family =
            |id: &str| FAMILIES.iter().find(|(begin, _)| id.starts_with(begin)).map(|(_, dialect)| *dialect);
        family(id).or_else(|| family(id.split_once('.')?.1))
    }

    /// The body of a request.
    ///
    /// # Errors
    /// The ask says what this dialect has no words for.
    pub fn body(self, ask: &Ask) -> Result<Vec<u8>, Unsayable> {
        let body = match self {
            Dialect::Anthropic => return self.written(&anthropic::body(ask)),
            Dialect::Nova => nova::body(ask),
            Dialect::Titan => titan::body(self.without_tools(ask)?),
            Dialect::Llama3 => llama::body(self.without_stops(ask)?, &llama::LLAMA_3),
            Dialect::Llama4 => llama::body(self.without_stops(ask)?, &llama::LLAMA_4),
            Dialect::MistralText => mistral::text_body(self.without_tools(ask)?),
            Dialect::MistralChat => mistral::chat_body(ask),
            Dialect::Command => cohere::body(self.without_tools(ask)?),
            Dialect::CommandR => cohere::body_r(ask),
        };
        self.written(&body)
    }

    /// Reads a whole answer.
    ///
    /// # Errors
    /// It is not one of this dialect.
    pub fn answer(self, body: &[u8]) -> Result<Answer, Unreadable> {
        match self {
            Dialect::Anthropic => anthropic::answer(body),
            Dialect::Nova => nova::answer(body),
            Dialect::Titan => titan::answer(body),
            Dialect::Llama3 | Dialect::Llama4 => llama::answer(body),
            Dialect::MistralText => mistral::text_answer(body),
            Dialect::MistralChat => mistral::chat_answer(body),
            Dialect::Command => cohere::answer(body),
            Dialect::CommandR => cohere::answer_r(body),
        }
    }

    /// Reads a chunk of a stream. What it says that nobody asked for is passed over.
    ///
    /// # Errors
    /// It is not one of this dialect.
    pub fn chunk(self, bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
        match self {
            Dialect::Anthropic => anthropic::chunk(bytes),
            Dialect::Nova => nova::chunk(bytes),
            Dialect::Titan => titan::chunk(bytes),
            Dialect::Llama3 | Dialect::Llama4 => llama::chunk(bytes),
            Dialect::MistralText => mistral::text_chunk(bytes),
            Dialect::MistralChat => mistral::chat_chunk(bytes),
            Dialect::Command | Dialect::CommandR => cohere::chunk(bytes),
        }
    }

    fn written(self, body: &impl Serialize) -> Result<Vec<u8>, Unsayable> {
        serde_json::to_vec(body).map_err(|_| Unsayable { dialect: self, what: "what JSON cannot hold" })
    }

    fn without_tools(self, ask: &Ask) -> Result<&Ask, Unsayable> {
        if ask.tools.is_empty() { Ok(ask) } else { Err(Unsayable { dialect: self, what: "tools" }) }
    }

    fn without_stops(self, ask: &Ask) -> Result<&Ask, Unsayable> {
        let ask = self.without_tools(ask)?;
        if ask.stop_sequences.is_empty() {
            Ok(ask)
        } else {
            Err(Unsayable { dialect: self, what: "stop sequences" })
        }
    }
}

/// Bedrock's own measurements, in the last chunk of a stream.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    input_token_count: u64,
    cache_read_input_token_count: Option<u64>,
    cache_write_input_token_count: Option<u64>,
    output_token_count: u64,
}

impl Metrics {
    /// What they say. A stream that has brought them is whole.
    fn events(self) -> [Event; 3] {
        let cached = [self.cache_read_input_token_count, self.cache_write_input_token_count];
        let input = self.input_token_count + cached.into_iter().flatten().sum::<u64>();
        [Event::Input(input), Event::Output(self.output_token_count), Event::Close]
    }
}

/// The meaning of a chunk, in the order in which it is read: content, why it stopped, what it counted.
fn events(
    content: Option<Event>,
    stopped: Option<String>,
    counted: impl IntoIterator<Item = Event>,
    metrics: Option<Metrics>,
) -> Vec<Event> {
    let metrics = metrics.into_iter().flat_map(Metrics::events);
    content.into_iter().chain(stopped.map(Event::Stopped)).chain(counted).chain(metrics).collect()
}

#[cfg(test)]
mod tests;
