//! The words that every output shares: what a verdict says, what a gate measured, how a list is told.
//!
//! A verdict is a sentence with the measured value and the limit in it, so that a build log, a test
//! report and the page give the same reason in the same words.

use crate::gate::{Against, Judged, Limit, Scope, Verdict};
use crate::judge::expect::Expectation;
use crate::metric::{Figure, Metric, Timing};
use crate::number;
use crate::record::{BreakerState, Call, CallEnd, Deed, Outcome, Reason, Record};
use crate::stop::Stopped;
use crate::summary::{Figures, RunVerdict, Summary, Why};
use crate::units::Nanos;

use super::compared;
use super::sentence::Sentence;

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

/// What a gate measured against what it asked: `Callers needed 21.4 s to recover from storm; the limit is 15.0 s.`
pub(super) fn gate(judged: &Judged) -> Sentence {
    let unit = judged.gate.metric.entry().unit;
    let limit = match judged.gate.limit {
        Limit::Max(max) => format!("the limit is {}", number::value(max, unit)),
        Limit::Min(min) => format!("at least {} was asked", number::value(min, unit)),
        Limit::Between(min, max) => {
            format!("{} to {} was asked", number::value(min, unit), number::value(max, unit))
        }
        Limit::Equals(exact) => format!("exactly {} was asked", number::value(exact, unit)),
        Limit::Against(ref against) => return change(judged, against),
    };
    let Some(value) = judged.measured.value.filter(|_| judged.verdict != Verdict::NoData) else {
        return no_data(judged, &limit);
    };
    let (before, after) = frame(judged.gate.metric, &judged.gate.scope);
    let close = match (judged.verdict, judged.measured.interval) {
        (Verdict::Inconclusive, Some((low, high))) => format!(
            "; {limit}, which lies within the interval of {} to {}.",
            number::value(low, unit),
            number::value(high, unit)
        ),
        _ => format!("; {limit}."),
    };
    Sentence::of(before).stress(number::value(value, unit)).say(after).say(close)
}

/// What a gate on a baseline measured: `The p95 of latency was 2.65 s, +10.0 % since main with an interval of …; at most … was allowed.`
fn change(judged: &Judged, against: &Against) -> Sentence {
    let unit = judged.gate.metric.entry().unit;
    let allowed = format!("allowed is {}", judged.gate.limit.text(unit));
    let Some(value) = judged.measured.value.filter(|_| judged.verdict != Verdict::NoData) else {
        return match (judged.measured.value, judged.measured.baseline) {
            (Some(_), None) if judged.measured.samples >= judged.measured.floor => {
                let asked = format!("{} was not decided: ", metric_and_scope(judged));
                Sentence::of(asked)
                    .stress(format!("there is no figure of {}", against.baseline))
                    .say(format!("; {allowed}."))
            }
            _ => no_data(judged, &allowed),
        };
    };
    let (before, after) = frame(judged.gate.metric, &judged.gate.scope);
    let interval = judged.measured.baseline.and_then(|it| compared::interval(&it.change, unit));
    let interval =
        interval.map_or_else(|| ", and how it varies is unknown".to_owned(), |it| format!(", interval {it}"));
    let since = format!("{after}{}{interval}; {allowed}.", since(judged));
    Sentence::of(before).stress(number::value(value, unit)).say(since)
}

/// The change from a baseline: `, +10.0 % since 2.41 s`.
fn since(judged: &Judged) -> String {
    let unit = judged.gate.metric.entry().unit;
    judged.measured.baseline.map_or_else(String::new, |baseline| {
        format!(
            ", {} since {}",
            compared::change(&baseline.change, unit),
            number::value(baseline.value, unit)
        )
    })
}

fn no_data(judged: &Judged, limit: &str) -> Sentence {
    let asked = format!("{} was not decided: ", metric_and_scope(judged));
    let found = match judged.measured.value {
        None => "nothing was measured".to_owned(),
        Some(_) => format!(
            "{} samples, and {} are needed",
            number::count(judged.measured.samples),
            number::count(judged.measured.floor)
        ),
    };
    Sentence::of(asked).stress(found).say(format!("; {limit}."))
}

/// The metric with its scope: `recovery.time after throttle-east`.
pub(super) fn metric_and_scope(judged: &Judged) -> String {
    let Judged { gate, .. } = judged;
    format!("{} {}", gate.metric, gate.scope).trim_end().to_owned()
}

