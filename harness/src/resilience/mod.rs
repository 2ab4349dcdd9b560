//! What a client does when the SDK has given up: states and decisions, no I/O and no clock.

pub mod policy;
pub mod route;
