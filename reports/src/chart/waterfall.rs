//! One request as a waterfall: a row for each attempt and decision, backoff hatched before it, the stream behind it.
//!
//! A row for each attempt, rather than all on one line, leaves room to say beside each bar what came
//! back, and calls that race each other cannot hide one another. Time runs from the request's due time,
//! since that is when its caller began to wait, to the end of its last call, which a caller whom a gateway
//! gave up did not wait for.

use crate::number;
use crate::record::{Attempt, Call, CallEnd, Decision, Deed, Reason, Record};
use crate::units::Nanos;

use super::axis::{Axis, round_time, secs};
use super::paint::Paint;
use super::svg::{self, Element, Pct};

const ROW: f64 = 20.0;
const BAR: f64 = 12.0;
/// The share of the drawing that time runs across; what came back stands to the right of it.
const PLOT: f64 = 72.0;
/// Rows drawn at most; the table beside the drawing has them all.
const ROWS: usize = 60;

/// The waterfall of one request. `told` puts a decision in words.
pub(crate) fn waterfall(id: &str, record: &Record, told: impl Fn(&Deed) -> String, desc: &str) -> Element {
    let lane = Lane::of(record);
    let mut marks: Vec<Element> = lane.wait(record);
    let mut y = if marks.is_empty() { 0.0 } else { ROW };
    for row in rows(record).into_iter().take(ROWS) {
        match row {
            Row::Call(place, call) => marks.push(heading(place, call, y)),
            Row::Attempt(call, attempt, last) => marks.extend(lane.attempt(call, attempt, last, y)),
            Row::Decision(decision) => marks.extend(lane.decision(decision, &told(&decision.deed), y)),
        }
        y += ROW;
    }
    let height = y + 4.0;
    svg::drawing(id, height + 18.0, &format!("Waterfall of request {}", record.id), desc)
        .children(lane.grid(height))
        .children(marks)
        .children(lane.end(record, height))
}

/// A row of the drawing.
enum Row<'a> {
    /// The name of a call, with its place among the calls.
    Call(usize, &'a Call),
    /// An attempt of a call, and whether it is the last.
    Attempt(&'a Call, &'a Attempt, bool),
    Decision(&'a Decision),
}

/// Calls and decisions in order of time, each call with its attempts below it.
fn rows(record: &Record) -> Vec<Row<'_>> {
    // That a hedge was sent is told by the hedge itself.
    let decisions = record.decisions.iter().filter(|decision| decision.deed != Deed::Hedged);
    let decisions = decisions.map(|decision| (decision.at, vec![Row::Decision(decision)]));
    let calls = record.calls.iter().enumerate().map(|(place, call)| {
        let last = call.attempts.len();
        let attempts = call.attempts.iter().enumerate();
        let attempts = attempts.map(|(nth, attempt)| Row::Attempt(call, attempt, nth + 1 == last));
        (call.sent, [Row::Call(place, call)].into_iter().chain(attempts).collect())
    });
    let mut steps: Vec<(Nanos, Vec<Row<'_>>)> = decisions.chain(calls).collect();
    steps.sort_by_key(|(at, _)| *at);
    steps.into_iter().flat_map(|(_, rows)| rows).collect()
}

fn heading(place: usize, call: &Call, y: f64) -> Element {
    let unsent = match &call.end {
        CallEnd::Failed(failure) if call.attempts.is_empty() => format!(": {}", failure.class.name()),
        _ => String::new(),
    };
    let text = format!("call {}{}: {} · {}{unsent}", place + 1, reason(call), call.model, call.region);
    svg::label(Pct(0.0), y + 13.0, &text, Paint::Ink).class("nh")
}

/// Why a call was made, where it is not the first.
fn reason(call: &Call) -> &'static str {
    match call.reason {
        Reason::First => "",
        Reason::Failover => ", failover",
        Reason::Fallback => ", fallback",
        Reason::Restart => ", restart",
        Reason::Retry => ", retry",
        Reason::Hedge => ", hedge",
    }
}

/// The time of one request across the drawing.
struct Lane {
    due: Nanos,
    length: Nanos,
}

impl Lane {
    fn of(record: &Record) -> Self {
        let over = record.calls.iter().map(|call| call.done).fold(record.done, Nanos::max);
        Lane { due: record.due, length: over.since(record.due).max(Nanos::new(1)) }
    }

    fn x(&self, at: Nanos) -> Pct {
        Pct((secs(at.since(self.due)) / secs(self.length)).clamp(0.0, 1.0) * PLOT)
    }

    fn grid(&self, height: f64) -> Vec<Element> {
        let axis = Axis::span(secs(self.length));
        let ticks = axis.ticks.iter().filter(|tick| tick.at <= secs(self.length) * 0.97).flat_map(|tick| {
            let x = Pct(tick.at / secs(self.length) * PLOT);
            [
                svg::upright(x, 0.0, height, Paint::Grid),
                svg::label(x, height + 14.0, &round_time(tick.at), Paint::Ink3)
                    .class("nh")
                    .set("text-anchor", "middle"),
            ]
        });
        let zero = svg::label(Pct(0.0), height + 14.0, "due", Paint::Ink3).class("nh");
        let foot = svg::level(Pct(0.0), Pct(PLOT), height - 0.5, Paint::Rule);
        ticks.chain([zero, foot]).collect()
    }

