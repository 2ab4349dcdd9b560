//! Waits before retries, a column for each retry.
//!
//! Within its column a wait stands by its place in time, from left to right, so that full jitter looks like
//! even rain, a fixed wait like a line, and a herd like a step. The bands of a growing backoff are a staircase. The band is what the policy draws from, the
//! heavy line the median that was measured and the dotted one the median that the band promises: where the
//! two lie apart, the client does something else than its policy says.

use std::fmt::Write;

use crate::number;

use super::axis::Axis;
use super::paint::Paint;
use super::svg::{self, Element, Pct, Px};

const HEIGHT: f64 = 200.0;
/// Units across the stretched drawing.
const UNITS: f64 = 1000.0;
/// The share of a column that its points and band take.
const FILL: f64 = 0.76;

/// The waits before one retry.
pub(crate) struct Column {
    /// Which retry.
    pub(crate) name: String,
    /// Waits in seconds, in order of time.
    pub(crate) waits: Vec<f64>,
    /// The band that the policy draws from, in seconds.
    pub(crate) band: Option<(f64, f64)>,
    /// The median that was measured, in seconds.
    pub(crate) median: Option<f64>,
}

/// From nothing to the longest wait or bound. Linear, or an even filling would not look even.
fn axis(columns: &[Column]) -> Axis {
    let bounds = columns.iter().filter_map(|column| column.band.map(|(_, high)| high));
    let waits = columns.iter().flat_map(|column| column.waits.iter().copied());
    Axis::span(bounds.chain(waits).fold(0.0, f64::max))
}

/// The panel of one client and class.
pub(crate) fn scatter(id: &str, title: &str, desc: &str, columns: &[Column]) -> Element {
    let frame = Frame { axis: axis(columns), count: columns.len().max(1) };
    let places = columns.iter().enumerate();
    let bands = places.clone().flat_map(|(place, column)| frame.band(place, column));
    let dots = places.clone().filter_map(|(place, column)| frame.dots(place, &column.waits));
    let marks = places.clone().flat_map(|(place, column)| frame.marks(place, column));
    let names = places.map(|(place, column)| {
        svg::label(frame.middle(place), HEIGHT + 16.0, &column.name, Paint::Ink3)
            .class("nh")
            .set("text-anchor", "middle")
    });
    svg::drawing(id, HEIGHT + 20.0, title, desc)
        .children(frame.grid())
        .children(bands)
        .children(marks)
        // Over the marks, or a fixed wait would vanish under its own median.
        .child(svg::stretched(UNITS, HEIGHT).children(dots))
        .children(names)
}

struct Frame {
    axis: Axis,
    count: usize,
}

impl Frame {
    /// Across a column, from 0 at its left to 1 at its right, as a share of the drawing.
    fn across(&self, place: usize, share: f64) -> f64 {
        (place as f64 + (1.0 - FILL) / 2.0 + share * FILL) / self.count as f64
    }

    fn edges(&self, place: usize) -> (Pct, Pct) {
        (Pct(self.across(place, 0.0) * 100.0), Pct(self.across(place, 1.0) * 100.0))
    }

    fn middle(&self, place: usize) -> Pct {
        Pct(self.across(place, 0.5) * 100.0)
    }

    fn y(&self, wait: f64) -> f64 {
        self.axis.y(wait, HEIGHT)
    }

    fn grid(&self) -> Vec<Element> {
        let rows = self.axis.ticks.iter().flat_map(|tick| {
            let y = self.y(tick.at);
            let name = svg::label(Pct(0.0), y, &tick.text, Paint::Ink3).class("yl");
            [svg::level(Pct(0.0), Pct(100.0), y, Paint::Grid), name]
        });
        rows.chain([svg::level(Pct(0.0), Pct(100.0), HEIGHT - 0.5, Paint::Rule)]).collect()
    }

    /// What the policy draws from, with its upper end in words.
    fn band(&self, place: usize, column: &Column) -> Vec<Element> {
        let Some((low, high)) = column.band else { return Vec::new() };
        let ((left, right), top) = (self.edges(place), self.y(high));
        let height = (self.y(low) - top).max(1.0);
        let area = svg::rect(left, right, top, height).fill(Paint::Wash).stroke(Paint::Rule);
        let bound = format!("{} {}", if low < high { "≤" } else { "=" }, number::seconds(high));
        vec![area, svg::label(left, top - 5.0, &bound, Paint::Ink2).class("wide")]
    }

    fn dots(&self, place: usize, waits: &[f64]) -> Option<Element> {
        let mut d = String::new();
        for (nth, wait) in waits.iter().enumerate() {
            let share = (nth as f64 + 0.5) / waits.len() as f64;
            let x = self.across(place, 0.03 + 0.94 * share) * UNITS;
            let _ = write!(d, "M{} {}h0", Px(x), Px(self.y(*wait)));
        }
        (!d.is_empty()).then(|| svg::path(&d, Paint::Retry, 3.0).set("stroke-linecap", "round"))
    }

    /// The median that was measured, and the one that the band promises.
    fn marks(&self, place: usize, column: &Column) -> Vec<Element> {
        let (left, right) = self.edges(place);
        let promised = column.band.filter(|(low, high)| low < high).map(|(low, high)| {
            svg::level(left, right, self.y((low + high) / 2.0), Paint::Ink)
                .set("stroke-dasharray", "1 3")
                .set("stroke-width", 1.5)
        });
        let measured = column
            .median
            .map(|median| svg::level(left, right, self.y(median), Paint::Ink).set("stroke-width", 1.25));
        promised.into_iter().chain(measured).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(waits: &[f64], band: Option<(f64, f64)>) -> Column {
        Column { name: "before attempt 2".to_owned(), waits: waits.to_vec(), band, median: Some(0.5) }
    }

    #[test]
    fn the_axis_holds_waits_and_bounds() {
        let columns = [column(&[0.0, 1e-7, 0.4], Some((0.0, 1.0))), column(&[4.1], None)];
        assert!(axis(&columns).up(4.1) > 0.9);
        assert!(axis(&columns[..1]).up(1.0) > 0.9);
    }

    #[test]
    fn nothing_and_zeros_have_a_drawing() {
        for columns in [vec![], vec![column(&[], None)], vec![column(&[0.0, 0.0], Some((0.0, 0.0)))]] {
            let drawn = scatter("s", "Waits", "", &columns).to_string();
            assert!(drawn.starts_with("<svg") && !drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }

    #[test]
    fn a_band_names_its_bound_and_waits_stand_in_order_of_time() {
        let columns = [column(&[0.9, 0.1], Some((0.0, 1.0)))];
        let drawn = scatter("s", "Waits", "", &columns).to_string();
        assert!(drawn.contains("≤ 1.00\u{202f}s"), "{drawn}");
        assert_eq!(drawn.matches("h0").count(), 2);
    }
}
