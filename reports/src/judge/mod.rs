//! The judge: what the exchanges say about the client that made them.
//!
//! Three answers, never two: a finding, *clear*, or *insufficient* with the sample that would do. Small exact
//! tests raise findings, because a finding turns a build red; a likelihood only describes what a client
//! looks like. Nothing here needs the client's help: attempts are grouped by the headers that every AWS
//! SDK sends, or else by connection, path and body.
//!
//! ```text
//! exchanges ─▶ calls ─┬─▶ gaps ─▶ timing ─▶ answers, waits, what it looks like
//!                     └─▶ the other questions ─▶ answers
//! ```
//!
//! | file | what it asks |
//! | --- | --- |
//! | `finding` | the answers themselves, and the codes that `explain` knows |
//! | `codes` | what stands behind each code, for `explain` |
//! | `expect` | what a scenario expects of the client |
//! | `judgement`, `portrait`, `waits`, `traffic` | all of it together |
//! | `context` | what the run knows that the exchanges do not |
//! | `calls`, `fate`, `agent`, `link` | who called, for what, and what came of it |
//! | `gaps` | the waits before retries, in cells |
//! | `timing` | all that is asked about waits: |
//! | `backoff`, `jitter`, `growth` | … whether they are, vary and grow |
//! | `declared`, `shape`, `fit` | … whether they are what the scenario says |
//! | `likeness`, `policy`, `base` | … which policy they look like |
//! | `questions` | all else that a client does with failures, a file each: |
//! | `nested`, `cohort`, `amplification`, `storm` | … how many attempts one wish becomes, and for how long |
//! | `non_retryable`, `no_retry`, `retry_quota`, `bare_budget` | … what is retried and what is not |
//! | `retry_after`, `stall`, `broken_stream` | … what the service says, and silent and broken streams |
//! | `destinations`, `duplicates`, `reservation`, `connections`, `skew`, `adaptive` | … and the rest |
//! | `repeats`, `moves`, `decisions`, `bucket`, `limiter`, `timeout` | what these rest on |
//! | `identity`, `profile` | which policy a client has by default, and what it waits |
//! | `expectations`, `held` | what the scenario expects, held against what was seen |
//! | `herd` | whether many calls come back at one instant |
//! | `statistics`, `level`, `shortage` | the tests, how often they may be wrong, and what they lack |

mod adaptive;
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
mod expectations;
pub mod fate;
pub mod finding;
mod fit;
mod gaps;
mod growth;
mod held;
mod herd;
mod identity;
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
mod portrait;
mod profile;
mod questions;
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
mod timing;
pub mod traffic;
mod waits;

#[cfg(test)]
mod play;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use crate::exchange::Exchange;
use calls::{Calls, calls};
use context::Context;
use finding::{Answer, Ruling};
use judgement::Judgement;

/// The most exchanges that are judged, some 200 MB of them: the first ones, since a run's beginning is a
/// fair sample of its calls and cuts none of them but the last.
pub const MOST_EXCHANGES: usize = 200_000;

/// The questions that are put to calls and answered by themselves.
const QUESTIONS: [fn(&Calls<'_>, &Context) -> Vec<Answer>; 2] = [herd::ask, questions::ask];

/// Judges the clients of a run by its exchanges, in any order.
pub fn judge(exchanges: impl IntoIterator<Item = Exchange>, context: &Context) -> Judgement {
    // Queues and stores are refused for reasons of their own, such as a condition that does not hold.
    let of_models = exchanges.into_iter().filter(Exchange::is_of_bedrock);
    judge_first(MOST_EXCHANGES, of_models, context)
}

fn judge_first(most: usize, mut exchanges: impl Iterator<Item = Exchange>, context: &Context) -> Judgement {
    let mut judged: Vec<Exchange> = exchanges.by_ref().take(most).collect();
    let left_out = exchanges.count() as u64;
    judged.sort_by_key(|exchange| (exchange.at, exchange.number));
    let context = &cut(context, &judged, left_out);
    let calls = calls(&judged, &context.clients);
    let timed = timing::ask(&calls, context);
    let asked = QUESTIONS.iter().flat_map(|ask| ask(&calls, context));
    let mut answers: Vec<Answer> = timed.iter().flat_map(timing::Timed::answers).chain(asked).collect();
    rank(&mut answers, &calls);
    let backoff = context.expect.as_ref().and_then(|expect| expect.backoff);
    Judgement {
        clients: calls.clients.iter().map(|client| portrait::portrait(client, &timed)).collect(),
        expectations: expectations::expectations(&calls, context, &answers),
        answers,
        waits: timed.iter().flat_map(|timed| waits::waits(timed, backoff)).collect(),
        traffic: traffic::slices(&calls, context.end),
        exchanges: judged.len() as u64,
        left_out,
    }
}

/// The context of what is judged: where exchanges are left out, the record ends with the last that is not.
fn cut(context: &Context, judged: &[Exchange], left_out: u64) -> Context {
    let last = judged.iter().map(|exchange| exchange.done).max().unwrap_or_default();
    let end = if left_out > 0 { context.end.min(last) } else { context.end };
    Context { end, ..context.clone() }
}

/// Findings first, gravest first; then what is clear, then what the sample cannot tell. Those alike stand by
/// client, then in the order of the questions.
fn rank(answers: &mut [Answer], calls: &Calls<'_>) {
    let gravity = |ruling: &Ruling| match ruling {
        Ruling::Found(finding) => (0, Some(finding.severity)),
        Ruling::Clear { .. } => (1, None),
        Ruling::Insufficient { .. } => (2, None),
    };
    let place = |answer: &Answer| calls.clients.iter().position(|client| client.name == answer.client);
    answers.sort_by_cached_key(|answer| {
        (gravity(&answer.ruling), place(answer).unwrap_or(usize::MAX), answer.code, answer.class)
    });
}
