//! Figures over levels of load: a dot for each step, joined in order of the level, with limits across and marks upright.
//!
//! Steps are few and not evenly spaced, so each has its dot; the line between two says only that nothing was tried there.

use std::fmt::Write;

use super::axis::Axis;
use super::paint::Paint;
use super::svg::{self, Element, Pct, Px};

/// Units across the stretched drawing.
const UNITS: f64 = 1000.0;
/// Below the plot: names of ticks.
const FOOT: f64 = 34.0;

/// One figure at each level.
pub(crate) struct Series<'a> {
    /// Its name, at its last dot.
    pub(crate) name: &'a str,
    /// (level, value), in any order.
    pub(crate) points: Vec<(f64, f64)>,
    /// Its colour.
    pub(crate) paint: Paint,
}

/// A line that means something.
pub(crate) struct Mark {
    /// Where, on its axis.
    pub(crate) at: f64,
    /// What it is.
    pub(crate) text: String,
    /// Its colour.
    pub(crate) paint: Paint,
}

/// What is drawn.
pub(crate) struct Levels<'a> {
    /// The figures.
    pub(crate) series: Vec<Series<'a>>,
    /// The axis of levels, and the words under it.
    pub(crate) across: (Axis, &'a str),
    /// The axis of figures.
    pub(crate) up: Axis,
    /// Limits on figures.
    pub(crate) limits: Vec<Mark>,
    /// Levels that mean something.
    pub(crate) marks: Vec<Mark>,
    /// Whether their names stand at the top, where figures leave room there.
    pub(crate) named_above: bool,
    /// Whether equal figures on both axes are joined by a line: where they would stay if nothing got lost.
    pub(crate) diagonal: bool,
    /// Its height in pixels.
    pub(crate) height: f64,
}

