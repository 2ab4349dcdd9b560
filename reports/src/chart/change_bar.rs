//! How far a figure has moved, against what it may, on a scale that all figures share.
//!
//! The unit across is what is allowed: a tenth of a latency and a point of a share are one step each, so one look down the
//! column tells what is beyond. What leaves the scale ends in a point.

use crate::compare::{Change, Margin, Row, Verdict};

use super::paint::Paint;
use super::svg::{self, Element, Px};

/// How many times the allowed change fits on either side.
pub(crate) const REACH: f64 = 4.0;
/// Units across the stretched drawing.
const WIDTH: f64 = 200.0;
const HEIGHT: f64 = 38.0;
const MIDDLE: f64 = HEIGHT / 2.0;

/// The bar of one figure; an empty one where nothing is known of its change.
pub(crate) fn change_bar(row: &Row) -> Element {
    let band = Element::new("rect")
        .fill(Paint::Wash)
        .set("x", Px(across(-1.0)))
        .set("width", Px(across(1.0) - across(-1.0)))
        .set("height", HEIGHT);
    let paint = if row.verdict == Verdict::Regressed { Paint::Fail } else { Paint::Ink2 };
    Element::new("svg")
        .set("width", "100%")
        .set("height", HEIGHT)
        .set("viewBox", format!("0 0 {WIDTH} {HEIGHT}"))
        .set("preserveAspectRatio", "none")
        .set("aria-hidden", "true")
        .child(band)
        .child(svg::path(&format!("M{} 0V{HEIGHT}", Px(across(0.0))), Paint::Rule, 1.0))
        .children(row.change.iter().flat_map(|change| marks(change, row.allowed, paint)))
}

fn marks(change: &Change, allowed: Margin, paint: Paint) -> impl Iterator<Item = Element> {
    let at = steps(change, allowed);
    let whisker = interval(change, allowed).map(|(low, high)| {
        svg::path(&format!("M{} {MIDDLE}H{}", Px(across(low)), Px(across(high))), paint, 1.5)
    });
    let mark = match at {
        it if it > REACH => point(WIDTH - 1.0, -6.0, paint),
        it if it < -REACH => point(1.0, 6.0, paint),
        // A stroke without length and with round ends is a dot, which does not stretch with the page.
        it => {
            svg::path(&format!("M{} {MIDDLE}h0", Px(across(it))), paint, 7.0).set("stroke-linecap", "round")
        }
    };
    whisker.into_iter().chain([mark])
}

/// The tip of an arrow that leaves the scale.
fn point(x: f64, back: f64, paint: Paint) -> Element {
    let d = format!("M{} {}L{x} {MIDDLE}L{} {}", x + back, MIDDLE - 5.0, x + back, MIDDLE + 5.0);
    svg::path(&d, paint, 2.0)
}

/// The change in units of what is allowed.
fn steps(change: &Change, allowed: Margin) -> f64 {
    match (allowed, change.relative) {
        (Margin::Relative(part), Some(relative)) => ratio(relative, part),
        (Margin::Relative(_), None) => ratio(change.difference, 0.0),
        (Margin::Absolute(amount), _) => ratio(change.difference, amount),
    }
}

fn interval(change: &Change, allowed: Margin) -> Option<(f64, f64)> {
    let (ends, unit) = match (allowed, change.relative_interval) {
        (Margin::Relative(part), Some(ends)) => (ends, part),
        (Margin::Relative(_), None) => return None,
        (Margin::Absolute(amount), _) => (change.difference_interval?, amount),
    };
    Some((ratio(ends.0, unit), ratio(ends.1, unit)))
}

/// Of nothing allowed, any change leaves the scale.
fn ratio(change: f64, allowed: f64) -> f64 {
    if change == 0.0 { 0.0 } else { change / allowed.max(f64::MIN_POSITIVE) }
}

fn across(steps: f64) -> f64 {
    (steps.clamp(-REACH, REACH) / REACH + 1.0) / 2.0 * WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(relative: f64, ends: Option<(f64, f64)>) -> Change {
        Change {
            difference: relative,
            relative: Some(relative),
            difference_interval: ends,
            relative_interval: ends,
            chance: None,
        }
    }

    #[test]
    fn the_allowed_change_is_one_step_whatever_its_unit() {
        let it = change(0.2, Some((0.1, 0.3)));
        assert!((steps(&it, Margin::Relative(0.1)) - 2.0).abs() < 1e-9);
        assert!((steps(&it, Margin::Absolute(0.05)) - 4.0).abs() < 1e-9);
        assert_eq!(across(0.0), WIDTH / 2.0);
        let (low, high) = interval(&it, Margin::Relative(0.1)).unwrap_or_default();
        assert!((low - 1.0).abs() < 1e-9 && (high - 3.0).abs() < 1e-9);
    }

    #[test]
    fn what_may_not_move_at_all_leaves_the_scale() {
        assert!(steps(&change(1.0, None), Margin::Absolute(0.0)) > REACH);
        assert!(steps(&change(-1.0, None), Margin::Absolute(0.0)) < -REACH);
        assert_eq!(steps(&change(0.0, None), Margin::Absolute(0.0)), 0.0);
        let drawn: String =
            marks(&change(9.0, None), Margin::Relative(0.1), Paint::Fail).map(|it| it.to_string()).collect();
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
    }
}
