//! The judge: what the exchanges say about the client that made them.
//!
//! Three answers, never two: a finding, *clear*, or *insufficient* with the sample that would do. Small exact
//! tests raise findings, because a finding turns a build red; a likelihood only describes what a client
//! looks like. Nothing here needs the client's help: attempts are grouped by the headers that every AWS
//! SDK sends, or else by connection, path and body.
//!
//! | file | what it asks |
//! | --- | --- |
//! | `finding` | the answers themselves, and the codes that `explain` knows |
//! | `codes` | what stands behind each code, for `explain` |
//! | `expect` | what a scenario expects of the client |
//! | `judgement` | all of it together |
//! | `calls`, `fate`, `agent`, `link` | who called, for what, and what came of it |
//! | `questions` | what a client does with failures: `nested`, `storm`, `retry_quota`, `stall`, … a file each |
//! | `expectations`, `held` | what the scenario expects, held against what was seen |
//! | `traffic` | what arrived over time, for the charts |
//! | `context` | what the run knows that the exchanges do not |

pub mod adaptive;
pub mod agent;
mod amplification;
mod answer;
mod backoff;
mod bare_budget;
mod base;
mod broken_stream;
mod bucket;
pub mod calls;
pub mod codes;
mod cohort;
mod connections;
pub mod context;
mod day_quota;
mod decisions;
mod declared;
mod destinations;
mod duplicates;
pub mod expect;
pub mod expectations;
pub mod fate;
pub mod finding;
mod fit;
mod gaps;
mod growth;
mod held;
mod herd;
pub mod identity;
mod jitter;
pub mod judgement;
mod level;
mod likeness;
mod limiter;
mod link;
mod moves;
mod nested;
mod no_retry;
mod non_retryable;
mod policy;
mod profile;
pub mod questions;
mod repeats;
mod reservation;
mod retry_after;
mod retry_quota;
mod shape;
mod shortage;
mod skew;
mod stall;
pub mod statistics;
mod storm;
mod timeout;
pub mod traffic;

#[cfg(test)]
mod play;
#[cfg(test)]
mod testing;
