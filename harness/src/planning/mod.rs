//! Planning: which levels of load are tried, and what a scenario looks like at one of them.
//!
//! All of it decides and nothing acts: a [`Search`] is told what came of its probes and says which come next, a [`Question`] says
//! by which changes a scenario becomes one step of the search. So a search is tested against a truth that is known, without a
//! run, and each step is a scenario that can be run by itself.

mod aws_ramp;
mod question;
mod search;
mod vary;

pub use aws_ramp::AwsRamp;
pub use question::{Pace, Question, Trouble, Unplannable};
pub use search::{Probe, Range, Search};
pub use vary::{Vary, VaryError, combinations};
