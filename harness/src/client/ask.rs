//! What a call asks of a model, in no dialect yet.

use serde_json::Value;

/// One request's content, ready to be put into any of the four operations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ask {
    /// The conversation; begins and ends with the user.
    pub messages: Vec<Message>,
    /// The system prompt.
    pub system: Option<String>,
    /// The most tokens that may be written; the service's own limit without it. Bodies of Anthropic Messages need it.
    pub max_tokens: Option<u32>,
    /// Sampling temperature.
    pub temperature: Option<f32>,
    /// Nucleus sampling.
    pub top_p: Option<f32>,
    /// Texts that end the answer.
    pub stop_sequences: Vec<String>,
    /// Tools that the model may call.
    pub tools: Vec<Tool>,
    /// What makes a repeated start of an asynchronous invocation harmless.
    pub token: Option<String>,
    /// Whether a mark behind the system prompt asks for everything up to it to be cached, where the dialect has one.
    pub cache_system: bool,
    /// How long a mock is told to make its answer; models write what they write.
    pub answer_tokens: Option<u32>,
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whose turn it is.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The caller.
    User,
    /// The model.
    Assistant,
}

/// A tool that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does, for the model to read.
    pub description: Option<String>,
    /// The JSON Schema of its input; an object.
    pub input_schema: Value,
}