/// `answered: 98.1 % < 99.5 %`, the short story of a broken limit.
pub(super) fn story(judged: &Judged) -> String {
    let unit = judged.gate.metric.entry().unit;
    let name = &judged.gate.name;
    let Some(value) = judged.measured.value.filter(|_| judged.verdict != Verdict::NoData) else {
        return format!("{name}: {}, {}", judged.measured_text(), judged.gate.limit.text(unit));
    };
    let measured = number::value(value, unit);
    let held = judged.verdict == Verdict::Pass;
    let against = |kept: &str, broken: &str, limit: f64| {
        format!("{name}: {measured} {} {}", if held { kept } else { broken }, number::value(limit, unit))
    };
    match (judged.verdict, &judged.gate.limit) {
        (_, limit @ Limit::Against(_)) => {
            format!("{name}: {measured}{}, {}", since(judged), limit.text(unit))
        }
        (Verdict::Inconclusive, limit) => {
            format!("{name}: {measured} is too close to {} to call", limit.text(unit))
        }
        (_, Limit::Max(max)) => against("≤", ">", *max),
        (_, Limit::Min(min)) => against("≥", "<", *min),
        (_, Limit::Equals(exact)) => against("=", "≠", *exact),
        (_, limit @ Limit::Between(..)) => {
            format!("{name}: {measured} {} {}", if held { "in" } else { "not in" }, limit.text(unit))
        }
    }
}

/// The words before and after a value, and whose it is.
fn frame(metric: Metric, scope: &Scope) -> (String, String) {
    let whose = whose(scope);
    let figure = match metric {
        Metric::Timing(timing, statistic) => {
            return (format!("The {statistic} of {}{whose} was ", timing_words(timing)), String::new());
        }
        Metric::Figure(figure) => figure,
    };
    let who = scope.region.as_deref().or(scope.model.as_deref()).unwrap_or("it");
    let (before, after) = match figure {
        Figure::SuccessRatio => ("", " of requests were answered"),
        Figure::SuccessFirstTry => ("", " of requests were answered at the first try"),
        Figure::SuccessAfterRetry => ("", " of requests were answered after a retry"),
        Figure::FallbackShare => ("", " of requests fell back"),
        Figure::FailoverShare => ("", " of requests were answered by another region than the first"),
        Figure::DegradedShare => ("", " of answers came from another model than the one asked for"),
        Figure::HedgeShare => ("", " of requests were asked twice at once"),
        Figure::HedgeWins => ("", " of the hedges answered first"),
        Figure::GoodputRatio => ("", " of requests were answered within the SLO"),
        Figure::GoodputRate => ("Good answers came at ", ""),
        Figure::RegionShare | Figure::ModelShare => {
            let when = scope.during.as_ref().map_or_else(String::new, |stage| format!(" in {stage}"));
            return (format!("{who} gave "), format!(" of the answers{when}"));
        }
        Figure::AttemptsPerRequest => ("A request took ", " attempts"),
        Figure::Requests => ("There were ", " requests"),
        Figure::RequestsRate => ("Requests came at ", ""),
        Figure::Failures => ("", " requests failed"),
        Figure::Throttles => ("", " attempts were throttled"),
        Figure::Errors => ("", " attempts ended in an error"),
        Figure::BrokenStreams => ("", " streams broke"),
        Figure::IncompleteStreams => ("", " streams ended without their closing event"),
        Figure::StreamRestarts => ("", " broken streams were asked for again"),
        Figure::RetryQuotaRefusals => ("The retry quota refused ", " calls"),
        Figure::BreakerOpenTime => ("Circuit breakers were open for ", ""),
        Figure::BreakerRefusals => ("Circuit breakers refused ", " calls"),
        Figure::BudgetSpent => ("The fallback's budget ended ", " requests"),
        Figure::RegionReturns => ("", " requests tried the first region again"),
        Figure::Shed => ("The client's own limit turned ", " requests away"),
        Figure::GatewayRefusals => ("The gateway refused ", " requests"),
        Figure::GatewayTimeouts => ("", " requests outlasted the gateway"),
        Figure::Dropped => ("", " arrivals were dropped"),
        Figure::TokensInput => ("", " input tokens were used"),
        Figure::TokensOutput => ("", " output tokens were used"),
        Figure::TokensPerMinute => ("Tokens were used at ", ""),
        Figure::TokensWasted => ("", " tokens were wasted"),
        Figure::Cost => ("The tokens cost ", ""),
        Figure::CostPer1k => ("A thousand answers cost ", ""),
        Figure::CostWasted => ("Wasted tokens cost ", ""),
        Figure::Findings => ("The judge found ", " things to change"),
        Figure::JobsEnqueued => ("The queue took ", " jobs"),
        Figure::JobsCompleted => ("", " jobs were completed"),
        Figure::JobsFailed => ("", " jobs were given up"),
        Figure::JobsDeadLettered => ("", " jobs were dead-lettered"),
        Figure::JobsLost => ("", " jobs were lost"),
        Figure::JobsUnfinished => ("", " jobs were left in the queue"),
        Figure::JobsDuplicateEffects => ("", " results were stored again"),
        Figure::JobsWastedCalls => ("", " answers were nobody's result"),
        Figure::JobsRedeliveries => ("", " deliveries were not the first"),
        Figure::JobsNoOps => ("", " deliveries found nothing to do"),
        Figure::JobsMostReceives => ("A job was received ", " times at most"),
        Figure::QueueDepth => ("", " jobs waited at most"),
        Figure::QueueOldest => ("The oldest job was unsettled for ", ""),
        Figure::QueueDrainTime => ("The batch took ", ""),
        Figure::WorkersUtilisation => ("Workers were busy for ", " of their time"),
        Figure::RecoveryTime => {
            let fault = scope.after.as_deref().unwrap_or("the fault");
            return ("Callers needed ".to_owned(), format!(" to recover from {fault}"));
        }
    };
    (before.to_owned(), format!("{after}{whose}"))
}

