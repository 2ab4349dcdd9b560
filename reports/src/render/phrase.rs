//! The words that every output shares: what a verdict says, how a request went, how a list is told; and in `gate`, what a
//! gate measured.
//!
//! A verdict is a sentence with the measured value and the limit in it, so that a build log, a test
//! report and the page give the same reason in the same words.

mod gate;

use crate::gate::{Judged, Verdict};
use crate::judge::expect::Expectation;
use crate::number;
use crate::record::{BreakerState, Call, CallEnd, Deed, Outcome, Reason, Record};
use crate::stop::Stopped;
use crate::summary::{Figures, RunVerdict, Summary, Why};
use crate::units::Nanos;

use super::sentence::Sentence;

pub(super) use gate::{gate, metric_and_scope, story};

/// The count after the verdict's word: `1 of 8 gates`, `1 of 8 gates, 1 of 3 expectations`.
pub(super) fn tally(summary: &Summary) -> String {
    let (gates, expectations) = (summary.gates.len(), summary.expectations().len());
    let of = |(count, whole, one, many): (usize, usize, &str, &str)| {
        format!("{count} of {whole} {}", plural(whole, one, many))
    };
    let counted = |failed: usize, unmet: usize| {
        let told = [(failed, gates, "gate", "gates"), (unmet, expectations, "expectation", "expectations")];
        told.into_iter().filter(|(_, whole, ..)| *whole > 0).map(of).collect::<Vec<_>>()
    };
    let is = |verdict| summary.expectations().iter().filter(|expected| expected.verdict == verdict).count();
    let told = match summary.verdict {
        RunVerdict::Fail => counted(failing(summary).count(), summary.unmet().count()),
        RunVerdict::Inconclusive => counted(count(summary, Verdict::Inconclusive), is(Verdict::Inconclusive)),
        RunVerdict::Invalid => {
            let troubles = summary.validity.troubles().count();
            return format!("{troubles} of {} validity checks", summary.validity.checks.len());
        }
        RunVerdict::Pass => counted(count(summary, Verdict::Pass), is(Verdict::Pass)),
    };
    match summary.verdict {
        RunVerdict::Fail if summary.stopped.is_some() => {
            let some = told.into_iter().filter(|told| !told.starts_with("0 "));
            std::iter::once("stopped early".to_owned()).chain(some).collect::<Vec<_>>().join(", ")
        }
        _ if told.is_empty() => "no gates".to_owned(),
        // Of a run that failed, what did not fail is not counted.
        RunVerdict::Fail | RunVerdict::Inconclusive => {
            let some: Vec<String> = told.into_iter().filter(|told| !told.starts_with("0 ")).collect();
            some.join(", ")
        }
        _ => told.join(", "),
    }
}

/// The gates that fail the run.
pub(super) fn failing(summary: &Summary) -> impl Iterator<Item = &Judged> {
    summary.gates.iter().filter(|judged| judged.fails_the_run())
}

/// How many gates have this answer.
pub(super) fn count(summary: &Summary, verdict: Verdict) -> usize {
    summary.gates.iter().filter(|judged| judged.verdict == verdict).count()
}

/// The verdict in one sentence: the cause, the value, the limit.
pub(super) fn cause(summary: &Summary) -> Sentence {
    match summary.verdict {
        RunVerdict::Invalid => {
            let trouble = summary.validity.troubles().next();
            Sentence::of(trouble.map_or_else(String::new, |check| sentence_case(&check.finding)))
        }
        _ if summary.total.requests == 0 && summary.judgement.is_none() => {
            Sentence::of("No request was due in a recorded stage.")
        }
        RunVerdict::Fail if summary.stopped.is_some() => stopped_early(summary),
        RunVerdict::Fail if failing(summary).next().is_none() => unmet(summary),
        RunVerdict::Inconclusive if count(summary, Verdict::Inconclusive) == 0 => {
            Sentence::of("What the scenario expects of the client was too close to call.")
        }
        _ => match (summary.gates.first(), summary.expectations().len()) {
            (None, 0) => Sentence::of("The scenario sets no gates, so nothing was judged."),
            (None, met) => {
                Sentence::of(format!("The client did all that is expected of it: {met} of {met}."))
            }
            (Some(first), met) if summary.verdict == RunVerdict::Pass && first.verdict == Verdict::Pass => {
                let gates = summary.gates.len();
                let kept = format!("Every limit was kept: {gates} {}", plural(gates, "gate", "gates"));
                Sentence::of(match met {
                    0 => format!("{kept}."),
                    _ => format!("{kept}, and {met} {}.", plural(met, "expectation", "expectations")),
                })
            }
            (Some(first), _) => gate(first),
        },
    }
}

/// Why a run was ended before its time.
fn stopped_early(summary: &Summary) -> Sentence {
    let told = |it: &Stopped| Sentence::of("The run was stopped early by ").stress(it.to_string()).say(".");
    summary.stopped.as_ref().map(told).unwrap_or_default()
}

/// The first expectation that fails the run.
fn unmet(summary: &Summary) -> Sentence {
    summary.unmet().next().map(expectation).unwrap_or_default()
}