    /// What the harness itself was late by, in a row of its own.
    fn wait(&self, record: &Record) -> Vec<Element> {
        let (from, to) = (self.x(record.due), self.x(record.sent));
        if to.0 - from.0 < 0.5 {
            return Vec::new();
        }
        let bar = svg::rect(from, to, 4.0, BAR)
            .set("fill", "none")
            .stroke(Paint::Ink3)
            .set("stroke-dasharray", "2 2");
        let words = format!("sent {} late", number::time(record.schedule_delay()));
        let words = match to.0 > PLOT * 0.6 {
            true => svg::label(to, 14.0, &words, Paint::Ink2).set("dx", -6).set("text-anchor", "end"),
            false => svg::label(to, 14.0, &words, Paint::Ink2).set("dx", 6),
        };
        vec![bar, words]
    }

    /// When the caller was done, where a call went on beyond it.
    fn end(&self, record: &Record, height: f64) -> Option<Element> {
        let x = self.x(record.done);
        (PLOT - x.0 > 0.5).then(|| {
            svg::upright(x, 0.0, height, Paint::Ink).set("stroke-width", 1.5).set("stroke-dasharray", "4 2")
        })
    }

    /// A decision: a mark where it was taken, the wait that it was for, and the words.
    fn decision(&self, decision: &Decision, words: &str, y: f64) -> Vec<Element> {
        let wait = match decision.deed {
            Deed::Paced { wait } | Deed::Slept { wait } => wait,
            _ => Nanos::ZERO,
        };
        let (from, to) = (self.x(decision.at), self.x(decision.at.plus(wait)));
        let bar =
            (wait > Nanos::ZERO).then(|| svg::rect(from, to, y + 4.0, BAR).set("fill", "url(#backoff)"));
        let mark = svg::upright(from, y + 4.0, y + 4.0 + BAR, Paint::Ink2).set("stroke-width", 2);
        let words = svg::label(to, y + 14.0, words, Paint::Ink2);
        // Words that begin far to the right would leave the drawing.
        let words = if to.0 > PLOT * 0.6 {
            words.set("dx", -6).set("text-anchor", "end")
        } else {
            words.set("dx", 6)
        };
        bar.into_iter().chain([mark, words]).collect()
    }

    fn attempt(&self, call: &Call, attempt: &Attempt, last: bool, y: f64) -> Vec<Element> {
        let given_up = last && call.end == CallEnd::Cancelled;
        let (from, to) = (self.x(attempt.sent), self.x(attempt.done));
        let waited = Nanos::new(attempt.sent.get().saturating_sub(attempt.backoff.get()));
        let backoff = (attempt.backoff > Nanos::ZERO)
            .then(|| svg::rect(self.x(waited), from, y + 4.0, BAR).set("fill", "url(#backoff)"));
        let bar = svg::rect(from, Pct(to.0.max(from.0 + 0.3)), y + 4.0, BAR);
        let bar = match (&attempt.error, given_up && attempt.status.is_none()) {
            (_, true) => bar.fill(Paint::Paper).stroke(Paint::BulkEdge).set("stroke-dasharray", "3 2"),
            (Some(_), _) => bar.fill(Paint::Fail),
            (None, _) => bar.fill(Paint::Bulk).stroke(Paint::BulkEdge),
        };
        let stream = if last { self.stream(call, attempt, y) } else { Vec::new() };
        backoff.into_iter().chain([bar]).chain(stream).chain([self.answer(call, attempt, last, y)]).collect()
    }

    /// The rest of a stream: from its headers to its first content, then its content, then how it ended.
    fn stream(&self, call: &Call, attempt: &Attempt, y: f64) -> Vec<Element> {
        let Some(first) = call.first_content else {
            return Vec::new();
        };
        let last = call.last_content.unwrap_or(first);
        let quiet = svg::rect(self.x(attempt.done), self.x(first), y + 4.0, BAR)
            .fill(Paint::Bulk)
            .stroke(Paint::BulkEdge);
        let content =
            svg::rect(self.x(first), self.x(last.max(first)), y + 4.0, BAR).set("fill", "url(#tokens)");
        let tick = svg::upright(self.x(first), y + 1.0, y + 7.0 + BAR, Paint::Ink).set("stroke-width", 2);
        let cut = match call.end {
            CallEnd::Failed(_) => Some(Paint::Fail),
            CallEnd::Cancelled => Some(Paint::Ink3),
            CallEnd::Answered { .. } => None,
        };
        let torn = cut.map(|paint| {
            svg::upright(self.x(call.done), y + 1.0, y + 7.0 + BAR, paint).set("stroke-width", 3)
        });
        [quiet, content, tick].into_iter().chain(torn).collect()
    }

