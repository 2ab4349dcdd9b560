//! How much of a gate's limit was used, on a scale that all gates share.
//!
//! 100 % is the limit whichever way a gate points: for a least value it is the limit over the value, and
//! a share that must stay near one is measured by its misses, since 99.0 % against 99.5 % is twice the
//! misses allowed and not half a per cent off.

use crate::gate::{Judged, Limit, Verdict};
use crate::metric::Unit;

use super::paint::Paint;
use super::svg::{self, Element};

/// The share of the limit at the right end of the bar.
const END: f64 = 1.6;
/// Units across the stretched drawing.
const WIDTH: f64 = 160.0;
/// Height of a row; the line at the limit runs through it and so joins the rows.
const HEIGHT: f64 = 58.0;
const MIDDLE: f64 = HEIGHT / 2.0;

/// Where the limit stands, in per cent of the bar.
pub(crate) const LIMIT_AT: f64 = 100.0 / END;

/// The share of the limit that the measured value used; none without a value, or where the limit is
/// zero and the value is not.
pub(crate) fn used(judged: &Judged) -> Option<f64> {
    let value = judged.measured.value.filter(|_| judged.verdict != Verdict::NoData)?;
    share(judged, value).filter(|used| used.is_finite())
}

/// The bar of one gate.
pub(crate) fn limit_bar(judged: &Judged) -> Element {
    let bar = Element::new("svg")
        .set("width", "100%")
        .set("height", HEIGHT)
        .set("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .set("preserveAspectRatio", "none")
        .set("role", "img")
        .set("aria-label", words(judged));
    let limit = line(across(1.0), Paint::Ink);
    bar.child(line(0.0, Paint::Rule)).children(value_bar(judged)).children(interval(judged)).child(limit)
}

fn words(judged: &Judged) -> String {
    match used(judged) {
        None => judged.verdict.word().to_owned(),
        Some(used) => format!("{:.0} % of the limit used", used * 100.0),
    }
}

fn value_bar(judged: &Judged) -> Option<Element> {
    let value = judged.measured.value.filter(|_| judged.verdict != Verdict::NoData)?;
    let used = share(judged, value)?;
    let paint = if judged.verdict == Verdict::Fail { Paint::Fail } else { Paint::Ink3 };
    let width = across(used);
    // A bar that runs off the scale ends in a point.
    let tip = if used > END {
        format!("L{WIDTH} {MIDDLE}L{} {}", WIDTH - 3.0, MIDDLE + 3.0)
    } else {
        format!("V{}", MIDDLE + 3.0)
    };
    let end = if used > END { WIDTH - 3.0 } else { width };
    let d = format!("M0 {}H{}{tip}H0z", MIDDLE - 3.0, svg::Px(end));
    Some(svg::shape(&d, paint))
}

fn interval(judged: &Judged) -> Option<Element> {
    let (low, high) = judged.measured.interval.filter(|_| judged.verdict != Verdict::NoData)?;
    let (low, high) = (across(share(judged, low)?), across(share(judged, high)?));
    let (top, ends) = (svg::Px(MIDDLE - 5.0), [low.min(high), low.max(high)].map(svg::Px));
    let d = format!("M{} {MIDDLE}H{}M{} {top}v10M{} {top}v10", ends[0], ends[1], ends[0], ends[1]);
    Some(svg::path(&d, Paint::Ink, 1.25))
}

fn line(x: f64, paint: Paint) -> Element {
    svg::path(&format!("M{} 0V{HEIGHT}", svg::Px(x)), paint, 1.0)
}

fn across(used: f64) -> f64 {
    used.clamp(0.0, END) / END * WIDTH
}

/// The share of the limit that a value uses: infinite where none is allowed and there is some. An exact
/// limit that was met has no room that could be used.
fn share(judged: &Judged, value: f64) -> Option<f64> {
    let near_one = |limit: f64| judged.gate.metric.entry().unit == Unit::Share && limit > 0.5;
    let used = match judged.gate.limit {
        Limit::Max(max) => ratio(value, max),
        Limit::Min(min) if near_one(min) => ratio(1.0 - value, 1.0 - min),
        Limit::Min(min) => ratio(min, value),
        Limit::Between(min, max) => ratio((value - (min + max) / 2.0).abs(), (max - min) / 2.0),
        Limit::Equals(exact) if value == exact => return None,
        Limit::Equals(exact) => 1.0 + ratio((value - exact).abs(), exact.abs()),
        // A change is judged by its own interval, which stands with the comparison.
        Limit::Against(_) => return None,
    };
    (!used.is_nan()).then_some(used)
}

fn ratio(part: f64, whole: f64) -> f64 {
    if part.abs() < 1e-12 {
        0.0
    } else if whole.abs() < 1e-12 {
        f64::INFINITY
    } else {
        part / whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Gate, Measured, OnNoData, Scope, Severity};
    use crate::metric::{Figure, Metric};

    fn judged(figure: Figure, limit: Limit, value: f64) -> Judged {
        let gate = Gate {
            name: "g".into(),
            metric: Metric::Figure(figure),
            scope: Scope::default(),
            limit,
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        };
        gate.judge(Measured::sharp(Some(value), 9, 1))
    }

    #[test]
    fn the_limit_is_one_whichever_way_the_gate_points() {
        let table = [
            (Figure::AttemptsPerRequest, Limit::Max(2.0), 1.0, 0.5),
            (Figure::RegionShare, Limit::Min(0.4), 0.8, 0.5),
            (Figure::SuccessRatio, Limit::Min(0.99), 0.98, 2.0),
            (Figure::Requests, Limit::Between(10.0, 20.0), 15.0, 0.0),
            (Figure::Failures, Limit::Max(0.0), 0.0, 0.0),
            (Figure::Requests, Limit::Equals(20.0), 30.0, 1.5),
        ];
        for (figure, limit, value, expected) in table {
            let used = used(&judged(figure, limit.clone(), value)).unwrap_or(f64::NAN);
            assert!((used - expected).abs() < 1e-9, "{figure:?} {limit:?} {value}: {used}");
        }
    }

    #[test]
    fn an_exact_limit_that_was_met_uses_none_of_its_room() {
        let met = judged(Figure::Failures, Limit::Equals(0.0), 0.0);
        assert_eq!(used(&met), None);
        assert_eq!(share(&met, 0.0), None);
    }

    #[test]
    fn a_limit_of_none_that_was_passed_runs_off_the_scale() {
        let broken = judged(Figure::Failures, Limit::Max(0.0), 3.0);
        assert_eq!(used(&broken), None);
        assert!(limit_bar(&broken).to_string().contains("L160 29"));
    }
}
