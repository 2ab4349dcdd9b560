//! The cloud from outside, through both of its doors.

mod admin;
mod answers;
mod clients;
mod async_invoke;
mod common;
mod cuts;
mod determinism;
mod front_end;
mod ledger;
mod pacing;
mod wire;