/// A distribution in words.
pub(super) fn timing_words(timing: Timing) -> &'static str {
    match timing {
        Timing::Latency => "latency",
        Timing::Ttft => "the time to first token",
        Timing::ServiceTime => "service time",
        Timing::ServiceTtft => "the service's time to first token",
        Timing::Tpot => "the time per output token",
        Timing::Itl => "the gaps between tokens",
        Timing::FirstAttempt => "the first attempt",
        Timing::Backoff => "backoff",
        Timing::LimitWait => "the wait at the client's own limit",
        Timing::RetrierWait => "the retriers' waits",
        Timing::QueueWait => "the wait in the queue",
        Timing::JobLatency => "the time from enqueue to result",
        Timing::ScheduleDelay => "the schedule delay",
    }
}

fn whose(scope: &Scope) -> String {
    let part = |word: &str, name: &Option<crate::record::Name>| {
        name.as_ref().map(|name| format!(" {word} {name}")).unwrap_or_default()
    };
    let [flow, region] = [part("of", &scope.flow), part("from", &scope.region)];
    let [model, stage] = [part("by", &scope.model), part("in", &scope.during)];
    format!("{flow}{region}{model}{stage}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Gate, Measured, OnNoData, Severity};

    fn judged(metric: &str, scope: Scope, limit: Limit, measured: Measured) -> Option<Judged> {
        let gate = Gate {
            name: "g".into(),
            metric: metric.parse().ok()?,
            scope,
            limit,
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        };
        Some(gate.judge(measured))
    }

    fn sharp(value: f64) -> Measured {
        Measured::sharp(Some(value), 100, 1)
    }

    #[test]
    fn a_gate_tells_value_and_limit() {
        let after = Scope { after: Some("storm".into()), ..Scope::default() };
        let chat = Scope { flow: Some("chat".into()), during: Some("quiet".into()), ..Scope::default() };
        let close = Measured { interval: Some((1.8, 2.2)), ..sharp(1.9) };
        let few = Measured { floor: 299, ..sharp(1.0) };
        let table = [
            (
                judged("recovery.time", after, Limit::Max(15.0), sharp(21.4)),
                "Callers needed 21.4 s to recover from storm; the limit is 15.0 s.",
                "g: 21.4 s > 15.0 s",
            ),
            (
                judged("success.ratio", Scope::default(), Limit::Min(0.995), sharp(0.981)),
                "98.1 % of requests were answered; at least 99.50 % was asked.",
                "g: 98.1 % < 99.50 %",
            ),
            (
                judged("ttft.p95", chat.clone(), Limit::Max(2.0), close),
                "The p95 of the time to first token of chat in quiet was 1.90 s; the limit is 2.00 s, which lies within the interval of 1.80 s to 2.20 s.",
                "g: 1.90 s is too close to max 2.00 s to call",
            ),
            (
                judged("ttft.p99", chat, Limit::Max(2.0), few),
                "ttft.p99 chat in quiet was not decided: 100 samples, and 299 are needed; the limit is 2.00 s.",
                "g: too few (100 of 299), max 2.00 s",
            ),
        ];
        for (judged, sentence, short) in table {
            let said = judged.as_ref().map(|judged| (gate(judged).plain(), story(judged)));
            let said =
                said.map(|(long, short)| (long.replace('\u{202f}', " "), short.replace('\u{202f}', " ")));
            assert_eq!(said, Some((sentence.to_owned(), short.to_owned())));
        }
    }
}
