//! What makes a job of a request: at-least-once delivery, and the state that keeps its effect at once.

pub mod store;
