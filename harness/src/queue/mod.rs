//! What makes a job of a request: settings, a queue that delivers at least once, and the state that keeps its effect at
//! once.
//!
//! What is here knows queues, and not what a job asks: the engine brings the work, and this room the promises around it.

pub mod error;
pub mod mailbox;
pub mod misfortune;
pub mod policy;
pub mod sdk;
pub mod store;

/// The tag of every queue and table that a run has made, whose value is the run's own tag.
const RUN_TAG: &str = "bedload-run";
