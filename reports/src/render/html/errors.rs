//! What went wrong, grouped by cause: attempts by who caused them and what came back, what stopped a request before it was
//! sent, and requests by how they failed.

use std::collections::BTreeMap;

use crate::chart::clock::Clock;
use crate::chart::spark::spark;
use crate::chart::svg::Element;
use crate::number;
use crate::record::{Name, Record, is_throttling_code};
use crate::render::phrase::plural;
use crate::summary::{ErrorRow, FailureRow, Figures, Summary};

use super::Sentence;
use super::requests;

/// Destinations told of one row.
const DESTINATIONS: usize = 3;

/// The section.
pub(super) struct Errors<'a> {
    pub(super) lead: Sentence,
    /// Whether anything stands in the table of causes.
    pub(super) any: bool,
    pub(super) causes: Vec<Cause<'a>>,
    pub(super) unsent: Vec<Unsent>,
    pub(super) failures: Vec<Failed<'a>>,
    /// The time that the small charts cover.
    pub(super) span: String,
}

/// Errors of one cause.
pub(super) struct Cause<'a> {
    pub(super) words: String,
    pub(super) rows: Vec<Row<'a>>,
}

/// Attempts that ended in the same error for the same reason.
pub(super) struct Row<'a> {
    pub(super) status: String,
    pub(super) error: &'a str,
    pub(super) destinations: Vec<(String, String)>,
    pub(super) when: Element,
    pub(super) attempts: String,
    pub(super) requests: String,
    pub(super) retried: String,
    pub(super) fell_back: String,
    pub(super) failed: String,
    pub(super) any_failed: bool,
    /// One of the requests above that met it.
    pub(super) example: Option<u64>,
}

/// What stopped requests on the client's own side, with no attempt made.
pub(super) struct Unsent {
    pub(super) cause: &'static str,
    pub(super) about: &'static str,
    pub(super) count: String,
}

/// Requests that failed in the same way.
pub(super) struct Failed<'a> {
    pub(super) class: &'static str,
    pub(super) requests: String,
    pub(super) message: &'a str,
    pub(super) example: u64,
    /// Whether the example stands among the requests above.
    pub(super) shown: bool,
}

pub(super) fn view<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Errors<'a> {
    let (causes, unsent) = (causes(summary, clock), unsent(&summary.total));
    let end = clock.map_or_else(|| summary.run.length(), Clock::length);
    Errors {
        lead: lead(summary),
        any: !causes.is_empty() || !unsent.is_empty(),
        causes,
        unsent,
        failures: summary.failures.iter().map(|row| failure(summary, row)).collect(),
        span: format!("0:00–{}", number::clock(end)),
    }
}

fn lead(summary: &Summary) -> Sentence {
    let total = &summary.total;
    let errors: u64 = summary.errors.iter().map(|row| row.attempts).sum();
    let requests =
        |count: u64| format!("{} {}", number::count(count), plural(count as usize, "request", "requests"));
    if errors == 0 {
        let lead = Sentence::of("No attempt ended in an error");
        return match total.failed {
            0 => lead.say("."),
            failed => lead.say(", and yet ").stress(requests(failed)).say(" failed."),
        };
    }
    let attempts: u64 = summary.timeline.attempts.iter().sum();
    let injected: u64 = summary.errors.iter().flat_map(|row| row.faults.values()).sum();
    let lead = Sentence::default()
        .stress(number::count(errors))
        .say(format!(" of {} attempts ended in an error, ", number::count(attempts.max(errors))));
    let lead = match injected {
        0 => lead.say("none of them injected"),
        all if all == errors => lead.say("all of them injected"),
        some => lead.say(format!("{} of them injected", number::share(some as f64 / errors as f64))),
    };
    match total.failed {
        0 => lead.say("; no request failed for it."),
        failed => lead.say("; ").stress(requests(failed)).say(" failed."),
    }
}

/// Causes with the most attempts first, each with its errors.
fn causes<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Vec<Cause<'a>> {
    let mut groups: Vec<(String, Vec<&ErrorRow>)> = Vec::new();
    for row in &summary.errors {
        let words = cause(row);
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((words, vec![row])),
        }
    }
    let attempts = |rows: &[&ErrorRow]| rows.iter().map(|row| row.attempts).sum::<u64>();
    groups.sort_by_key(|(_, rows)| std::cmp::Reverse(attempts(rows)));
    let cause = |(words, rows): (String, Vec<&'a ErrorRow>)| Cause {
        words,
        rows: rows.into_iter().map(|error| row(summary, clock, error)).collect(),
    };
    groups.into_iter().map(cause).collect()
}

/// Who or what caused these errors.
fn cause(row: &ErrorRow) -> String {
    if let Some(fault) = row.faults.keys().next() {
        return format!("Injected by {fault}");
    }
    let words = match row.status {
        Some(429) => "Over a quota",
        _ if is_throttling_code(&row.error) => "Over a quota",
        Some(200..300) => "Inside an answer",
        Some(500..) => "The service failed",
        Some(_) => "The request was refused",
        None => "No answer",
    };
    words.to_owned()
}

