//! `retries-non-retryable`: errors that stay what they are however often the request is sent.

use std::collections::BTreeMap;

use super::answer::{Question, counted};
use super::calls::{Attempt, Client};
use super::context::Context;
use super::day_quota;
use super::fate::Fate;
use super::finding::{Answer, Code, Ruling, Severity};
use super::level::Level;
use super::statistics::binom_sf;

/// The share of such answers that may not have reached the client, which then rightly asked again.
const LOST: f64 = 0.01;
/// A clock so wrong is a reason to sign again, and an SDK that knows its skew does (milliseconds).
const SKEW_MS: u64 = 240_000;

/// Whether the client sends again what cannot succeed.
pub(super) fn ask(client: &Client<'_>, context: &Context, level: Level) -> Vec<Answer> {
    let question = Question::to(client, Code::RetriesNonRetryable);
    let answer = of_refused(&question, client, level);
    let is_found = matches!(answer, Some(Answer { ruling: Ruling::Found(_), .. }));
    let advice = if is_found { None } else { day_quota::advice(&question, client, context) };
    advice.or(answer).into_iter().collect()
}

fn of_refused(question: &Question, client: &Client<'_>, level: Level) -> Option<Answer> {
    let refused: Vec<_> = client.calls.iter().flat_map(|call| refused(call.attempts())).collect();
    let again: Vec<_> = refused.iter().filter(|(_, again)| *again).map(|(attempt, _)| *attempt).collect();
    let (n, k) = (refused.len(), again.len());
    if n == 0 {
        return None;
    }
    Some(if k >= 2 && binom_sf(n, k, LOST) <= level.of_a_finding() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::FaultKind;
    use crate::judge::play::{calls_with, context, found, grouped, told};

    fn asked(answers: &[&[u16]]) -> Vec<Answer> {
        ask(&grouped(&calls_with(answers)).clients[0], &context(60, &[]), Level::shared_by(1))
    }

    #[test]
    fn what_cannot_succeed_and_is_sent_again_is_found() {
        let mut answers: Vec<&[u16]> = vec![&[400, 400, 400]; 2];
        answers.extend([&[400_u16][..]; 3]);
        insta::assert_snapshot!(told(&asked(&answers)));
    }

    /// 1 % of answers may get lost: the more there are, the more may be sent again.
    #[test]
    fn the_limit_grows_with_the_sample() {
        for (refused, again, expected) in
            [(5, 2, true), (6, 2, false), (19, 3, true), (20, 3, false), (100, 6, true)]
        {
            let answers: Vec<&[u16]> =
                (0..refused).map(|place| if place < again { &[400, 200][..] } else { &[400] }).collect();
            let is_found = found(&asked(&answers), Code::RetriesNonRetryable).is_some();
            assert_eq!(is_found, expected, "{again} of {refused}");
        }
    }

    #[test]
    fn throttles_and_5xx_are_no_such_answers_and_a_wrong_clock_is_a_reason() {
        assert_eq!(asked(&[&[503, 503, 200], &[429, 200]]), []);
        let mut skewed = calls_with(&[&[403, 200], &[403, 200], &[403, 200]]);
        skewed.iter_mut().for_each(|exchange| exchange.skew_ms = Some(-300_000));
        assert_eq!(ask(&grouped(&skewed).clients[0], &context(60, &[]), Level::shared_by(1)), []);
    }

    #[test]
    fn retries_against_the_quota_of_the_day_are_worth_a_note() {
        let mut exchanges = calls_with(&[&[429, 429, 429], &[429, 429, 429]]);
        exchanges.iter_mut().for_each(|exchange| exchange.fault = Some("spent".into()));
        let mut context = context(60, &[("spent", 0.0, 60.0)]);
        assert_eq!(ask(&grouped(&exchanges).clients[0], &context, Level::shared_by(1)), []);
        context.faults[0].kind = FaultKind::DayQuota;
        insta::assert_snapshot!(told(&ask(&grouped(&exchanges).clients[0], &context, Level::shared_by(1))));
    }
}
