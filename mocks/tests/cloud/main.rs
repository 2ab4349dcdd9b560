//! The cloud from outside, through both of its doors.

mod answers;
mod common;
mod determinism;
mod faults;
mod ledger;
mod pacing;
mod wire;
