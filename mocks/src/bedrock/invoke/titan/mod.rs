//! The dialects of Amazon's Titan models: texts, and embeddings of texts.

mod embed;
mod text;

pub(super) use embed::{embedding, read as read_embed};
pub(super) use text::{chunks, message, read};