    /// What came back, after the bar; on a phone the status alone.
    fn answer(&self, call: &Call, attempt: &Attempt, last: bool, y: f64) -> Element {
        let failed = attempt.error.is_some() || (last && matches!(call.end, CallEnd::Failed(_)));
        let paint = if failed { Paint::FailText } else { Paint::Ink };
        let end = self.x(if last { call.done.max(attempt.done) } else { attempt.done });
        let (whole, brief) = (answer_text(call, attempt, last), status_text(call, attempt, last));
        let rest = whole.strip_prefix(&brief).filter(|rest| !rest.is_empty());
        svg::label(end, y + 14.0, &brief, paint)
            .set("dx", 6)
            .children(rest.map(|rest| Element::new("tspan").class("wide").text(rest)))
    }
}

/// `429 ThrottlingException`, `200, 375 tokens`, `no answer`; the story of the call where it is its last.
pub(crate) fn answer_text(call: &Call, attempt: &Attempt, last: bool) -> String {
    let status = status_text(call, attempt, last);
    match (&attempt.error, &call.end) {
        (_, CallEnd::Cancelled) if last && attempt.status.is_none() => status,
        (_, CallEnd::Cancelled) if last => format!("{status}, given up"),
        (Some(error), _) => format!("{status} {error}"),
        (None, CallEnd::Failed(failure)) if last => format!("{status}, {}", failure.class.name()),
        (None, CallEnd::Answered { .. }) if last && call.tokens.output > 0 => {
            format!("{status}, {} tokens", number::count(call.tokens.output))
        }
        (None, _) => status,
    }
}

fn status_text(call: &Call, attempt: &Attempt, last: bool) -> String {
    match attempt.status {
        Some(status) => status.to_string(),
        None if last && call.end == CallEnd::Cancelled => "given up".to_owned(),
        None => "no answer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answered, failed, hedged, retried};

    fn drawn(record: &Record) -> String {
        waterfall("w", record, |_| "decided".to_owned(), "").to_string()
    }

    #[test]
    fn each_attempt_says_what_came_back() {
        let drawn = drawn(&failed(3, Nanos::from_secs(33)));
        assert_eq!(drawn.matches(">429<tspan class=\"wide\"> ThrottlingException<").count(), 3);
        assert_eq!(drawn.matches("url(#backoff)").count(), 2);
    }

    #[test]
    fn a_stream_has_its_first_content_and_its_tokens() {
        let drawn = drawn(&retried(1, Nanos::from_secs(31)));
        assert_eq!(drawn.matches("url(#tokens)").count(), 1);
        assert!(drawn.contains(">200<tspan class=\"wide\">, 11 tokens<"), "{drawn}");
    }

    #[test]
    fn calls_that_race_have_a_row_each() {
        let drawn = drawn(&hedged(1, Nanos::from_secs(31), true));
        assert!(drawn.contains("call 2, hedge: sonnet · us-east-1"), "{drawn}");
        assert!(drawn.contains(">, given up<") && drawn.contains(">, 11 tokens<"), "{drawn}");
        assert!(!drawn.contains("decided"));
    }

    #[test]
    fn a_decision_stands_where_it_was_taken() {
        let mut record = answered(0, Nanos::from_secs(10));
        let wait = Nanos::new(700_000_000);
        record.decisions.push(Decision { at: record.due, deed: Deed::Paced { wait } });
        let drawn = drawn(&record);
        assert!(drawn.contains("decided") && drawn.find("decided") < drawn.find("call 1"), "{drawn}");
        assert!(drawn.contains("width=\"36%\""), "half of the request's 1.4 s: {drawn}");
    }

    #[test]
    fn what_a_caller_did_not_wait_for_is_drawn_beyond_its_end() {
        let mut record = answered(0, Nanos::from_secs(10));
        record.done = Nanos::new(10_700_000_000);
        record.decisions.push(Decision { at: record.done, deed: Deed::GatewayTimedOut });
        assert!(drawn(&record).contains("x1=\"36%\" x2=\"36%\" y1=\"0\""), "{}", drawn(&record));
    }

    #[test]
    fn a_late_start_has_a_row_of_its_own() {
        let mut record = answered(0, Nanos::from_secs(10));
        record.due = Nanos::from_secs(9);
        let drawn = drawn(&record);
        assert!(drawn.contains("sent 1.00\u{202f}s late") && drawn.contains("y=\"33\">call 1"), "{drawn}");
    }

    #[test]
    fn a_request_without_attempts_still_has_a_drawing() {
        let mut record = answered(0, Nanos::ZERO);
        record.calls.clear();
        record.done = record.due;
        record.decisions.push(Decision { at: record.due, deed: Deed::Shed });
        assert!(drawn(&record).starts_with("<svg"));
    }
}
