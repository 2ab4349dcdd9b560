//! Converse and ConverseStream: the dialect common to all models.
//!
//! | file | what it knows |
//! | --- | --- |
//! | `request` | the members of a request, and what it asks |
//! | `blocks`, `tools` | what the service model says of content blocks and tools |
//! | `turns` | the rules of a conversation |
//! | `response`, `events` | the answer, whole and streamed |
//! | `extras` | what stands beside it: usage, metrics, tier, trace |

mod blocks;
mod events;
mod extras;
mod request;
mod response;
mod tools;
mod turns;

pub(crate) use events::stream;
pub(crate) use request::read;
pub(crate) use response::whole;

use super::base62;

/// The characters after `tooluse_` in the id of a tool's call.
const TOOL_USE_ID_LENGTH: usize = 22;

fn tool_use_id(id: u128) -> String {
    format!("tooluse_{}", base62::digits(id, TOOL_USE_ID_LENGTH))
}
