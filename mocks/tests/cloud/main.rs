//! The cloud from outside, through both of its doors.

mod answers;
mod common;
mod conversation;
mod determinism;
mod ledger;
mod pacing;
mod wire;
