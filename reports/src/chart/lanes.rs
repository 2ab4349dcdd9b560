//! The states of circuit breakers over the shared clock: a lane for each destination.
//!
//! A thin line is closed, a solid bar open, a hatched one half open: three marks that differ without their
//! colour. The name stands on the lane, so that a reader need not look beside the chart to know which it is.

use std::fmt::Write;

use crate::record::BreakerState;
use crate::summary::BreakerSpan;

use super::clock::Clock;
use super::paint::Paint;
use super::svg::{self, Element, Pct, Px};

/// Height of a lane, with the name above its line.
const LANE: f64 = 28.0;
/// Where the line runs in its lane, and half the height of a bar on it.
const MIDDLE: f64 = 20.0;
const HALF: f64 = 5.5;
/// Units across the stretched drawing; fine enough that a bar's edge is no further off than a pixel.
const UNITS: f64 = 4000.0;
/// The shortest bar that can be seen, in units.
const LEAST: f64 = 4.0;

/// A lane of the strip.
pub(crate) struct Lane<'a> {
    /// The destination.
    pub(crate) name: String,
    /// When its breaker was not closed.
    pub(crate) spans: &'a [BreakerSpan],
}

/// The strip of these lanes.
pub(crate) fn lanes(clock: &Clock<'_>, lanes: &[Lane<'_>], id: &str, title: &str, desc: &str) -> Element {
    let height = LANE * lanes.len() as f64 + 2.0;
    let middle = |place: usize| place as f64 * LANE + MIDDLE;
    let lines =
        (0..lanes.len()).map(|place| svg::level(Pct(0.0), Pct(100.0), middle(place), Paint::BulkEdge));
    let shapes = lanes.iter().enumerate().filter_map(|(place, lane)| {
        let open = bars(clock, lane.spans, BreakerState::Open, middle(place));
        (!open.is_empty()).then(|| svg::shape(&open, Paint::Fail))
    });
    let hatched =
        lanes.iter().enumerate().flat_map(|(place, lane)| half_open(clock, lane.spans, middle(place)));
    let names = lanes
        .iter()
        .enumerate()
        .map(|(place, lane)| svg::label(Pct(0.0), middle(place) - 8.0, &lane.name, Paint::Ink2).set("dx", 2));
    svg::drawing(id, height, title, desc)
        .children(clock.backdrop(height))
        .children(lines)
        .child(svg::stretched(UNITS, height).children(shapes))
        .children(hatched)
        .children(names)
}

/// The bars of one state as one path.
fn bars(clock: &Clock<'_>, spans: &[BreakerSpan], state: BreakerState, middle: f64) -> String {
    let mut d = String::new();
    for span in spans.iter().filter(|span| span.state == state) {
        let (from, to) = (clock.at(span.from).0 / 100.0 * UNITS, clock.at(span.to).0 / 100.0 * UNITS);
        let width = (to - from).max(LEAST);
        let _ =
            write!(d, "M{} {}h{}v{}h-{}z", Px(from), Px(middle - HALF), Px(width), Px(2.0 * HALF), Px(width));
    }
    d
}

/// Half-open times, on unstretched shapes since a pattern must not stretch.
fn half_open(clock: &Clock<'_>, spans: &[BreakerSpan], middle: f64) -> Vec<Element> {
    let half = spans.iter().filter(|span| span.state == BreakerState::HalfOpen);
    let bar = |span: &BreakerSpan| {
        let (from, to) = (clock.at(span.from), clock.at(span.to));
        let to = Pct(to.0.max(from.0 + LEAST / UNITS * 100.0));
        svg::rect(from, to, middle - HALF, 2.0 * HALF).set("fill", "url(#half)").stroke(Paint::Fail)
    };
    half.map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Timeline;
    use crate::testing::header;
    use crate::units::Nanos;

    #[test]
    fn open_is_solid_and_half_open_is_hatched() {
        let (run, bucket) = (header(), Nanos::from_secs(1));
        let timeline = Timeline { bucket, offered: vec![0; 130], ..Timeline::default() };
        let span =
            |state, from, to| BreakerSpan { state, from: Nanos::from_secs(from), to: Nanos::from_secs(to) };
        let spans = [span(BreakerState::Open, 13, 26), span(BreakerState::HalfOpen, 26, 39)];
        let drawn = Clock::new(&run, &timeline).map(|clock| {
            let lane = Lane { name: "sonnet <east>".to_owned(), spans: &spans };
            lanes(&clock, &[lane], "b", "Breakers", "").to_string()
        });
        let drawn = drawn.unwrap_or_default();
        assert!(drawn.contains("M400 14.5h400v11h-400z"), "{drawn}");
        assert_eq!(drawn.matches("url(#half)").count(), 1);
        assert!(drawn.contains("sonnet &lt;east&gt;"));
    }
}
