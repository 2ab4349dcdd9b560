//! What the services of the AWS JSON 1.0 protocol have in common.
//!
//! Every operation is a POST of a JSON object whose `x-amz-target` names it, and every answer is a JSON
//! object. An error has its code in the body's `__type`, behind a namespace that every SDK cuts off, and
//! a client's own mistake is 400 whatever it is. What differs between services is data: [`Dialect`].

mod dialect;
mod operations;
mod target;

use std::time::Duration;

use serde_json::Value;

use crate::reply::{Content, Reply};

pub(crate) use dialect::{Dialect, Word};
pub(crate) use operations::operations;
pub(crate) use target::Target;

/// The type of every body.
pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// An answer that is there `after` this time.
pub(crate) fn answer(body: &Value, after: Duration) -> Reply {
    Reply::unpaid(CONTENT_TYPE, Content::Whole { after, bytes: body.to_string().into() })
}
