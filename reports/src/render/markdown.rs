//! `summary.md`: the run for a build's summary page and for a comment on a pull request.
//!
//! Text from the run stands in code spans: there Markdown has no markup, no links and no mentions, so
//! nothing that a service said can speak for the report. Sentences that quote a name are escaped. The text is cut at 60 KB, under the limits
//! of every host, with a line that says so.

mod comparison;

use std::fmt::Write;

use crate::chart::limit_bar;
use crate::gate::{Judged, Limit, Verdict};
use crate::judge::expect::Expectation;
use crate::number;
use crate::record::Record;
use crate::summary::{Exemplar, RunVerdict, Spread, Summary};

use super::{finding, phrase};

pub use comparison::comparison_markdown;

/// The most bytes: a comment may hold 64 KiB.
const MOST: usize = 60_000;
/// Requests listed.
const REQUESTS: usize = 5;
/// Findings listed.
const FINDINGS: usize = 10;

/// The run as GitHub-flavoured Markdown.
pub fn markdown(summary: &Summary) -> String {
    let parts = [
        headline(summary),
        validity(summary),
        gates(summary),
        expectations(summary),
        findings(summary),
        numbers(summary),
        summary.comparisons.iter().map(comparison::section).collect::<Vec<_>>().join("\n"),
        requests(summary),
        foot(summary),
    ];
    cut(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"))
}

fn headline(summary: &Summary) -> String {
    let icon = match summary.verdict {
        RunVerdict::Pass => "✅",
        RunVerdict::Fail => "❌",
        RunVerdict::Inconclusive => "◇",
        RunVerdict::Invalid => "⚠️",
    };
    let (word, tally) = (summary.verdict.word(), phrase::tally(summary));
    let cause = escaped(&phrase::cause(summary).plain());
    format!("## {icon} {word} {tally}: {}\n\n{cause}\n", code(&summary.run.scenario))
}

fn validity(summary: &Summary) -> String {
    let troubles = summary.validity.troubles().fold(String::new(), |mut text, check| {
        let _ = writeln!(text, "> **{}** {}", escaped(&check.name), escaped(&check.finding));
        text
    });
    summary.stopped.iter().fold(troubles, |mut text, stopped| {
        let _ = writeln!(text, "> **stopped early** by {}", code(&stopped.to_string()));
        text
    })
}

fn gates(summary: &Summary) -> String {
    if summary.gates.is_empty() {
        return String::new();
    }
    let head = "| verdict | gate | measured | limit | margin | samples |\n| --- | --- | ---: | ---: | ---: | ---: |\n";
    summary.gates.iter().map(gate).fold(head.to_owned(), |table, row| table + &row)
}

fn gate(judged: &Judged) -> String {
    let unit = judged.gate.metric.entry().unit;
    format!(
        "| {} | {} {} | **{}** | {} | {} | {} |\n",
        judged.verdict.word(),
        code(&judged.gate.name),
        code(&phrase::metric_and_scope(judged)),
        judged.measured_text(),
        judged.gate.limit.text(unit),
        margin(judged),
        number::count(judged.measured.samples),
    )
}

fn expectations(summary: &Summary) -> String {
    if summary.expectations().is_empty() {
        return String::new();
    }
    let head = "| verdict | expected of the client | | seen |\n| --- | --- | --- | --- |\n";
    let row = |it: &Expectation| {
        let (name, expected, seen) = (code(&it.name), code(&it.expected), code(&it.seen));
        format!("| {} | {name} | {expected} | {seen} |\n", it.verdict.word())
    };
    summary.expectations().iter().map(row).fold(head.to_owned(), |table, row| table + &row)
}

/// What the judge holds against the clients, gravest first.
fn findings(summary: &Summary) -> String {
    let mut text = String::new();
    for (answer, found) in summary.grave().take(FINDINGS) {
        let (word, name) = (finding::severity(found.severity), code(&finding::name(answer.code)));
        let (whose, seen, change) = (code(&finding::whose(answer)), code(&found.seen), code(&found.change));
        let _ = writeln!(text, "- **{word}** {name} of {whose}: {seen} → {change}");
    }
    let more = summary.grave().count().saturating_sub(FINDINGS);
    if more > 0 {
        let _ = writeln!(text, "- and {more} more in `report.html`");
    }
    text
}

/// How far beyond the limit, or how much of it is left.
fn margin(judged: &Judged) -> String {
    match (judged.excess(), limit_bar::used(judged)) {
        _ if judged.verdict == Verdict::NoData => "–".to_owned(),
        (Some(excess), _) if excess > 0.0 => number::difference(excess, judged.gate.metric.entry().unit),
        _ if matches!(judged.gate.limit, Limit::Max(most) if most == 0.0) => "kept".to_owned(),
        (_, Some(used)) if used <= 1.0 => format!("{:.0} % left", (1.0 - used) * 100.0),
        _ => "–".to_owned(),
    }
}

fn numbers(summary: &Summary) -> String {
    let total = &summary.total;
    let rows = [
        ("requests", number::count(total.requests)),
        ("first try", phrase::share(total, total.first_try)),
        ("retried", phrase::share(total, total.retried)),
        ("fell back", phrase::share(total, total.fell_back)),
        ("failed", phrase::share(total, total.failed)),
        (
            "attempts per request",
            total.attempts_per_request().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
        ),
        ("tokens wasted", number::short(total.tokens_wasted as f64)),
        ("latency p50 · p95 · p99", percentiles(&total.latency)),
        ("time to first token p50 · p95 · p99", percentiles(&total.ttft)),
        ("cost", total.cost_usd.map_or_else(|| "–".to_owned(), number::usd)),
    ];
    let jobs = total.jobs.iter().flat_map(|jobs| {
        [
            ("jobs", number::count(jobs.enqueued)),
            ("jobs completed", number::count(jobs.completed)),
            ("jobs lost", number::count(jobs.lost)),
            ("results stored again", number::count(jobs.duplicate_effects)),
            ("jobs dead-lettered", number::count(jobs.dead_lettered)),
            ("jobs unfinished", number::count(jobs.unfinished)),
        ]
    });
    let head = "| figure | value |\n| --- | ---: |\n";
    let row = |(name, value): (&str, String)| format!("| {name} | {value} |\n");
    rows.into_iter().chain(jobs).map(row).fold(head.to_owned(), |table, row| table + &row)
}

fn percentiles(spread: &Spread) -> String {
    let texts = [spread.p50, spread.p95, spread.p99].map(|time| phrase::time_or_why(time, spread.count));
    texts.join(" · ")
}

fn requests(summary: &Summary) -> String {
    if summary.exemplars.is_empty() {
        return String::new();
    }
    let head = "| request | flow | latency | way |\n| --- | --- | ---: | --- |\n";
    summary.exemplars.iter().take(REQUESTS).map(request).fold(head.to_owned(), |table, row| table + &row)
}

fn request(exemplar: &Exemplar) -> String {
    let Exemplar { why, record } = exemplar;
    let Record { id, flow, .. } = record;
    format!(
        "| {id} {} | {} | {} | {} |\n",
        code(&phrase::why(why)),
        code(flow),
        number::time(record.latency()),
        code(&phrase::route(record)),
    )
}

fn foot(summary: &Summary) -> String {
    let digest = summary.run.digest.get(..12).unwrap_or(&summary.run.digest);
    format!("seed {} · scenario {} · {}\n", summary.run.seed, code(digest), code(&summary.run.target))
}

/// Text from the run as a code span of one line.
fn code(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '`' => 'ˋ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let plain = plain.trim();
    if plain.is_empty() { "–".to_owned() } else { format!("`{}`", plain.replace('|', "\\|")) }
}

/// A sentence with names from the run in it, without a meaning to Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '@' => out.push_str("@\u{200b}"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '[' | ']' | '`' | '\\' | '#' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn cut(text: String) -> String {
    if text.len() <= MOST {
        return text;
    }
    let end = text.char_indices().rev().find(|(at, c)| *at < MOST && *c == '\n').map_or(0, |(at, _)| at + 1);
    format!("{}\n… cut at 60 KB; `report.html` has the rest\n", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{HOSTILE, every_verdict, hostile, storm, torn};

    #[test]
    fn a_failed_run_gives_its_reason_first() {
        insta::assert_snapshot!(markdown(&every_verdict()).replace('\u{202f}', " "));
    }

    #[test]
    fn an_invalid_run_says_what_voids_it() {
        let text = markdown(&torn().summary);
        assert!(text.starts_with("## ⚠️ INVALID 1 of "), "{text}");
    }

    #[test]
    fn hostile_text_stays_in_code_spans() {
        let text = markdown(&hostile());
        assert!(text.contains("onerror"), "the text itself is shown");
        for line in text.lines().filter(|line| line.contains("onerror")) {
            let outside: String = line.split('`').step_by(2).collect();
            assert!(!outside.contains("<img") && !outside.contains("](y)"), "{line}");
        }
        assert_eq!(code(HOSTILE).matches('`').count(), 2);
    }

    #[test]
    fn a_long_summary_is_cut_and_says_so() {
        let mut summary = storm().summary;
        let gate = summary.gates[0].clone();
        summary.gates = vec![gate; 2000];
        let text = markdown(&summary);
        assert!(text.len() < 61_000 && text.ends_with("has the rest\n"));
    }
}
