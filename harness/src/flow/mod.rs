//! What one request of a flow does, from its due time to its record.

pub mod prompt;
pub mod request;
