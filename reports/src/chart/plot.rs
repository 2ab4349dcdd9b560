//! One panel over time: lines, areas and dots over the shared clock.
//!
//! A panel is put together mark by mark, back to front, and finished into one drawing. Values are in
//! the unit of the panel's axis, one for each bucket.

use super::axis::Axis;
use super::clock::Clock;
use super::label::Room;
use super::paint::Paint;
use super::steps::{self, Values};
use super::svg::{self, Element, Pct};
use crate::units::Nanos;

/// Values beyond the axis that are told in words.
const CUTS: usize = 3;

/// A panel in the making.
pub(crate) struct Plot<'a> {
    clock: &'a Clock<'a>,
    axis: Axis,
    height: f64,
    shapes: Vec<Element>,
    notes: Vec<Element>,
    lines: Vec<Vec<Option<f64>>>,
    names: Vec<(usize, String, Paint)>,
}

impl<'a> Plot<'a> {
    /// An empty panel of a height in pixels.
    pub(crate) fn new(clock: &'a Clock<'a>, axis: Axis, height: f64) -> Self {
        let (shapes, notes, lines, names) = Default::default();
        Plot { clock, axis, height, shapes, notes, lines, names }
    }

    /// The area between two lines with an edge along its top.
    pub(crate) fn area(mut self, base: &[f64], top: &[f64], fill: Paint, edge: Paint) -> Self {
        let (base, top) = (self.down(base), self.down(top));
        let area = steps::area(&base, &top);
        if area.is_empty() {
            return self;
        }
        self.shapes.push(svg::shape(&area, fill));
        // Where the area has no height its edge would draw the line below it again.
        let edge_y: Vec<Option<f64>> =
            base.iter().zip(&top).map(|(base, top)| (base - top > 0.05).then_some(*top)).collect();
        self.shapes.push(svg::path(&steps::line(&edge_y), edge, 1.0));
        self
    }

    /// The band between two lines, where both have values.
    pub(crate) fn band(mut self, low: &Values, high: &Values, fill: Paint) -> Self {
        let pair = |(low, high): (&Option<f64>, &Option<f64>)| low.zip(*high).unwrap_or((0.0, 0.0));
        let (base, top): (Vec<f64>, Vec<f64>) = low.iter().zip(high).map(pair).unzip();
        let area = steps::area(&self.down(&base), &self.down(&top));
        if !area.is_empty() {
            self.shapes.push(svg::shape(&area, fill));
        }
        self
    }