/// What was expected of the client, and what was seen of it.
pub(super) fn expectation(expected: &Expectation) -> Sentence {
    let asked = Sentence::of("Expected of the client: ").stress(expected.expected.clone());
    match expected.verdict {
        Verdict::Pass => asked.say(format!("; seen: {}", stopped(&expected.seen))),
        Verdict::Fail => asked.say(format!("; but seen: {}", stopped(&expected.seen))),
        Verdict::NoData | Verdict::Inconclusive => {
            asked.say(format!("; that could not be shown: {}", stopped(&expected.seen)))
        }
    }
}

fn stopped(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// Why a request is worth reading.
pub(super) fn why(why: &Why) -> String {
    match why {
        Why::Failed(class) => format!("Failed: {}", class.name()),
        Why::Slowest => "Slowest".to_owned(),
        Why::MostAttempts => "Most attempts".to_owned(),
        Why::Degraded => "Another model answered".to_owned(),
        Why::FailedOver => "Another region answered".to_owned(),
        Why::HedgeWon => "The hedge answered".to_owned(),
        Why::Restarted => "Stream asked for again".to_owned(),
        Why::StruckBy(fault) => format!("Struck by {fault}"),
        Why::Shows(gate) => format!("Shows {gate}"),
        Why::SetRecovery(fault) => format!("Last after {fault}"),
        Why::Met(error) => format!("Met {error}"),
        Why::Typical(flow) => format!("Usual for {flow}"),
    }
}

/// The outcome in the four words of every chart and table.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::FirstTry => "first try",
        Outcome::Retried => "retried",
        Outcome::FellBack => "fell back",
        Outcome::Failed => "failed",
        Outcome::Abandoned => "abandoned",
    }
}

/// The way of a request in a few words: `sonnet · us-east-1: 4 × 429, 200`; of one without calls, what ended it.
pub(super) fn route(record: &Record) -> String {
    let mut way = String::new();
    for call in &record.calls {
        // A hedge does not follow the call before it: it runs beside it.
        way.push_str(match (way.is_empty(), call.reason) {
            (true, _) => "",
            (false, Reason::Hedge) => " ∥ ",
            (false, _) => " → ",
        });
        way.push_str(&format!("{} · {}: {}", call.model, call.region, answers(call)));
    }
    if way.is_empty() {
        let deeds = record.decisions.iter().map(|decision| deed(&decision.deed));
        way = deeds.collect::<Vec<_>>().join(" → ");
    }
    way
}

/// What the attempts of a call were answered: `4 × 429, 200`.
fn answers(call: &Call) -> String {
    let mut answers: Vec<(String, usize)> = Vec::new();
    let given_up = call.end == CallEnd::Cancelled;
    for attempt in &call.attempts {
        let answer = match attempt.status {
            Some(status) => status.to_string(),
            None if given_up => continue,
            None => "no answer".to_owned(),
        };
        match answers.last_mut() {
            Some((last, times)) if *last == answer => *times += 1,
            _ => answers.push((answer, 1)),
        }
    }
    let times =
        |(answer, times): (String, usize)| if times > 1 { format!("{times} × {answer}") } else { answer };
    let unsent = match &call.end {
        CallEnd::Failed(failure) if call.attempts.last().is_none_or(|last| last.error.is_none()) => {
            Some(failure.class.name().to_owned())
        }
        CallEnd::Cancelled => Some("given up".to_owned()),
        CallEnd::Failed(_) | CallEnd::Answered { .. } => None,
    };
    answers.into_iter().map(times).chain(unsent).collect::<Vec<_>>().join(", ")
}

/// A decision of a policy in a few words.
pub(super) fn deed(deed: &Deed) -> String {
    match deed {
        Deed::GatewayRefused { status, code } => format!("gateway: {status} {code}"),
        Deed::GatewayTimedOut => "gateway: 504, its limit was over".to_owned(),
        Deed::Paced { wait } => format!("own limit: waited {}", number::time(*wait)),
        Deed::Shed => "own limit: turned away".to_owned(),
        Deed::BreakerRefused { model, region } => format!("breaker of {model} · {region}: not asked"),
        Deed::BreakerMoved { model, region, to, .. } => {
            let state = match to {
                BreakerState::Closed => "closes",
                BreakerState::Open => "opens",
                BreakerState::HalfOpen => "half opens",
            };
            format!("breaker of {model} · {region} {state}")
        }
        Deed::ReturnTried { region } => format!("{region} is tried again"),
        Deed::Hedged => "asked a second time".to_owned(),
        Deed::Slept { wait } => format!("retrier: waited {}", number::time(*wait)),
        Deed::BudgetSpent => "the budget for going on is spent".to_owned(),
    }
}

/// A percentile, or why there is none: `too few` where some were measured, `–` where none was.
pub(super) fn time_or_why(time: Option<Nanos>, samples: u64) -> String {
    match (time, samples) {
        (Some(time), _) => number::time(time),
        (None, 0) => "–".to_owned(),
        (None, _) => "too few".to_owned(),
    }
}

/// A share of the requests, or `–` without requests.
pub(super) fn share(figures: &Figures, count: u64) -> String {
    figures.share(count).map_or_else(|| "–".to_owned(), number::share)
}

/// The word for one, or the word for any other number.
pub(super) fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// A finding as a sentence: a capital in front, a full stop behind.
pub(super) fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}
