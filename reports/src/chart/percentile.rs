//! Percentile curves on the axis that latency people know: x is log 1/(1−q), so each nine is one step.
//!
//! A curve ends where fewer than ten samples remain beyond it. Where curves cross a limit, a dot and a share say how many
//! answers lie beyond.

use crate::histogram::CurvePoint;
use crate::number;

use super::axis::{self, Axis};
use super::paint::Paint;
use super::svg::{self, Element, Pct};

const HEIGHT: f64 = 240.0;
/// Height of a line of text.
const LINE: f64 = 13.0;
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
        .children(limit.iter().flat_map(|(at, text)| frame.limit(*at, text, curves)))
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

    /// The limit, and how much of the curve that crosses it first lies beyond.
    fn limit(&self, at: f64, text: &str, curves: &[Curve<'_>]) -> Vec<Element> {
        let y = self.axis.y(at, HEIGHT);
        let crossed = curves.iter().filter_map(|curve| Some((curve, crossing(curve.points, at)?)));
        let worst = crossed.min_by(|(_, one), (_, other)| one.total_cmp(other));
        let line = svg::level(Pct(0.0), Pct(PLOT), y, Paint::Fail).set("stroke-dasharray", "5 3");
        let Some((curve, quantile)) = worst else {
            return vec![line, svg::label(Pct(0.0), y - 4.0, text, Paint::FailText).set("dx", 4)];
        };
        let beyond = format!("{}: {} over {text}", curve.name, number::share(1.0 - quantile));
        let x = Pct(self.x(quantile));
        let dot = Element::new("circle").fill(Paint::Fail).set("cx", x).set("cy", svg::Px(y)).set("r", 3);
        vec![line, dot, svg::label(Pct(0.0), y - 5.0, &beyond, Paint::FailText).set("dx", 4)]
    }

    /// The curves' names in a column beside the plot, in the order of their ends and pushed apart where they would
    /// touch, each with a hair-line to its end.
    fn names(&self, curves: &[Curve<'_>]) -> Vec<Element> {
        let end = |curve: &Curve<'_>| {
            let last = curve.points.last()?;
            let y = self.axis.y(axis::secs(last.value), HEIGHT);
            Some((y, self.x(last.quantile.get()), curve.name.to_owned(), curve.paint))
        };
        let mut ends: Vec<_> = curves.iter().filter_map(end).collect();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        let places = apart(&ends.iter().map(|end| end.0).collect::<Vec<_>>());
        let named = ends.into_iter().zip(places).flat_map(|((y, x, name, paint), place)| {
            let leader = Element::new("line")
                .stroke(paint)
                .set("x1", Pct(x))
                .set("y1", svg::Px(y))
                .set("x2", Pct(PLOT + 1.0))
                .set("y2", svg::Px(place))
                .set("stroke-width", 0.5);
            let name = svg::label(Pct(PLOT + 1.5), place + 4.0, &name, paint.as_text()).class("tb");
            [leader, name]
        });
        named.collect()
    }
}

/// Places for lines of text as near as can be to where they are wanted, given from the top down: each no nearer than a
/// line to the next, and all within the plot.
fn apart(wanted: &[f64]) -> Vec<f64> {
    let mut places = wanted.to_vec();
    for next in 1..places.len() {
        places[next] = places[next].max(places[next - 1] + LINE);
    }
    let mut floor = HEIGHT - 4.0;
    for place in places.iter_mut().rev() {
        *place = place.min(floor);
        floor = *place - LINE;
    }
    places
}

fn value_axis(curves: &[Curve<'_>], limit: Option<f64>) -> Axis {
    let ends = |pick: fn(&[CurvePoint]) -> Option<&CurvePoint>| {
        curves.iter().filter_map(move |curve| pick(curve.points)).map(|point| axis::secs(point.value))
    };
    let low = ends(|points| points.first()).fold(f64::INFINITY, f64::min);
    let high = ends(|points| points.last()).chain(limit).fold(0.0, f64::max);
    Axis::times(if low.is_finite() { low } else { 0.0 }, high)
}

/// The quantile at which a curve passes a limit, between two of its points in equal steps of nines.
fn crossing(points: &[CurvePoint], limit: f64) -> Option<f64> {
    let pair = points
        .windows(2)
        .find(|pair| axis::secs(pair[0].value) <= limit && axis::secs(pair[1].value) > limit)?;
    let [low, high] = [pair[0], pair[1]].map(|point| (nines(point.quantile.get()), axis::secs(point.value)));
    let part = (limit - low.1) / (high.1 - low.1);
    Some(1.0 - 10f64.powf(-(low.0 + part * (high.0 - low.0))))
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
    fn the_share_beyond_a_limit_stands_where_the_curve_passes_it() {
        let points = curve(1000);
        let at = crossing(&points, 0.9).unwrap_or_default();
        assert!((at - 0.9).abs() < 0.002, "{at}");
        assert_eq!(crossing(&points, 2.0), None);
        let curves = [Curve { name: "storm", points: &points, paint: Paint::Ink, width: 1.0, dash: "" }];
        let drawn = percentile("c", "Latency", "", &curves, Some((0.9, "SLO".to_owned())));
        let drawn = drawn.map(|(chart, _)| chart.to_string()).unwrap_or_default();
        assert!(
            drawn.contains("storm: 10") && drawn.contains("over SLO") && drawn.contains("<circle"),
            "{drawn}"
        );
    }

    #[test]
    fn names_never_touch_and_stay_inside() {
        assert_eq!(apart(&[10.0, 12.0, 100.0]), [10.0, 23.0, 100.0]);
        assert_eq!(apart(&[234.0, 236.0]), [223.0, 236.0]);
        assert!(apart(&[]).is_empty());
    }

    #[test]
    fn the_axis_ends_where_the_curve_does() {
        let chart = drawn(&curve(1000)).unwrap_or_default();
        assert!(chart.contains("p99<") && !chart.contains("p99.9<"), "{chart}");
        assert!(chart.contains("quiet"));
    }
}