fn row<'a>(summary: &Summary, clock: Option<&Clock<'_>>, error: &'a ErrorRow) -> Row<'a> {
    let met = error.met;
    let words = format!(
        "{} attempts, the first at {}, the last at {}",
        number::count(error.attempts),
        number::clock(error.first),
        number::clock(error.last)
    );
    Row {
        status: error.status.map_or_else(String::new, |status| status.to_string()),
        error: &error.error,
        destinations: destinations(&error.destinations),
        when: spark(&error.times, clock, &words),
        attempts: number::count(error.attempts),
        requests: number::count(met.requests()),
        retried: number::count(met.retried),
        fell_back: number::count(met.fell_back),
        failed: number::count(met.failed),
        any_failed: met.failed > 0,
        example: example(summary, error),
    }
}

/// The destinations with the most of them, and how many more there were.
fn destinations(counts: &BTreeMap<Name, BTreeMap<Name, u64>>) -> Vec<(String, String)> {
    let each = counts.iter().flat_map(|(model, regions)| {
        regions.iter().map(move |(region, count)| (format!("{model} · {region}"), *count))
    });
    let mut each: Vec<(String, u64)> = each.collect();
    each.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rest: u64 = each.iter().skip(DESTINATIONS).map(|(_, count)| count).sum();
    let more = each.len().saturating_sub(DESTINATIONS);
    each.truncate(DESTINATIONS);
    each.extend((more > 0).then(|| (format!("{more} more"), rest)));
    each.into_iter().map(|(name, count)| (name, number::count(count))).collect()
}

/// A request on the page that met the error.
fn example(summary: &Summary, error: &ErrorRow) -> Option<u64> {
    let met = |record: &Record| {
        record.attempts().any(|attempt| {
            let caused = attempt.fault.as_ref() == error.faults.keys().next();
            caused && attempt.status == error.status && attempt.error.as_ref() == Some(&error.error)
        })
    };
    let found = summary.exemplars.iter().map(|exemplar| &exemplar.record).find(|record| met(record));
    found.map(|record| record.id).filter(|id| requests::is_shown(summary, *id))
}

/// What the client's own side stopped, in recorded stages.
fn unsent(total: &Figures) -> Vec<Unsent> {
    let known = [
        ("Retry quota empty", "the SDK returned the error without another try", total.retry_quota_refusals),
        ("Breaker open", "the client did not ask the destination", total.breaker_refusals),
        ("Budget spent", "no call or time was left for another destination", total.budget_spent),
        ("Shed", "the client's own rate limit turned the request away", total.shed),
        ("Gateway refused", "the gateway answered before any call", total.gateway_refusals),
        ("Gateway timed out", "the gateway gave its caller up", total.gateway_timeouts),
    ];
    let counted = known.into_iter().filter(|(.., count)| *count > 0);
    counted.map(|(cause, about, count)| Unsent { cause, about, count: number::count(count) }).collect()
}

fn failure<'a>(summary: &Summary, row: &'a FailureRow) -> Failed<'a> {
    Failed {
        class: row.class.name(),
        requests: number::count(row.requests),
        message: &row.message,
        example: row.example,
        shown: requests::is_shown(summary, row.example),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::storm;

    #[test]
    fn an_error_has_one_cause() {
        let injected = storm().summary.errors[0].clone();
        let own = |status, error: &str| ErrorRow {
            status,
            error: error.into(),
            faults: BTreeMap::new(),
            ..injected.clone()
        };
        assert!(cause(&injected).starts_with("Injected by "));
        let table = [
            (own(Some(429), "ThrottlingException"), "Over a quota"),
            (own(Some(400), "ThrottlingException"), "Over a quota"),
            (own(Some(200), "modelStreamErrorException"), "Inside an answer"),
            (own(Some(503), "ServiceUnavailableException"), "The service failed"),
            (own(Some(403), "AccessDeniedException"), "The request was refused"),
            (own(None, "timeout"), "No answer"),
        ];
        for (row, words) in table {
            assert_eq!(cause(&row), words);
        }
    }

    #[test]
    fn errors_of_one_cause_stand_together() {
        let mut summary = storm().summary;
        let first = summary.errors[0].clone();
        summary.errors.push(ErrorRow { status: Some(503), attempts: 3, ..first });
        let view = view(&summary, None);
        assert_eq!(view.causes[0].rows.len(), 2);
        assert!(view.causes[0].rows[0].example.is_some());
    }

    #[test]
    fn of_many_destinations_the_rest_is_added_up() {
        let regions = (1..=5).map(|n| (format!("r{n}").into(), n)).collect();
        let told = destinations(&[("m".into(), regions)].into());
        let told: Vec<(&str, &str)> =
            told.iter().map(|(name, count)| (name.as_str(), count.as_str())).collect();
        assert_eq!(told, [("m · r5", "5"), ("m · r4", "4"), ("m · r3", "3"), ("2 more", "3")]);
    }
}