impl Levels<'_> {
    /// The drawing, titled and described.
    pub(crate) fn draw(&self, id: &str, title: &str, desc: &str) -> Element {
        let lines = self.series.iter().flat_map(|series| self.line(series));
        svg::drawing(id, self.height + FOOT, title, desc)
            .children(self.grid())
            .children(self.limits.iter().flat_map(|limit| self.limit(limit)))
            .children(self.marks.iter().enumerate().flat_map(|(place, mark)| self.mark(place, mark)))
            .child(svg::stretched(UNITS, self.height).children(self.through_zero()).children(lines))
            .children(self.names())
    }

    fn x(&self, level: f64) -> f64 {
        self.across.0.up(level)
    }

    fn y(&self, value: f64) -> f64 {
        self.up.y(value, self.height)
    }

    fn grid(&self) -> Vec<Element> {
        let rows = self.up.ticks.iter().flat_map(|tick| {
            let y = self.y(tick.at);
            [
                svg::level(Pct(0.0), Pct(100.0), y, Paint::Grid),
                svg::label(Pct(0.0), y, &tick.text, Paint::Ink3).class("yl"),
            ]
        });
        let columns = self.across.0.ticks.iter().map(|tick| {
            svg::label(Pct(self.x(tick.at) * 100.0), self.height + 14.0, &tick.text, Paint::Ink3)
                .class("nh")
                .set("text-anchor", "middle")
        });
        let foot = svg::level(Pct(0.0), Pct(100.0), self.height - 0.5, Paint::Rule);
        let name =
            svg::label(Pct(100.0), self.height + 29.0, self.across.1, Paint::Ink2).set("text-anchor", "end");
        rows.chain(columns).chain([foot, name]).collect()
    }

    fn limit(&self, limit: &Mark) -> Vec<Element> {
        let y = self.y(limit.at);
        if y <= 0.0 {
            return Vec::new();
        }
        let baseline = if y > 16.0 { y - 4.0 } else { y + 12.0 };
        vec![
            svg::level(Pct(0.0), Pct(100.0), y, limit.paint).set("stroke-dasharray", "5 3"),
            svg::label(Pct(0.0), baseline, &limit.text, limit.paint.as_text()).set("dx", 4),
        ]
    }

    fn mark(&self, place: usize, mark: &Mark) -> Vec<Element> {
        let x = self.x(mark.at);
        if x <= 0.0 || x >= 1.0 {
            return Vec::new();
        }
        let (anchor, shift) = if x > 0.6 { ("end", -4) } else { ("start", 4) };
        let below = 13.0 * place as f64;
        let baseline = if self.named_above { 34.0 + below } else { self.height - 8.0 - below };
        vec![
            svg::upright(Pct(x * 100.0), 0.0, self.height, mark.paint).set("stroke-dasharray", "2 3"),
            svg::label(Pct(x * 100.0), baseline, &mark.text, mark.paint.as_text())
                .set("dx", shift)
                .set("text-anchor", anchor),
        ]
    }

    /// Where what is asked is what is got.
    fn through_zero(&self) -> Option<Element> {
        let most = self.across.0.ticks.last().map_or(0.0, |tick| tick.at);
        let d = format!("M0 {}L{} {}", Px(self.height), Px(self.x(most) * UNITS), Px(self.y(most)));
        (self.diagonal && most > 0.0).then(|| svg::path(&d, Paint::Rule, 1.0).set("stroke-dasharray", "1 3"))
    }

    fn sorted(series: &Series<'_>) -> Vec<(f64, f64)> {
        let mut points = series.points.clone();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        points
    }

    fn line(&self, series: &Series<'_>) -> Vec<Element> {
        let (mut line, mut dots) = (String::new(), String::new());
        for (place, (level, value)) in Self::sorted(series).into_iter().enumerate() {
            let (x, y) = (self.x(level) * UNITS, self.y(value));
            let _ = write!(line, "{}{} {}", if place == 0 { "M" } else { "L" }, Px(x), Px(y));
            let _ = write!(dots, "M{} {}h0", Px(x), Px(y));
        }
        if line.is_empty() {
            return Vec::new();
        }
        let dots = svg::path(&dots, series.paint, 5.0).set("stroke-linecap", "round");
        vec![svg::path(&line, series.paint, 1.5), dots]
    }

    /// Names at the last dots, one under the other where they would touch.
    fn names(&self) -> Vec<Element> {
        let mut taken: Vec<f64> = Vec::new();
        let mut names = Vec::new();
        for series in &self.series {
            let Some((level, value)) = Self::sorted(series).into_iter().next_back() else { continue };
            let mut baseline = (self.y(value) - 7.0).max(10.0);
            while taken.iter().any(|other| (other - baseline).abs() < 12.0) {
                baseline += 12.0;
            }
            taken.push(baseline);
            let x = self.x(level);
            let anchor = if x > 0.5 { "end" } else { "start" };
            names.push(
                svg::label(Pct(x * 100.0), baseline, series.name, series.paint.as_text())
                    .set("text-anchor", anchor),
            );
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(f64, f64)>) -> String {
        let levels = Levels {
            series: vec![Series { name: "p95", points, paint: Paint::Ink }],
            across: (Axis::count(10.0, "/s"), "answered"),
            up: Axis::times(0.5, 4.0),
            limits: vec![Mark { at: 2.0, text: "goal 2 s".to_owned(), paint: Paint::Fail }],
            marks: vec![Mark { at: 5.0, text: "quota".to_owned(), paint: Paint::Ink3 }],
            named_above: true,
            diagonal: false,
            height: 200.0,
        };
        levels.draw("c", "Latency", "").to_string()
    }

    #[test]
    fn each_step_has_its_dot_in_order_of_the_level() {
        let drawn = chart(vec![(8.0, 3.0), (2.0, 1.0)]);
        assert_eq!(drawn.matches("h0").count(), 2);
        let x = |part: &str| part.split(' ').next().and_then(|x| x.parse::<f64>().ok());
        let line = drawn.split("d=\"M").nth(1).and_then(x);
        assert!(line.is_some_and(|first| first < 300.0), "{drawn}");
        assert!(drawn.contains("goal 2 s") && drawn.contains("quota"));
    }

    #[test]
    fn nothing_has_a_drawing() {
        let drawn = chart(Vec::new());
        assert!(drawn.starts_with("<svg") && !drawn.contains("NaN"));
    }
}
