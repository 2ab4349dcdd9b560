//! One request as a waterfall: a row for each attempt, backoff hatched before it, the stream behind it.
//!
//! A row for each attempt, rather than all on one line, leaves room to say beside each bar what came
//! back. Time runs from the request's due time, since that is when its caller began to wait.

use crate::number;
use crate::record::{Attempt, Call, CallEnd, Record};
use crate::units::Nanos;

use super::axis::{Axis, round_time, secs};
use super::paint::Paint;
use super::svg::{self, Element, Pct};

const ROW: f64 = 20.0;
const BAR: f64 = 12.0;
/// The share of the drawing that time runs across; what came back stands to the right of it.
const PLOT: f64 = 72.0;
/// Rows drawn at most; the table beside the drawing has them all.
const ROWS: usize = 40;

/// The waterfall of one request.
pub(crate) fn waterfall(id: &str, record: &Record, desc: &str) -> Element {
    let lane = Lane { due: record.due, length: record.latency().max(Nanos::new(1)) };
    let mut rows: Vec<Element> = Vec::new();
    let mut y = 0.0;
    let mut marks: Vec<Element> = lane.wait(record);
    for (place, call) in record.calls.iter().enumerate().take(ROWS) {
        rows.push(heading(place, call, y));
        y += ROW;
        for (place, attempt) in call.attempts.iter().enumerate().take(ROWS) {
            let last = place + 1 == call.attempts.len();
            marks.extend(lane.attempt(attempt, y));
            if last {
                marks.extend(lane.stream(call, attempt, y));
            }
            marks.extend(lane.answer(call, attempt, last, y));
            y += ROW;
        }
        y += 4.0;
    }
    svg::drawing(id, y + 18.0, &format!("Waterfall of request {}", record.id), desc)
        .children(lane.grid(y))
        .children(rows)
        .children(marks)
}

fn heading(place: usize, call: &Call, y: f64) -> Element {
    let text = format!("call {}: {} · {}", place + 1, call.model, call.region);
    svg::label(Pct(0.0), y + 13.0, &text, Paint::Ink).class("nh")
}

/// The time of one request across the drawing.
struct Lane {
    due: Nanos,
    length: Nanos,
}

impl Lane {
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

    /// What the harness itself was late by.
    fn wait(&self, record: &Record) -> Vec<Element> {
        let (from, to) = (self.x(record.due), self.x(record.sent));
        if to.0 - from.0 < 0.5 {
            return Vec::new();
        }
        let bar = svg::rect(from, to, 4.0, BAR)
            .set("fill", "none")
            .stroke(Paint::Ink3)
            .set("stroke-dasharray", "2 2");
        vec![bar]
    }

    fn attempt(&self, attempt: &Attempt, y: f64) -> Vec<Element> {
        let (from, to) = (self.x(attempt.sent), self.x(attempt.done));
        let waited = Nanos::new(attempt.sent.get().saturating_sub(attempt.backoff.get()));
        let backoff = (attempt.backoff > Nanos::ZERO)
            .then(|| svg::rect(self.x(waited), from, y + 4.0, BAR).set("fill", "url(#backoff)"));
        let (fill, edge) = match attempt.error {
            Some(_) => (Paint::Fail, Paint::Fail),
            None => (Paint::Bulk, Paint::BulkEdge),
        };
        let bar = svg::rect(from, Pct(to.0.max(from.0 + 0.3)), y + 4.0, BAR).fill(fill).stroke(edge);
        backoff.into_iter().chain([bar]).collect()
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
        let torn = matches!(call.end, CallEnd::Failed(_)).then(|| {
            svg::upright(self.x(call.done), y + 1.0, y + 7.0 + BAR, Paint::Fail).set("stroke-width", 3)
        });
        [quiet, content, tick].into_iter().chain(torn).collect()
    }

    /// What came back, after the bar; on a phone the status alone.
    fn answer(&self, call: &Call, attempt: &Attempt, last: bool, y: f64) -> [Element; 2] {
        let failed = attempt.error.is_some() || (last && matches!(call.end, CallEnd::Failed(_)));
        let paint = if failed { Paint::FailText } else { Paint::Ink };
        let end = self.x(if last { call.done.max(attempt.done) } else { attempt.done });
        let name = |text: &str| svg::label(end, y + 14.0, text, paint).set("dx", 6);
        [
            name(&answer_text(call, attempt, last)).class("wide"),
            name(&status_text(attempt)).class("narrow").set("display", "none"),
        ]
    }
}

/// `429 ThrottlingException`, `200, 375 tokens`, `no answer`; the story of the call where it is its last.
pub(crate) fn answer_text(call: &Call, attempt: &Attempt, last: bool) -> String {
    let status = status_text(attempt);
    match (&attempt.error, &call.end) {
        (Some(error), _) => format!("{status} {error}"),
        (None, CallEnd::Failed(failure)) if last => format!("{status}, {}", failure.class.name()),
        (None, CallEnd::Answered { .. }) if last && call.tokens.output > 0 => {
            format!("{status}, {} tokens", number::count(call.tokens.output))
        }
        (None, _) => status,
    }
}

fn status_text(attempt: &Attempt) -> String {
    attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answered, failed, retried};

    #[test]
    fn each_attempt_says_what_came_back() {
        let drawn = waterfall("w", &failed(3, Nanos::from_secs(33)), "").to_string();
        assert_eq!(drawn.matches("429 ThrottlingException").count(), 3);
        assert_eq!(drawn.matches("url(#backoff)").count(), 2);
    }

    #[test]
    fn a_stream_has_its_first_content_and_its_tokens() {
        let drawn = waterfall("w", &retried(1, Nanos::from_secs(31)), "").to_string();
        assert_eq!(drawn.matches("url(#tokens)").count(), 1);
        assert!(drawn.contains("200, 11 tokens"), "{drawn}");
    }

    #[test]
    fn a_request_without_attempts_still_has_a_drawing() {
        let mut record = answered(0, Nanos::ZERO);
        record.calls.clear();
        record.done = record.due;
        assert!(waterfall("w", &record, "").to_string().starts_with("<svg"));
    }
}
