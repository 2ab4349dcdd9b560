//! One call, seen attempt by attempt: through the AWS SDK, or through a wire client (`wire`) where the load alone matters.
//!
//! The SDK is what is under test, so nothing here retries, backs off or parses what the SDK would: it is
//! configured (`sdk`), watched (`observer`), asked (`operation`) and its answers are read as an
//! application reads them (`stream`, `dialect`). What is known of a call stands outside of the call (`sight`), so that
//! one which is given up can still be told.

pub mod ask;
pub mod async_invoke;
pub mod attempts;
pub mod converse;
pub mod dialect;
pub mod event;
pub mod observer;
pub mod operation;
pub mod policy;
pub mod sdk;
pub mod sight;
pub mod stack;
pub mod stream;
pub mod tokens;
pub mod wire;
