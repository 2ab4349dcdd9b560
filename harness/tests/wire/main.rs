//! The wire client: what it says of the same troubles as the SDK, when it tries again, and that it works over a socket.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod agreement;
mod retries;
mod support;
mod tcp;
