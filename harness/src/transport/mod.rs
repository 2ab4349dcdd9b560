//! The doors to a cloud: in memory, over TCP, or to AWS. Above them the same code runs.

pub mod memory;
pub mod network;

/// The header under which the in-memory door hands on the name of the fault that struck an exchange.
/// It never crosses a socket.
pub const FAULT_HEADER: &str = "x-bedload-fault";
