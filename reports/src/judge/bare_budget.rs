//! `bare-budget`: attempts that ran out within a fault that was short.
//!
//! Whether a fault is short is told by what waits can cover: the client's own policy, if its longest
//! waits outlast the fault, and else five attempts of AWS retries 2.0. The first is a warning, since the
//! policy was made for such a fault; the second is worth a note.

use super::answer::{Question, counted};
use super::calls::{Call, Client};
use super::context::Context;
use super::fate::Fate;
use super::finding::{Answer, Class, Code, Severity};
use super::profile::{Profile, longest_wait};
use crate::header::FaultWindow;
use crate::number;
use crate::units::Nanos;

/// The fewest calls that show it.
const FEWEST: usize = 3;
/// Attempts that a careful client makes.
const CAREFUL: u32 = 5;

/// Whether short faults used up the attempts of calls.
pub(super) fn ask(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let question = Question::to(client, Code::BareBudget);
    let covered = Profile::V2_0.longest_wait(Class::Transient, CAREFUL);
    let mut few = None;
    for fault in &context.faults {
        let struck = || client.calls.iter().filter(|call| is_struck(call, fault));
        let length = fault.to.since(fault.from).as_secs_f64();
        if struck().next().is_none() || length > covered {
            continue;
        }
        let lost: Vec<_> = struck().filter(|call| is_spent(call, fault)).collect();
        match lost.len() {
            0 => {
                few = Some(question.clear(format!(
                    "{} lasted {}; of {} that it struck none used up its attempts within it.",
                    fault.name,
                    number::seconds(length),
                    counted(struck().count(), "call", "calls"),
                )))
            }
            some if some < FEWEST => {
                few = Some(question.insufficient(
                    some,
                    FEWEST,
                    "calls that used up their attempts in one fault",
                ));
            }
            _ => return vec![found(&question, client, context, fault, &lost)],
        }
    }
    few.into_iter().collect()
}

fn is_struck(call: &Call<'_>, fault: &FaultWindow) -> bool {
    call.attempts().any(|attempt| attempt.exchange.fault.as_ref() == Some(&fault.name))
}

/// Whether every attempt that the client makes was struck by this fault.
fn is_spent(call: &Call<'_>, fault: &FaultWindow) -> bool {
    let all = call.attempts().all(|attempt| {
        attempt.exchange.fault.as_ref() == Some(&fault.name) && matches!(attempt.fate, Fate::Failed(_))
    });
    all && call.len() > 1 && call.most_attempts().is_none_or(|most| call.last().number >= most)
}

fn found(
    question: &Question,
    client: &Client<'_>,
    context: &Context,
    fault: &FaultWindow,
    lost: &[&Call<'_>],
) -> Answer {
    let length = fault.to.since(fault.from).as_secs_f64();
    let attempts = lost.iter().map(|call| call.last().number).max().unwrap_or_default();
    let mut times: Vec<Nanos> = lost.iter().map(|call| call.end().since(call.begin())).collect();
    times.sort_unstable();
    let own = lost.iter().filter_map(|call| longest_wait(client, context, call)).fold(0.0, f64::max);
    let seen = format!(
        "{} used up {attempts} attempts within {} (the median; the longest {}) and failed; {} lasted {}.",
        counted(lost.len(), "call", "calls"),
        number::time(times[times.len() / 2]),
        number::time(times[times.len() - 1]),
        fault.name,
        number::seconds(length),
    );
    let careful = Profile::V2_0.longest_wait(Class::Transient, CAREFUL);
    let expected = match own >= length {
        true => format!(
            "The policy's waits add up to {} at most, which outlasts the fault; drawn by chance they add up to half \
             of it on average.",
            number::seconds(own)
        ),
        false => format!(
            "{CAREFUL} attempts with a base of 1 s wait up to {} in all, half of it on average.",
            number::seconds(careful)
        ),
    };
    let severity = if own >= length { Severity::Warning } else { Severity::Note };
    let numbers = lost.iter().map(|call| call.last().exchange.number);
    question.found(severity, seen, expected).shown_by(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::expect::{Backoff, Expect};
    use crate::judge::play::{Player, answer, context, grouped, open, outage, play, told};
    use crate::judge::testing::Chance;

    fn asked(base: f64, length: f64, backoff: Backoff) -> Vec<Answer> {
        let mut chance = Chance::seeded(11);
        let arrivals = open(30.0, 40.0, None, &mut chance);
        let to = 10.0 + length;
        let mut exchanges = play(Player { base, ..Player::PLAIN }, arrivals, outage(10.0, to), &mut chance);
        for exchange in exchanges.iter_mut().filter(|exchange| exchange.status == Some(503)) {
            exchange.fault = Some("blip".into());
        }
        let mut context = context(60, &[("blip", 10.0, to)]);
        context.expect = Some(Expect { backoff: Some(backoff), ..Expect::default() });
        ask(&grouped(&exchanges).clients[0], &context)
    }

    #[test]
    fn a_blip_that_the_policy_could_have_outwaited_is_a_warning() {
        insta::assert_snapshot!(told(&asked(1.0, 2.5, Backoff::V2_0)));
    }

    #[test]
    fn a_blip_beyond_the_policy_is_worth_a_note() {
        insta::assert_snapshot!(told(&asked(0.05, 2.5, Backoff::V2_1)));
    }

    #[test]
    fn a_long_fault_is_nobodys_bare_budget() {
        assert_eq!(asked(0.05, 20.0, Backoff::V2_1), []);
    }

    #[test]
    fn a_blip_that_no_call_was_lost_to_clears() {
        let answers = asked(1.0, 0.05, Backoff::V2_0);
        assert!(matches!(
            answer(&answers, Code::BareBudget),
            None | Some(crate::judge::finding::Ruling::Clear { .. })
        ));
    }
}