    /// A step line, with its name beside it where there is room.
    pub(crate) fn line(mut self, values: &Values, paint: Paint, width: f64, name: &str) -> Self {
        let y: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| self.y(value))).collect();
        let d = steps::line(&y);
        if !d.is_empty() {
            self.shapes.push(svg::path(&d, paint, width));
            self.names.push((self.lines.len(), name.to_owned(), paint.as_text()));
            self.lines.push(y);
        }
        self
    }

    /// A dot for each value.
    pub(crate) fn dots(mut self, values: &Values, paint: Paint) -> Self {
        let y: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| self.y(value))).collect();
        let d = steps::dots(&y);
        if !d.is_empty() {
            self.shapes.push(svg::path(&d, paint, 2.5).set("stroke-linecap", "round"));
        }
        self
    }

    /// A thin level line that needs no name.
    pub(crate) fn level(mut self, value: f64) -> Self {
        self.notes.push(svg::level(Pct(0.0), Pct(100.0), self.y(value), Paint::Rule));
        self
    }

    /// A mark at the top for each run of values beyond the end of the axis, with the highest of them in words.
    pub(crate) fn cut(mut self, values: &Values, end: f64, words: impl Fn(f64) -> String) -> Self {
        for (from, to, highest) in beyond(values, end) {
            let middle = (from + to) as f64 / 2.0 / self.clock.buckets() * 100.0;
            let (anchor, shift) = if middle > 70.0 { ("end", -6) } else { ("start", 6) };
            let mark =
                svg::label(Pct(middle), 8.0, "▲", Paint::Ink2).class("nh").set("text-anchor", "middle");
            let text = svg::label(Pct(middle), 9.0, &words(highest), Paint::Ink2);
            self.notes.extend([mark.set("font-size", 8), text.set("dx", shift).set("text-anchor", anchor)]);
        }
        self
    }

    /// A dashed limit with its value.
    pub(crate) fn limit(mut self, value: f64, text: &str) -> Self {
        let y = self.y(value);
        if y > 0.0 {
            self.notes.push(svg::level(Pct(0.0), Pct(100.0), y, Paint::Fail).set("stroke-dasharray", "5 3"));
            let baseline = if y > 16.0 { y - 4.0 } else { y + 12.0 };
            self.notes
                .push(svg::label(Pct(100.0), baseline, text, Paint::FailText).set("text-anchor", "end"));
        }
        self
    }

    /// A span of time along the top, named at its end.
    pub(crate) fn span(mut self, from: Nanos, to: Nanos, text: &str) -> Self {
        let (from, to) = (self.clock.at(from), self.clock.at(to));
        let (anchor, x, shift) = if to.0 > 70.0 { ("end", from, -6) } else { ("start", to, 6) };
        self.notes.push(svg::level(from, to, 6.0, Paint::Fail).set("stroke-width", 2));
        self.notes.push(svg::upright(to, 2.0, 10.0, Paint::Fail).set("stroke-width", 2));
        self.notes.push(
            svg::label(x, 10.0, text, Paint::FailText)
                .class("tb")
                .class("wide")
                .set("dx", shift)
                .set("text-anchor", anchor),
        );
        self
    }

    /// The drawing, titled and described.
    pub(crate) fn finish(self, id: &str, title: &str, desc: &str) -> Element {
        let height = self.height;
        let names = self.named_lines();
        svg::drawing(id, height, title, desc)
            .children(self.clock.backdrop(height))
            .children(self.grid())
            .child(svg::stretched(self.clock.buckets(), height).children(self.shapes))
            .children(self.clock.edges(height))
            .children(self.notes)
            .children(names)
    }

    fn grid(&self) -> Vec<Element> {
        let height = self.height;
        let foot = svg::level(Pct(0.0), Pct(100.0), height - 0.5, Paint::Rule);
        let ticks = self.axis.ticks.iter().flat_map(|tick| {
            let y = self.axis.y(tick.at, height);
            let name = svg::label(Pct(0.0), y, &tick.text, Paint::Ink3).class("yl");
            [svg::level(Pct(0.0), Pct(100.0), y, Paint::Grid), name]
        });
        ticks.chain([foot]).collect()
    }

    fn named_lines(&self) -> Vec<Element> {
        let mut room = Room::new(&self.lines, self.clock.buckets(), self.height);
        let names = self.names.iter().filter_map(|(line, name, paint)| {
            let place = room.place(*line, name)?;
            Some(svg::label(place.x, place.baseline, name, *paint).class("wide"))
        });
        names.collect()
    }

    fn y(&self, value: f64) -> f64 {
        self.axis.y(value, self.height)
    }

    fn down(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| self.y(*value)).collect()
    }
}

/// Runs of values beyond an end, from and to in buckets, each with its highest; the highest few of them.
fn beyond(values: &Values, end: f64) -> Vec<(usize, usize, f64)> {
    let mut runs: Vec<(usize, usize, f64)> = Vec::new();
    for (place, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| *value > end) else { continue };
        match runs.last_mut() {
            Some((_, to, highest)) if *to == place => (*to, *highest) = (place + 1, highest.max(value)),
            _ => runs.push((place, place + 1, value)),
        }
    }
    runs.sort_by(|one, other| other.2.total_cmp(&one.2));
    runs.truncate(CUTS);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_axis_are_told_once_for_each_run() {
        let values = [1.0, 9.0, 12.0, 2.0, 30.0].map(Some).to_vec();
        assert_eq!(beyond(&values, 8.0), [(4, 5, 30.0), (1, 3, 12.0)]);
        assert!(beyond(&values, 40.0).is_empty());
    }
}
