//! `no-retry`: failures that a retry would have cured, and no layer sends again.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Question, counted};
use super::calls::{Attempt, Call, Client};
use super::context::Context;
use super::decisions::{Event, decisions};
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use super::moves::Moves;
use super::repeats::{Repeats, WINDOWS};

/// A client that failed to retry one time in ten would show so many in a row once in a thousand runs.
const FEWEST: usize = 3;
/// Where bodies come again anyway more often than this, a body that comes again is no sign of a retry.
const TOO_ALIKE: f64 = 0.5;

/// Whether nothing of the client sends again what failed for the moment only.
pub(super) fn ask(client: &Client<'_>, context: &Context, moves: &Moves) -> Vec<Answer> {
    let question = Question::to(client, Code::NoRetry);
    let switched_off = client.calls.iter().filter_map(Call::most_attempts).max() == Some(1);
    let lost: Vec<_> = if switched_off { last_failures(client, context) } else { refused(client, context) };
    let retried = decisions(client, context, None)
        .iter()
        .filter(|moment| matches!(moment.event, Event::Failure { retried: true, .. }))
        .count();
    if retried > 0 {
        let seen = format!("{} sent again.", counted(retried, "failure was", "failures were"));
        return vec![question.clear(seen)];
    }
    if lost.is_empty() {
        return Vec::new();
    }
    if lost.len() < FEWEST {
        return vec![question.insufficient(lost.len(), FEWEST, "failures that a retry may heal")];
    }
    match Elsewhere::of(client, moves, &lost) {
        Elsewhere::Never => vec![found(&question, client, &lost, switched_off)],
        Elsewhere::Handled(again, moved) => vec![question.clear(format!(
            "The SDK retries nothing; of {} the application sent {again} again and {moved} elsewhere.",
            counted(lost.len(), "failure", "failures"),
        ))],
        Elsewhere::Unknown => vec![question.insufficient(
            0,
            FEWEST,
            "failures with bodies of their own: the same ones come again anyway, so that a retry of the \
             application cannot be told from its next request; vary the prompts",
        )],
    }
}

/// The places of calls with a failure that had attempts left and was not retried.
fn refused(client: &Client<'_>, context: &Context) -> Vec<usize> {
    let numbers: BTreeSet<u64> = decisions(client, context, None)
        .into_iter()
        .filter(|moment| matches!(moment.event, Event::Failure { retried: false, .. }))
        .map(|moment| moment.exchange)
        .collect();
    places(client, |attempt| numbers.contains(&attempt.exchange.number))
}

/// The places of calls that failed for the moment, where the SDK never makes a second attempt.
fn last_failures(client: &Client<'_>, context: &Context) -> Vec<usize> {
    let late = |attempt: &Attempt<'_>| context.end.since(attempt.exchange.done) < WINDOWS[1];
    let bare =
        |attempt: &Attempt<'_>| attempt.exchange.status == Some(429) && attempt.exchange.error_type.is_none();
    places(client, |attempt| matches!(attempt.fate, Fate::Failed(_)) && !late(attempt) && !bare(attempt))
}

fn places(client: &Client<'_>, is_it: impl Fn(&Attempt<'_>) -> bool) -> Vec<usize> {
    let calls = client.calls.iter().enumerate();
    calls.filter(|(_, call)| is_it(call.last())).map(|(place, _)| place).collect()
}

/// What the application did about failures that its SDK passed on.
enum Elsewhere {
    /// Nothing.
    Never,
    /// So many it sent again, and so many to another model or region.
    Handled(usize, usize),
    /// Its bodies are too alike to tell.
    Unknown,
}

impl Elsewhere {
    fn of(client: &Client<'_>, moves: &Moves, lost: &[usize]) -> Self {
        let repeats = Repeats::within(&client.calls, WINDOWS[WINDOWS.len() - 1]);
        let answered: Vec<_> =
            (0..client.calls.len()).filter(|&place| client.calls[place].answered()).collect();
        let again = |places: &[usize]| places.iter().filter(|&&place| repeats.next(place).is_some()).count();
        let moved = lost.iter().filter(|&&place| moves.moved(place)).count();
        match again(lost) {
            0 if moved == 0 => Elsewhere::Never,
            some if some > 0 && again(&answered) as f64 > TOO_ALIKE * answered.len().max(1) as f64 => {
                Elsewhere::Unknown
            }
            again => Elsewhere::Handled(again, moved),
        }
    }
}

fn found(question: &Question, client: &Client<'_>, lost: &[usize], switched_off: bool) -> Answer {
    let mut codes: BTreeMap<(u16, &str), usize> = BTreeMap::new();
    for &place in lost {
        let exchange = client.calls[place].last().exchange;
        let code = exchange.error_type.as_deref().unwrap_or("failures without an answer");
        *codes.entry((exchange.status.unwrap_or_default(), code)).or_default() += 1;
    }
    let told = codes.into_iter().map(|((status, code), count)| match status {
        0 => format!("0 of {count} {code}"),
        status => format!("0 of {count} {code} ({status})"),
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let off = if switched_off { " The SDK says `max=1`: its retries are switched off." } else { "" };
    let seen = format!("{told} were retried, the first included.{off}");
    let expected = "A client that forgot one retry in ten would show this once in 1,000 runs; an AWS SDK makes 3 attempts.";
    let numbers = lost.iter().map(|&place| client.calls[place].last().exchange.number);
    question.found(Severity::Error, seen, expected.to_owned()).shown_by(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{
        Player, Rule, answer, calls_with, context, found, grouped, open, outage, play, told,
    };
    use crate::judge::testing::Chance;

    fn asked(exchanges: &[crate::exchange::Exchange]) -> Vec<Answer> {
        let calls = grouped(exchanges);
        ask(&calls.clients[0], &context(60, &[]), &Moves::of(&calls.clients[0]))
    }

    #[test]
    fn failures_that_nobody_retries_are_found() {
        insta::assert_snapshot!(told(&asked(&calls_with(&[&[503], &[200], &[429], &[429], &[503]]))));
    }

    #[test]
    fn two_failures_are_too_few_and_one_retry_is_enough() {
        let few = asked(&calls_with(&[&[503], &[503]]));
        assert!(matches!(
            answer(&few, Code::NoRetry),
            Some(crate::judge::finding::Ruling::Insufficient { .. })
        ));
        let retried = asked(&calls_with(&[&[503], &[503, 200], &[503], &[503]]));
        assert!(matches!(answer(&retried, Code::NoRetry), Some(crate::judge::finding::Ruling::Clear { .. })));
    }

    #[test]
    fn a_throttle_without_a_code_and_an_exhausted_call_are_no_missing_retry() {
        let mut bare = calls_with(&[&[429], &[429], &[429]]);
        bare.iter_mut().for_each(|exchange| exchange.error_type = None);
        assert_eq!(asked(&bare), []);
    }

    #[test]
    fn retries_switched_off_are_told_apart_from_an_application_that_retries_itself() {
        let mut chance = Chance::seeded(4);
        let off = Player { attempts: 1, rule: Rule::Always, ..Player::PLAIN };
        let mut run = |player: Player| {
            let arrivals = open(3.0, 40.0, None, &mut chance);
            asked(&play(player, arrivals, outage(10.0, 20.0), &mut chance))
        };
        let alone = run(off);
        assert!(found(&alone, Code::NoRetry).is_some_and(|finding| finding.seen.contains("switched off")));
        let looped = run(Player { outer: 3, ..off });
        assert!(matches!(answer(&looped, Code::NoRetry), Some(crate::judge::finding::Ruling::Clear { .. })));
    }
}
