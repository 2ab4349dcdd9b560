//! A row of bars without axes, small enough for a cell of a table: when something happened, and when most.

use std::fmt::Write;

use super::clock::Clock;
use super::paint::Paint;
use super::svg::{self, Element, Pct, Px};

const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 18.0;
/// The lowest bar that can be seen.
const LEAST: f64 = 1.5;

/// The counts of equal parts of the run, over a wash where a fault was on. `words` says what a reader would see.
pub(crate) fn spark(counts: &[u64], clock: Option<&Clock<'_>>, words: &str) -> Element {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut d = String::new();
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (*count as f64 / most * HEIGHT).max(LEAST);
        let _ = write!(d, "M{place} {}h1v-{}h-1z", Px(HEIGHT), Px(height));
    }
    let bars = svg::stretched(counts.len().max(1) as f64, HEIGHT).child(svg::shape(&d, Paint::Fail));
    ground(words).children(clock.iter().flat_map(|clock| clock.shadows(HEIGHT))).child(bars)
}

/// A level over equal parts of the run, from zero up to its highest. `words` says what a reader would see.
pub(crate) fn level(values: &[f64], words: &str) -> Element {
    let most = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mut d = format!("M0 {}", Px(HEIGHT));
    for value in values {
        let _ = write!(d, "V{}h1", Px(HEIGHT - value / most * HEIGHT));
    }
    let _ = write!(d, "V{}z", Px(HEIGHT));
    ground(words).child(svg::stretched(values.len().max(1) as f64, HEIGHT).child(svg::shape(&d, Paint::Ink3)))
}

/// The cell that it is drawn in, washed over.
fn ground(words: &str) -> Element {
    Element::new("svg")
        .class("spark")
        .set("width", WIDTH)
        .set("height", HEIGHT)
        .set("role", "img")
        .set("aria-label", words)
        .child(svg::rect(Pct(0.0), Pct(100.0), 0.0, HEIGHT).fill(Paint::Wash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_reaches_the_top_and_one_is_seen() {
        let drawn = spark(&[0, 1000, 1], None, "when");
        assert!(drawn.to_string().contains("M1 18h1v-18h-1zM2 18h1v-1.5h-1z"), "{drawn}");
    }

    #[test]
    fn a_level_stands_on_its_ground_and_its_highest_reaches_the_top() {
        let drawn = level(&[0.5, 1.0], "how much").to_string();
        assert!(drawn.contains("M0 18V9h1V0h1V18z"), "{drawn}");
        assert!(!level(&[], "").to_string().contains("NaN"));
    }

    #[test]
    fn nothing_draws_nothing() {
        assert!(!spark(&[], None, "").to_string().contains("NaN"));
    }
}
