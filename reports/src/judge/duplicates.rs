//! `duplicate-effects`: jobs that were started twice, and tokens that stand for two jobs.
//!
//! A `clientRequestToken` makes it harmless to send a job again. That holds only if one job has one token:
//! drawn anew for a retry it protects nothing, and kept for the next job it hides that job.

use std::collections::BTreeMap;

use super::answer::{Question, counted};
use super::calls::Client;
use super::finding::{Answer, Code, Severity};
use crate::exchange::Exchange;
use crate::units::Nanos;

/// A job is sent again within this time, if it is.
const REACH: Nanos = Nanos::from_secs(35);

/// Whether work was done twice, or might have been.
pub(super) fn ask(client: &Client<'_>) -> Vec<Answer> {
    let question = Question::to(client, Code::DuplicateEffects);
    let exchanges = client.calls.iter().flat_map(|call| call.attempts()).map(|attempt| attempt.exchange);
    let mut jobs: Vec<&Exchange> = exchanges.filter(|exchange| exchange.client_token.is_some()).collect();
    jobs.sort_by_key(|job| job.number);
    if jobs.is_empty() {
        return Vec::new();
    }
    let (shared, twice) = (one_token_for_two(&jobs), two_tokens_for_one(&jobs));
    let answer = if shared.is_empty() && twice.is_empty() {
        let tokens: std::collections::BTreeSet<_> = jobs.iter().map(|job| &job.client_token).collect();
        question.clear(format!(
            "{} with {}: each token stands for one job.",
            counted(jobs.len(), "job was sent", "jobs were sent"),
            counted(tokens.len(), "idempotency token", "idempotency tokens"),
        ))
    } else {
        let mut seen = Vec::new();
        if !shared.is_empty() {
            seen.push(format!(
                "{} with the token of another.",
                counted(shared.len(), "job was sent", "jobs were sent")
            ));
        }
        if !twice.is_empty() {
            seen.push(format!(
                "{} under a new token though the service had accepted one just like it, whose answer was lost: same \
                 model, place and length.",
                counted(twice.len(), "job was sent", "jobs were sent")
            ));
        }
        // Two bodies under one token are a fact; that two jobs are one is as good as their likeness.
        let severity = if shared.is_empty() { Severity::Warning } else { Severity::Error };
        let expected =
            "A retry carries the token of its first attempt, and each job a token of its own.".to_owned();
        question.found(severity, seen.join(" "), expected).shown_by(shared.into_iter().chain(twice))
    };
    vec![answer]
}

/// Exchanges whose token had stood for another body.
fn one_token_for_two(jobs: &[&Exchange]) -> Vec<u64> {
    let mut bodies: BTreeMap<_, _> = BTreeMap::new();
    let mut shared = Vec::new();
    for job in jobs {
        let Some(digest) = &job.body_digest else { continue };
        if *bodies.entry(&job.client_token).or_insert(digest) != digest {
            shared.push(job.number);
        }
    }
    shared
}

/// Exchanges that repeat, under a new token, a job that the service had accepted though its answer was lost.
///
/// A body holds its token, so two such bodies differ; what they have in common is all else that is known.
fn two_tokens_for_one(jobs: &[&Exchange]) -> Vec<u64> {
    let accepted =
        |job: &Exchange| job.status.is_some_and(|status| status < 400) && (job.hung_up || job.severed);
    let mut twice = Vec::new();
    for lost in jobs.iter().filter(|job| accepted(job)) {
        let again = jobs.iter().find(|job| {
            job.at >= lost.done
                && job.at.since(lost.done) <= REACH
                && job.number > lost.number
                && same_job(job, lost)
                && !twice.contains(&job.number)
        });
        if let Some(again) = again.filter(|again| again.client_token != lost.client_token) {
            twice.push(again.number);
        }
    }
    twice
}

fn same_job(one: &Exchange, other: &Exchange) -> bool {
    (&one.operation, &one.region, &one.model, one.request_bytes, one.max_tokens)
        == (&other.operation, &other.region, &other.model, other.request_bytes, other.max_tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{calls_with, grouped, told};

    /// Jobs one after another, each with its token and body.
    fn jobs(sent: &[(&str, &str)]) -> Vec<Exchange> {
        let mut jobs = calls_with(&vec![&[200][..]; sent.len()]);
        for (job, (token, body)) in jobs.iter_mut().zip(sent) {
            job.client_token = Some((*token).into());
            job.body_digest = Some((*body).into());
        }
        jobs
    }

    fn asked(jobs: &[Exchange]) -> String {
        told(&ask(&grouped(jobs).clients[0]))
    }

    #[test]
    fn one_token_for_two_jobs_is_a_fact() {
        insta::assert_snapshot!(asked(&jobs(&[("t", "a"), ("u", "b"), ("t", "c")])));
    }

    #[test]
    fn a_new_token_for_a_job_that_was_accepted_is_found() {
        let mut lost = jobs(&[("t", "a"), ("u", "b"), ("v", "c")]);
        lost[0].hung_up = true;
        insta::assert_snapshot!(asked(&lost));
    }

    #[test]
    fn the_same_job_again_under_its_token_is_right() {
        let mut lost = jobs(&[("t", "a"), ("t", "a"), ("u", "b")]);
        lost[0].hung_up = true;
        assert!(asked(&lost).contains("clear"));
        assert_eq!(asked(&calls_with(&[&[200]])), "");
    }
}
