//! What one request of a flow does, from its due time to its record.
//!
//! `request` sends it through the gateway and makes the record; `journey` takes it along the course that
//! `resilience::course` lays out, with `flight` for a call under way, `passage` for the breakers and `limit` for the
//! client's own rate limit; `client_state` is what all requests of a client share.

pub mod client_state;
mod filler;
mod flight;
mod journey;
mod limit;
mod outcome;
mod passage;
mod piece;
pub mod prompt;
pub mod request;
mod story;
pub mod template;
