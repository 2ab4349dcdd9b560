//! Amazon Bedrock Runtime: four operations and the count of their tokens, each model with a behaviour of its own.
//!
//! A request becomes a [`Question`] by its path alone, which is all that the faults need to know. Only
//! then is the body read, in the words of Converse or of the model's own dialect, into a
//! [`prompt::Prompt`]; the behaviour makes an [`answer::Answer`] of it, and the same words tell it.

pub(crate) mod answer;
pub(crate) mod behaviour;
mod converse;
mod count_tokens;
pub(crate) mod errors;
mod event_stream;
pub(crate) mod exception;
mod invoke;
pub(crate) mod model;
mod operation;
pub(crate) mod prompt;
mod text;
pub(crate) mod tokens;

use http::request::Parts;

use crate::chance::Chance;
use crate::error::ServiceError;
use crate::reply::Reply;
use answer::Answer;
use invoke::Dialect;
use model::ModelSpec;
use operation::Operation;
use prompt::Prompt;

/// The models of a cloud, and what may be asked of them.
pub(crate) struct Bedrock {
    models: Vec<ModelSpec>,
}

impl Bedrock {
    /// A Bedrock that serves these models.
    pub(crate) fn new(models: Vec<ModelSpec>) -> Self {
        Bedrock { models }
    }

    /// What a request asks of which model, by its method and path.
    pub(crate) fn question(&self, head: &Parts) -> Result<Question<'_>, ServiceError> {
        let (operation, model_id) =
            operation::parse(&head.method, head.uri.path()).ok_or_else(errors::unknown_operation)?;
        let model = model::resolve(&self.models, &model_id);
        Ok(Question { operation, model_id, model })
    }
}

/// An operation asked of a model.
pub(crate) struct Question<'a> {
    /// The operation.
    pub operation: Operation,
    /// The model's id as asked for, decoded.
    pub model_id: String,
    /// The model that it means; none if the cloud has no such model.
    pub model: Option<&'a ModelSpec>,
}

impl Question<'_> {
    /// The answer to this question with this body.
    pub(crate) fn answer(&self, body: &[u8], chance: Chance) -> Result<Reply, ServiceError> {
        let model = self.model.ok_or_else(errors::unknown_model)?;
        let answer_to = |prompt: Prompt| Answer::to(prompt, model.behaviour(), chance);
        match self.operation {
            Operation::Converse => converse::prompt(body).map(answer_to).map(converse::whole),
            Operation::ConverseStream => converse::prompt(body).map(answer_to).map(converse::stream),
            Operation::InvokeModel => {
                let dialect = Dialect::of(model)?;
                let answer = answer_to(dialect.prompt(body)?);
                Ok(invoke::whole(dialect, model, answer))
            }
            Operation::InvokeModelWithResponseStream => {
                let dialect = Dialect::of(model)?;
                let answer = answer_to(dialect.prompt(body)?);
                Ok(invoke::stream(dialect, model, answer))
            }
            Operation::CountTokens => count_tokens::answer(model, body),
        }
    }
}
