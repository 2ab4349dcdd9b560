//! Percentile curves on the axis that latency people know: x is log 1/(1−q), so each nine is one step.
//!
//! A curve ends where fewer than ten samples remain beyond it. Its name stands at its end.

use crate::histogram::CurvePoint;

use super::axis::{self, Axis};
use super::paint::Paint;
use super::svg::{self, Element, Pct};

const HEIGHT: f64 = 240.0;
/// Room at the right for the names of the curves.
const PLOT: f64 = 82.0;
/// Units across the stretched drawing.
const UNITS: f64 = 1000.0;
/// The named places of the axis.
const TICKS: [(f64, &str); 7] = [
    (0.0, "min"),
    (0.5, "p50"),
    (0.9, "p90"),
    (0.99, "p99"),
    (0.999, "p99.9"),
    (0.9999, "p99.99"),
    (0.99999, "p99.999"),
];

/// One curve.
pub(crate) struct Curve<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its points, by quantile.
    pub(crate) points: &'a [CurvePoint],
    /// Its colour.
    pub(crate) paint: Paint,
    /// Its stroke.
    pub(crate) width: f64,
    /// Its dashes, to be told apart without colour.
    pub(crate) dash: &'static str,
}

/// The chart of these curves, with a limit if there is one; none where no curve has points.
pub(crate) fn percentile(
    id: &str,
    title: &str,
    desc: &str,
    curves: &[Curve<'_>],
    limit: Option<(f64, String)>,
) -> Option<(Element, bool)> {
    let nines = curves
        .iter()
        .filter_map(|curve| curve.points.last())
        .map(|point| nines(point.quantile.get()))
        .fold(0.0, f64::max);
    if nines <= 0.0 {
        return None;
    }
    let frame = Frame { axis: value_axis(curves, limit.as_ref().map(|(at, _)| *at)), nines };
    let is_log = frame.axis.is_log();
    let lines = curves.iter().filter(|curve| !curve.points.is_empty()).map(|curve| frame.curve(curve));
    let drawing = svg::drawing(id, HEIGHT + 20.0, title, desc)
        .children(frame.grid())
        .child(svg::stretched(UNITS, HEIGHT).children(lines))
        .children(limit.iter().flat_map(|(at, text)| frame.limit(*at, text)))
        .children(frame.names(curves));
    Some((drawing, is_log))
}

struct Frame {
    axis: Axis,
    nines: f64,
}

impl Frame {
    fn x(&self, quantile: f64) -> f64 {
        nines(quantile) / self.nines * PLOT
    }

    fn grid(&self) -> Vec<Element> {
        let rows = self.axis.ticks.iter().flat_map(|tick| {
            let y = self.axis.y(tick.at, HEIGHT);
            [
                svg::level(Pct(0.0), Pct(PLOT), y, Paint::Grid),
                svg::label(Pct(0.0), y, &tick.text, Paint::Ink3).class("yl"),
            ]
        });
        let columns =
            TICKS.into_iter().filter(|(q, _)| nines(*q) <= self.nines * 1.001).flat_map(|(q, name)| {
                let x = Pct(self.x(q));
                let anchor = if q == 0.0 { "start" } else { "middle" };
                [
                    svg::upright(x, 0.0, HEIGHT, Paint::Grid),
                    svg::label(x, HEIGHT + 16.0, name, Paint::Ink3).class("nh").set("text-anchor", anchor),
                ]
            });
        let foot = svg::level(Pct(0.0), Pct(PLOT), HEIGHT - 0.5, Paint::Rule);
        rows.chain(columns).chain([foot]).collect()
    }

    fn curve(&self, curve: &Curve<'_>) -> Element {
        let place = |point: &CurvePoint| {
            let x = self.x(point.quantile.get()) / 100.0 * UNITS;
            format!("{} {}", svg::Px(x), svg::Px(self.axis.y(axis::secs(point.value), HEIGHT)))
        };
        let places: Vec<String> = curve.points.iter().map(place).collect();
        let path = svg::path(&format!("M{}", places.join("L")), curve.paint, curve.width);
        if curve.dash.is_empty() { path } else { path.set("stroke-dasharray", curve.dash) }
    }

    fn limit(&self, at: f64, text: &str) -> Vec<Element> {
        let y = self.axis.y(at, HEIGHT);
        vec![
            svg::level(Pct(0.0), Pct(PLOT), y, Paint::Fail).set("stroke-dasharray", "5 3"),
            svg::label(Pct(0.0), y - 4.0, text, Paint::FailText).set("dx", 4),
        ]
    }

    /// The curves' names at their ends, pushed apart where they would overlap.
    fn names(&self, curves: &[Curve<'_>]) -> Vec<Element> {
        let end = |curve: &Curve<'_>| {
            let last = curve.points.last()?;
            let y = self.axis.y(axis::secs(last.value), HEIGHT) + 4.0;
            Some((y, self.x(last.quantile.get()), curve.name.to_owned(), curve.paint.as_text()))
        };
        let mut ends: Vec<_> = curves.iter().filter_map(end).collect();
        ends.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut ceiling = HEIGHT;
        let mut names = Vec::new();
        for (y, x, name, paint) in ends {
            let y = y.min(ceiling);
            ceiling = y - 13.0;
            names.push(svg::label(Pct(x), y, &name, paint).class("tb").set("dx", 6));
        }
        names
    }
}

fn value_axis(curves: &[Curve<'_>], limit: Option<f64>) -> Axis {
    let ends = |pick: fn(&[CurvePoint]) -> Option<&CurvePoint>| {
        curves.iter().filter_map(move |curve| pick(curve.points)).map(|point| axis::secs(point.value))
    };
    let low = ends(|points| points.first()).fold(f64::INFINITY, f64::min);
    let high = ends(|points| points.last()).chain(limit).fold(0.0, f64::max);
    Axis::times(if low.is_finite() { low } else { 0.0 }, high)
}

/// How many nines a quantile has: 0.9 has one, 0.99 two.
fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).max(1e-12).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::Histogram;
    use crate::units::Nanos;

    fn curve(samples: u64) -> Vec<CurvePoint> {
        let mut histogram = Histogram::new();
        (1..=samples).for_each(|ms| histogram.record(Nanos::new(ms * 1_000_000)));
        histogram.curve(20)
    }

    fn drawn(points: &[CurvePoint]) -> Option<String> {
        let curves = [Curve { name: "quiet", points, paint: Paint::Ink, width: 1.0, dash: "" }];
        percentile("c", "Latency", "", &curves, None).map(|(chart, _)| chart.to_string())
    }

    #[test]
    fn too_few_samples_draw_no_chart() {
        assert_eq!(drawn(&curve(10)), None);
    }

    #[test]
    fn the_axis_ends_where_the_curve_does() {
        let chart = drawn(&curve(1000)).unwrap_or_default();
        assert!(chart.contains("p99<") && !chart.contains("p99.9<"), "{chart}");
        assert!(chart.contains("quiet"));
    }
}
