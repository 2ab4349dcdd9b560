//! The Messages dialect of Anthropic's models.

mod events;
mod request;
mod response;
mod tools;
mod turns;

pub(crate) use events::chunks;
pub(crate) use request::read;
pub(crate) use response::message;
