//! The cloud from outside, through both of its doors.

mod admin;
mod answers;
mod clients;
mod common;
mod cuts;
mod determinism;
mod ledger;
mod pacing;
mod wire;
