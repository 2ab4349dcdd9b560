//! What a gate measured against what it asked, in a sentence and in short.

use crate::gate::{Against, Judged, Limit, Scope, Verdict};
use crate::metric::{Figure, Metric, Timing};
use crate::number;
use crate::record::Name;
use crate::render::compared;
use crate::render::sentence::Sentence;

/// What a gate measured against what it asked: `Callers needed 21.4 s to recover from storm; the limit is 15.0 s.`
pub(in crate::render) fn gate(judged: &Judged) -> Sentence {
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
pub(in crate::render) fn metric_and_scope(judged: &Judged) -> String {
    let Judged { gate, .. } = judged;
    format!("{} {}", gate.metric, gate.scope).trim_end().to_owned()
}

/// `answered: 98.1 % < 99.5 %`, the short story of a broken limit.
pub(in crate::render) fn story(judged: &Judged) -> String {
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
fn timing_words(timing: Timing) -> &'static str {
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
    let part = |word: &str, name: &Option<Name>| {
        name.as_ref().map(|name| format!(" {word} {name}")).unwrap_or_default()
    };
    let [flow, region] = [part("of", &scope.flow), part("from", &scope.region)];
    let [model, stage] = [part("by", &scope.model), part("in", &scope.during)];
    format!("{flow}{region}{model}{stage}")
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
