//! Titan Embeddings: a text in, a vector out.
//!
//! Source: AWS's guide of Bedrock, on the parameters of Amazon Titan Embeddings Text. The vectors are those
//! of [`crate::bedrock::embedding`], with the dimensions that the model has unless told otherwise: 1,536 of
//! the first version, 1,024 of the second. Another number is refused here, while the second version of the
//! real model makes vectors of 256 and 512 too.

use std::num::NonZeroU32;

use serde_json::{Value, json};

use super::super::schema::Body;
use crate::bedrock::ask::Ask;
use crate::bedrock::embedding;
use crate::bedrock::errors;
use crate::bedrock::model::ModelSpec;
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// A vector takes as long as a first token.
const ONE_TOKEN: NonZeroU32 = NonZeroU32::MIN;

/// What a request's body asks: the text stands as what was last said.
pub(crate) fn read(model: &ModelSpec, body: &[u8]) -> Result<Ask, ServiceError> {
    let mut body = Body::read(body)?.knows(&["inputText", "dimensions", "normalize", "embeddingTypes"]);
    let text = body.text("inputText");
    let asked = body.whole("dimensions", u32::MAX);
    body.checked(None)?;
    let dimensions = dimensions(model);
    if asked.is_some_and(|asked| asked.get() as usize != dimensions) {
        let told = format!("This cloud's {} makes vectors of {dimensions} dimensions only.", model.id());
        return Err(errors::validation(told));
    }
    let prompt_tokens = tokens::estimate(text.chars().count());
    Ok(Ask { prompt_tokens, max_tokens: Some(ONE_TOKEN), last_said: text, ..Ask::default() })
}

/// The whole answer.
pub(crate) fn embedding(model: &ModelSpec, ask: &Ask) -> Value {
    let vector = embedding::of(&ask.last_said, dimensions(model));
    let mut body = json!({ "embedding": vector, "inputTextTokenCount": ask.prompt_tokens });
    if is_second(model) {
        body["embeddingsByType"] = json!({ "float": vector });
    }
    body
}

fn dimensions(model: &ModelSpec) -> usize {
    if is_second(model) { 1024 } else { 1536 }
}

fn is_second(model: &ModelSpec) -> bool {
    model.bare_id().starts_with("amazon.titan-embed-text-v2")
}
