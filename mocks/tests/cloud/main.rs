//! The cloud from outside, through both of its doors.

mod answers;
mod async_invoke;
mod common;
mod determinism;
mod front_end;
mod ledger;
mod pacing;
mod wire;
