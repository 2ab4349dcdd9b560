//! The summary that a person reads at the terminal when a run is over.
//!
//! One thought a line, the verdict's word first, figures right of their names. Colour only repeats what
//! a sign or a word says, so the plain form loses nothing. Names and messages come from outside: what a
//! terminal would obey in them (escapes, direction marks) is replaced before anything is laid out.

mod comparison;
mod table;

use anstyle::{AnsiColor, Style as Ansi};

use crate::gate::{Judged, Verdict};
use crate::header::ClockKind;
use crate::judge::finding::Severity;
use crate::number;
use crate::run_note::RunNote;
use crate::summary::{Figures, QueueSummary, RunVerdict, Spread, Summary};

use super::{finding, phrase};
pub use comparison::comparison_text;
use table::{Align, Table};

/// The narrowest terminal that is laid out for.
const NARROWEST: usize = 80;

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Colour,
}

/// The run in a screenful, for a terminal of `width` columns.
pub fn text(summary: &Summary, note: &RunNote, style: Style, width: usize) -> String {
    let pen = Pen { style };
    let width = width.max(NARROWEST);
    let parts = [
        verdict(summary, note, pen),
        voids(summary, pen),
        gates(summary, pen, width),
        expectations(summary, pen, width),
        figures(summary, width),
        summary.comparisons.iter().map(|it| comparison::section(it, pen, width)).collect(),
        troubles(summary, pen) + &findings(summary, pen, width),
        report(note) + &traces(summary),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

#[derive(Clone, Copy)]
struct Pen {
    style: Style,
}

impl Pen {
    fn paint(self, text: &str, ansi: Ansi) -> String {
        match self.style {
            Style::Plain => text.to_owned(),
            Style::Colour => format!("{ansi}{text}{ansi:#}"),
        }
    }
}

/// A text in the colour of what passed.
pub(super) fn paint_good(text: &str, style: Style) -> String {
    Pen { style }.paint(&tame(text), AnsiColor::Green.on_default())
}

/// A text in the colour of what failed.
pub(super) fn paint_bad(text: &str, style: Style) -> String {
    Pen { style }.paint(&tame(text), AnsiColor::Red.on_default())
}

fn run_colour(verdict: RunVerdict) -> Ansi {
    let colour = match verdict {
        RunVerdict::Pass => AnsiColor::Green,
        RunVerdict::Fail | RunVerdict::Invalid => AnsiColor::Red,
        RunVerdict::Inconclusive => AnsiColor::Yellow,
    };
    colour.on_default().bold()
}

fn sign(verdict: Verdict) -> (&'static str, Ansi) {
    match verdict {
        Verdict::Fail => ("✗", AnsiColor::Red.on_default()),
        Verdict::NoData => ("○", AnsiColor::Yellow.on_default()),
        Verdict::Inconclusive => ("◇", AnsiColor::Yellow.on_default()),
        Verdict::Pass => ("✓", AnsiColor::Green.on_default()),
    }
}

fn verdict(summary: &Summary, note: &RunNote, pen: Pen) -> String {
    let word = pen.paint(summary.verdict.word(), run_colour(summary.verdict));
    let length = number::time(summary.run.length());
    let clock = match summary.run.clock {
        // A client that only the cloud saw had no traffic of ours.
        _ if summary.run.stages.is_empty() => format!("{} of wall time", number::seconds(note.wall_seconds)),
        ClockKind::Virtual => {
            format!("{length} of traffic in {} (virtual)", number::seconds(note.wall_seconds))
        }
        ClockKind::Real => format!("{length} of traffic in real time"),
    };
    let (scenario, tally) = (&summary.run.scenario, phrase::tally(summary));
    let rest = format!("  {scenario}   {tally}   {clock} · seed {}", summary.run.seed);
    format!("{word}{}\n", tame(&rest))
}

/// What voids the run, or has ended it, one finding a line.
fn voids(summary: &Summary, pen: Pen) -> String {
    let troubles = summary.validity.troubles().map(|check| format!("{}: {}", check.name, check.finding));
    let stopped = summary.stopped.iter().map(|stopped| format!("stopped early by {stopped}"));
    let mark = pen.paint("!", AnsiColor::Red.on_default().bold());
    troubles.chain(stopped).map(|told| format!("  {mark} {}\n", tame(&told))).collect()
}

fn gates(summary: &Summary, pen: Pen, width: usize) -> String {
    let mut table = Table::new([Align::Left, Align::Left, Align::Right, Align::Left, Align::Right]);
    for judged in &summary.gates {
        table.row([
            tame(&judged.gate.name),
            tame(&phrase::metric_and_scope(judged)),
            tame(&measured(judged)),
            tame(&judged.gate.limit.text(judged.gate.metric.entry().unit)),
            tame(&remark(judged)),
        ]);
    }
    // Two columns for the margin, two for the sign.
    let rows = table.lines(width - 4).into_iter().zip(&summary.gates);
    rows.map(|(line, judged)| {
        let (sign, ansi) = sign(judged.verdict);
        format!("  {} {}\n", pen.paint(sign, ansi), line.trim_end())
    })
    .collect()
}

/// What is expected of the client, a line each: its name, what was expected, and what was seen where that says more.
fn expectations(summary: &Summary, pen: Pen, width: usize) -> String {
    let mut table = Table::new([Align::Left, Align::Left]);
    for expected in summary.expectations() {
        table.row([tame(&expected.name), format!("expected {}", tame(&expected.expected))]);
    }
    let rows = table.lines(width - 4).into_iter().zip(summary.expectations());
    rows.map(|(line, expected)| {
        let (sign, ansi) = sign(expected.verdict);
        let first = format!("  {} {}\n", pen.paint(sign, ansi), line.trim_end());
        match expected.verdict {
            Verdict::Pass => first,
            _ => first + &wrapped("    seen: ", &expected.seen, width),
        }
    })
    .collect()
}

fn measured(judged: &Judged) -> String {
    match (judged.verdict, judged.measured.value) {
        (Verdict::NoData, Some(_)) => "too few".to_owned(),
        _ => judged.measured_text(),
    }
}

/// The margin where a limit was broken, the interval where it decided, else how many samples.
fn remark(judged: &Judged) -> String {
    let unit = judged.gate.metric.entry().unit;
    let samples = number::count(judged.measured.samples);
    match (judged.verdict, judged.excess(), judged.measured.interval) {
        (Verdict::Fail, Some(excess), _) => number::difference(excess, unit),
        (Verdict::Inconclusive, _, Some((low, high))) => {
            format!("{} … {}", number::value(low, unit), number::value(high, unit))
        }
        (Verdict::NoData, ..) if judged.measured.samples < judged.measured.floor => {
            format!("n {samples} of {}", number::count(judged.measured.floor))
        }
        (Verdict::NoData, ..) => String::new(),
        _ => format!("n {samples}"),
    }
}

fn figures(summary: &Summary, width: usize) -> String {
    let total = &summary.total;
    if total.requests == 0 {
        let seen = summary.judgement.as_ref().map(|judgement| {
            let (exchanges, clients) = (number::count(judgement.exchanges), judgement.clients.len());
            format!(
                "  the cloud saw {exchanges} exchanges of {clients} {}\n",
                phrase::plural(clients, "client", "clients")
            )
        });
        return seen.unwrap_or_else(|| "  no request was due in a recorded stage\n".to_owned());
    }
    let share = |count: u64| phrase::share(total, count);
    let latency = [Some(percentiles(&total.latency)), ttft(&total.ttft)];
    let requests = [
        number::count(total.requests),
        format!("first try {}", share(total.first_try)),
        format!("retried {}", share(total.retried)),
        format!("fell back {}", share(total.fell_back)),
        format!("failed {}", share(total.failed)),
    ];
    let attempts = [
        number::count(total.attempts),
        format!("throttled {}", number::count(total.throttled)),
        format!("backoff slept {}", number::time(total.backoff_slept)),
        format!("retry quota refusals {}", number::count(total.retry_quota_refusals)),
    ];
    let tokens = [
        Some(format!("in {}", number::short(total.tokens_input as f64))),
        Some(format!("out {}", number::short(total.tokens_output as f64))),
        (total.tokens_wasted > 0).then(|| format!("wasted {}", number::short(total.tokens_wasted as f64))),
        total.cost_usd.map(|cost| format!("cost {}{}", number::usd(cost), wasted_cost(total, cost))),
    ];
    [
        line("latency ", latency.into_iter().flatten(), width),
        line("requests", requests, width),
        line("attempts", attempts, width),
        line("tokens  ", tokens.into_iter().flatten(), width),
        policies(summary, width),
        jobs(summary, width),
    ]
    .concat()
}

/// What became of jobs, if there were any.
fn jobs(summary: &Summary, width: usize) -> String {
    let Some(jobs) = &summary.total.jobs else { return String::new() };
    let drained = summary.queues.iter().map(QueueSummary::drain_time).collect::<Option<Vec<_>>>();
    let drained = drained.and_then(|times| times.into_iter().max());
    let fact = |name: &str, count: u64| format!("{name} {}", number::count(count));
    let facts =
        [
            Some(number::count(jobs.enqueued)),
            Some(fact("completed", jobs.completed)),
            Some(fact("lost", jobs.lost)),
            Some(fact("done again", jobs.duplicate_effects)),
            (jobs.failed > 0).then(|| fact("failed", jobs.failed)),
            (jobs.dead_lettered > 0).then(|| fact("dead-lettered", jobs.dead_lettered)),
            (jobs.unfinished > 0).then(|| fact("unfinished", jobs.unfinished)),
            Some(fact("delivered again", jobs.redeliveries)),
            Some(fact("wasted calls", jobs.wasted_calls)),
            Some(drained.map_or_else(
                || "not drained".to_owned(),
                |time| format!("drained in {}", number::time(time)),
            )),
        ];
    line("jobs    ", facts.into_iter().flatten(), width)
}

/// Which part of the cost was for nothing, if any.
fn wasted_cost(total: &Figures, cost: f64) -> String {
    match total.cost_wasted_usd.map(|wasted| wasted / cost) {
        Some(share) if share > 0.0 => format!(" ({} wasted)", number::share(share)),
        _ => String::new(),
    }
}

/// What the client's policies did, if any acted.
fn policies(summary: &Summary, width: usize) -> String {
    let total = &summary.total;
    let open = summary.breakers_open();
    let counts = [
        ("failed over", total.failed_over),
        ("degraded", total.degraded()),
        ("hedged", total.hedged),
        ("hedges won", total.hedges_won),
        ("streams restarted", total.stream_restarts),
        ("breaker refusals", total.breaker_refusals),
        ("budget spent", total.budget_spent),
        ("shed", total.shed),
        ("gateway refusals", total.gateway_refusals),
        ("gateway timeouts", total.gateway_timeouts),
    ];
    let acted = counts.into_iter().filter(|(_, count)| *count > 0);
    let acted = acted.map(|(name, count)| format!("{name} {}", number::count(count)));
    let open = (open.get() > 0).then(|| format!("breakers open {}", number::time(open)));
    let facts: Vec<String> = acted.chain(open).collect();
    if facts.is_empty() { String::new() } else { line("policies", facts, width) }
}

/// A line of facts under a name, carried on below where the terminal is narrow.
fn line(name: &str, facts: impl IntoIterator<Item = String>, width: usize) -> String {
    let indent = "  ".len() + name.chars().count() + 1;
    let mut lines = vec![format!("  {name}")];
    for (place, fact) in facts.into_iter().map(|fact| tame(&fact)).enumerate() {
        let gap = if place == 0 { " " } else { "   " };
        match lines.last_mut() {
            Some(last) if last.chars().count() + gap.len() + fact.chars().count() <= width => {
                last.push_str(gap);
                last.push_str(&fact);
            }
            _ => lines.push(" ".repeat(indent) + &fact),
        }
    }
    lines.join("\n") + "\n"
}

/// The time to first token, where anything streamed.
fn ttft(spread: &Spread) -> Option<String> {
    (spread.count > 0).then(|| format!("ttft  {}", percentiles(spread)))
}

fn percentiles(spread: &Spread) -> String {
    let parts = [("p50", spread.p50), ("p95", spread.p95), ("p99", spread.p99)];
    parts.map(|(name, time)| format!("{name} {}", phrase::time_or_why(time, spread.count))).join("  ")
}

/// What else a person should know: kinds of failure, arrivals dropped, recoveries that took time.
fn troubles(summary: &Summary, pen: Pen) -> String {
    let failures = summary.failures.iter().map(|row| {
        let requests = row.requests as usize;
        format!(
            "{} {} failed: {}, as \"{}\"",
            number::count(row.requests),
            phrase::plural(requests, "request", "requests"),
            row.class.name(),
            row.message
        )
    });
    let dropped = (summary.total.dropped > 0)
        .then(|| format!("{} arrivals found no room and were dropped", number::count(summary.total.dropped)));
    let broken = (summary.total.broken_streams > 0).then(|| {
        format!(
            "{} streams broke or ended early; no SDK retries those",
            number::count(summary.total.broken_streams)
        )
    });
    let lines = failures.chain(dropped).chain(broken);
    let mark = pen.paint("!", AnsiColor::Yellow.on_default());
    lines.map(|line| format!("  {mark} {}\n", tame(&line))).collect()
}

/// What the judge holds against the clients: what was seen and what to change, a thought a line.
fn findings(summary: &Summary, pen: Pen, width: usize) -> String {
    let told = summary.grave().map(|(answer, found)| {
        let colour = match found.severity {
            Severity::Error => AnsiColor::Red,
            Severity::Warning | Severity::Note => AnsiColor::Yellow,
        };
        let mark = pen.paint("!", colour.on_default().bold());
        let seen = wrapped(&format!("    {}: ", tame(&answer.client)), &found.seen, width);
        let change = format!("{} (bedload explain {})", found.change, finding::name(answer.code));
        // The sign stands for its own column; colour must not count as width.
        format!("  {mark} {}{}", seen.trim_start(), wrapped("    → ", &change, width))
    });
    told.collect()
}

/// A text under its lead, at most two lines of it: beyond that the page has it whole.
fn wrapped(lead: &str, text: &str, width: usize) -> String {
    let mut lines = vec![lead.to_owned()];
    for word in tame(text).split_whitespace() {
        let full = lines.last().is_some_and(|line| line.chars().count() + word.chars().count() > width);
        if full && lines.len() == 2 {
            if let Some(last) = lines.last_mut() {
                *last = last.chars().take(width - 1).collect::<String>().trim_end().to_owned() + "…";
            }
            break;
        }
        if full {
            lines.push(" ".repeat(6));
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(word);
            last.push(' ');
        }
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How many traces are kept, and where; nothing where none could be made.
fn traces(summary: &Summary) -> String {
    let Some(traced) = &summary.traced else { return String::new() };
    let count = number::count;
    format!(
        "  traces  {} kept with {} spans in segments.jsonl, {} left out with {}\n",
        count(traced.traces_kept()),
        count(traced.spans_written),
        count(traced.left_out + traced.beyond_limit),
        count(traced.spans_left_out)
    )
}

fn report(note: &RunNote) -> String {
    match note.folder.as_str() {
        "" => String::new(),
        folder => format!("  report  {}/report.html\n", tame(folder.trim_end_matches('/'))),
    }
}

/// Text without what a terminal would obey, and with plain spaces.
pub(super) fn tame(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202f}' | '\n' | '\t' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{every_verdict, hostile, note, seen_only, storm, torn};

    #[test]
    fn a_failed_run_fits_a_screen() {
        insta::assert_snapshot!(text(&storm().summary, &note(), Style::Plain, 100));
    }

    #[test]
    fn every_verdict_has_its_sign_at_eighty_columns() {
        let text = text(&every_verdict(), &note(), Style::Plain, 80);
        let body = text.lines().skip(1).take_while(|line| !line.starts_with("  !"));
        assert!(body.into_iter().all(|line| line.chars().count() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn an_invalid_run_says_why() {
        insta::assert_snapshot!(text(&torn().summary, &note(), Style::Plain, 100));
    }

    #[test]
    fn a_client_that_only_the_cloud_saw_has_its_findings() {
        let text = text(&seen_only(), &note(), Style::Plain, 80);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn long_texts_are_cut_after_two_lines() {
        let said = wrapped("    seen: ", &"word ".repeat(60), 80);
        assert_eq!(said.lines().count(), 2);
        assert!(said.lines().all(|line| line.chars().count() <= 80) && said.ends_with("…\n"), "{said}");
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let summary = every_verdict();
        let coloured = text(&summary, &note(), Style::Colour, 100);
        let mut plain = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        assert_eq!(plain + rest, text(&summary, &note(), Style::Plain, 100));
    }

    #[test]
    fn a_terminal_finds_nothing_to_obey() {
        assert!(!text(&hostile(), &note(), Style::Plain, 100).contains('\u{1b}'));
    }
}
