//! The cloud from outside, through both of its doors.

mod answers;
mod common;
mod determinism;
mod ledger;
mod pacing;
mod plant;
mod quotas;
mod regions;
mod wire;
