//! One call through the AWS SDK, seen attempt by attempt.
//!
//! The SDK is what is under test, so nothing here retries, backs off or parses what the SDK would: it is
//! configured (`sdk`), watched (`observer`), asked (`operation`) and its answers are read as an
//! application reads them (`stream`, `anthropic`).

pub mod anthropic;
pub mod ask;
pub mod converse;
pub mod observer;
pub mod operation;
pub mod policy;
pub mod sdk;
pub mod stream;
