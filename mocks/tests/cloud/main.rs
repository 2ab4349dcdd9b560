//! The cloud from outside, through both of its doors.

mod admin;
mod answers;
mod async_invoke;
mod clients;
mod common;
mod conversation;
mod cuts;
mod determinism;
mod dialects;
mod dynamodb;
mod faults;
mod front_end;
mod ledger;
mod pacing;
mod plant;
mod quotas;
mod regions;
mod slots;
mod sqs;
mod wire;
