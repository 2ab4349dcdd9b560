//! `retries-non-retryable`: errors that stay what they are however often the request is sent.

use std::collections::BTreeMap;

use super::answer::{Question, counted};
use super::calls::{Attempt, Client};
use super::context::Context;
use super::day_quota;
use super::fate::Fate;
use super::finding::{Answer, Code, Ruling, Severity};
use super::statistics::binom_sf;

/// The share of such answers that may not have reached the client, which then rightly asked again.
const LOST: f64 = 0.01;
/// The level of one finding in one run.
const LEVEL: f64 = 1e-3;
/// A clock so wrong is a reason to sign again, and an SDK that knows its skew does (milliseconds).
const SKEW_MS: u64 = 240_000;

/// Whether the client sends again what cannot succeed.
pub(super) fn ask(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let question = Question::to(client, Code::RetriesNonRetryable);
    let answer = of_refused(&question, client);
    let is_found = matches!(answer, Some(Answer { ruling: Ruling::Found(_), .. }));
    let advice = if is_found { None } else { day_quota::advice(&question, client, context) };
    advice.or(answer).into_iter().collect()
}

fn of_refused(question: &Question, client: &Client<'_>) -> Option<Answer> {
    let refused: Vec<_> = client.calls.iter().flat_map(|call| refused(call.attempts())).collect();
    let again: Vec<_> = refused.iter().filter(|(_, again)| *again).map(|(attempt, _)| *attempt).collect();
    let (n, k) = (refused.len(), again.len());
    if n == 0 {
        return None;
    }
    Some(if k >= 2 && binom_sf(n, k, LOST) <= LEVEL {
        let seen = format!("{}.", by_code(&refused));
        let expected = "An SDK sends none of them again; 1 in 100 may have got lost on the way.".to_owned();
        question
            .found(Severity::Warning, seen, expected)
            .by_chance(binom_sf(n, k, LOST))
            .shown_by(again.iter().map(|attempt| attempt.exchange.number))
    } else if k > 0 {
        question.insufficient(k, k + 1, format!("such answers that were sent again; {}", by_code(&refused)))
    } else if n < 2 {
        question.insufficient(n, 2, "answers that must not be retried")
    } else {
        question.clear(format!(
            "{} not be retried, and {} sent again.",
            counted(n, "answer must", "answers must"),
            if n == 2 { "neither was" } else { "none was" }
        ))
    })
}

/// The answers that no SDK retries, each with whether it was retried.
fn refused<'a, 'b: 'a>(
    attempts: impl Iterator<Item = &'a Attempt<'b>> + Clone,
) -> impl Iterator<Item = (&'a Attempt<'b>, bool)> {
    let later = attempts.clone();
    attempts.filter(|attempt| attempt.fate == Fate::Refused && !is_skew(attempt)).map(move |attempt| {
        let next = attempt.number.checked_add(1);
        (attempt, later.clone().any(|one| Some(one.number) == next))
    })
}

fn is_skew(attempt: &Attempt<'_>) -> bool {
    attempt.exchange.skew_ms.is_some_and(|skew| skew.unsigned_abs() > SKEW_MS)
}

/// `3 of 7 ValidationException (400) were sent again`, for each code that was.
fn by_code(refused: &[(&Attempt<'_>, bool)]) -> String {
    let mut codes: BTreeMap<(u16, &str), (usize, usize)> = BTreeMap::new();
    for (attempt, again) in refused {
        let exchange = attempt.exchange;
        let code = exchange.error_type.as_deref().unwrap_or("errors without a code");
        let counts = codes.entry((exchange.status.unwrap_or_default(), code)).or_default();
        counts.0 += 1;
        counts.1 += usize::from(*again);
    }
    let told = codes.into_iter().filter(|(_, (_, again))| *again > 0);
    let told = told.map(|((status, code), (all, again))| format!("{again} of {all} {code} ({status})"));
    format!("{} were sent again", told.collect::<Vec<_>>().join(", "))
}
