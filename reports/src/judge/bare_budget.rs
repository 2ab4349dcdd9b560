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
