//! What went wrong, grouped by cause: attempts by what came back, requests by how they failed.

use std::collections::BTreeMap;

use crate::number;
use crate::record::Name;
use crate::render::phrase::plural;
use crate::summary::{ErrorRow, FailureRow, Summary};

use super::Sentence;

/// The section.
pub(super) struct Errors<'a> {
    pub(super) lead: Sentence,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) failures: Vec<Failed<'a>>,
}

/// Attempts that ended in the same error.
pub(super) struct Row<'a> {
    pub(super) status: String,
    pub(super) error: &'a str,
    pub(super) attempts: String,
    pub(super) regions: String,
    pub(super) faults: String,
    pub(super) when: String,
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

pub(super) fn view(summary: &Summary) -> Errors<'_> {
    let failed = |row| failure(summary, row);
    Errors {
        lead: lead(summary),
        rows: summary.errors.iter().map(row).collect(),
        failures: summary.failures.iter().map(failed).collect(),
    }
}

fn lead(summary: &Summary) -> Sentence {
    let total = &summary.total;
    let Some(first) = summary.errors.first() else {
        return match total.failed {
            0 => Sentence::of("No attempt ended in an error."),
            failed => Sentence::of("No attempt ended in an error, and yet ")
                .stress(format!(
                    "{} {}",
                    number::count(failed),
                    plural(failed as usize, "request", "requests")
                ))
                .say(" failed."),
        };
    };
    let errors: u64 = summary.errors.iter().map(|row| row.attempts).sum();
    let kinds = match summary.errors.len() {
        1 => format!(", all as {}", first.error),
        _ => format!(", {} of them as {}", number::count(first.attempts), first.error),
    };
    let lead = Sentence::default()
        .stress(format!("{} {}", number::count(errors), plural(errors as usize, "attempt", "attempts")))
        .say(format!(" ended in an error{kinds}; "));
    match total.failed {
        0 => lead.say("no request failed for it."),
        failed => lead
            .stress(format!("{} {}", number::count(failed), plural(failed as usize, "request", "requests")))
            .say(" failed."),
    }
}

fn row(row: &ErrorRow) -> Row<'_> {
    Row {
        status: row.status.map_or_else(|| "–".to_owned(), |status| status.to_string()),
        error: &row.error,
        attempts: number::count(row.attempts),
        regions: counted(&row.regions),
        faults: counted(&row.faults),
        when: format!("{} to {}", number::clock(row.first), number::clock(row.last)),
    }
}

fn counted(counts: &BTreeMap<Name, u64>) -> String {
    let told: Vec<String> =
        counts.iter().map(|(name, count)| format!("{name} {}", number::count(*count))).collect();
    if told.is_empty() { "–".to_owned() } else { told.join(", ") }
}

fn failure<'a>(summary: &Summary, row: &'a FailureRow) -> Failed<'a> {
    Failed {
        class: row.class.name(),
        requests: number::count(row.requests),
        message: &row.message,
        example: row.example,
        shown: summary.exemplars.iter().any(|exemplar| exemplar.record.id == row.example),
    }
}
