//! The doors to a cloud: in memory, over TCP, or to AWS, and the faults in front of any of them. Above them
//! the same code runs.

mod cut;
pub mod http;
pub mod injected;
pub mod memory;
pub mod network;
pub mod wire;
