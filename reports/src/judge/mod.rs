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
//! | `context` | what the run knows that the exchanges do not |

pub mod agent;
pub mod calls;
pub mod codes;
pub mod context;
pub mod expect;
pub mod fate;
pub mod finding;
pub mod judgement;
mod link;
