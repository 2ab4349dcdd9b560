//! Where a line's name stands: beside the line, where it is furthest from everything else.
//!
//! Readers look from a line to a legend and back; a name at the line spares them the way. Where no
//! place is clear the name is left out, since the table beside the chart names every line too.

use super::svg::Pct;

/// Height of a line of text and the room kept around it, in pixels.
const TEXT: f64 = 11.0;
const CLEAR: f64 = 4.0;
/// A character, as a share of the narrowest plot that shows names.
const CHARACTER: f64 = 6.4 / 560.0;
/// Separation beyond which more does not help, in pixels.
const FAR: f64 = 80.0;

/// A place for a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    /// Where the text begins.
    pub(super) x: Pct,
    /// Its baseline.
    pub(super) baseline: f64,
}

/// The lines of a plot, in pixels, and the names already placed.
pub(super) struct Room<'a> {
    lines: &'a [Vec<Option<f64>>],
    buckets: f64,
    height: f64,
    taken: Vec<Spot>,
}

/// From, to in buckets; top, bottom in pixels.
#[derive(Clone, Copy, Debug)]
struct Spot {
    from: usize,
    to: usize,
    top: f64,
    bottom: f64,
}

impl<'a> Room<'a> {
    pub(super) fn new(lines: &'a [Vec<Option<f64>>], buckets: f64, height: f64) -> Self {
        Room { lines, buckets, height, taken: Vec::new() }
    }

    /// The clearest place beside line `which` for a name, if any place is clear.
    pub(super) fn place(&mut self, which: usize, name: &str) -> Option<Place> {
        let width = ((name.chars().count() as f64 * CHARACTER * self.buckets).ceil() as usize).max(1);
        let last = (self.buckets as usize).checked_sub(width)?;
        let stride = (last / 48).max(1);
        let beside = |from: usize| self.beside(which, from, from + width);
        let best = (0..=last)
            .step_by(stride)
            .flat_map(beside)
            .filter_map(|place| Some((self.merit(which, place)?, place)))
            .max_by(|(one, _), (other, _)| one.total_cmp(other))?;
        self.taken.push(best.1);
        let x = Pct(best.1.from as f64 / self.buckets * 100.0);
        Some(Place { x, baseline: best.1.bottom - 2.0 })
    }

    /// Above and below the line within a window.
    fn beside(&self, which: usize, from: usize, to: usize) -> Vec<Spot> {
        let Some((top, bottom)) = extent(&self.lines[which], from, to) else {
            return Vec::new();
        };
        let above = Spot { from, to, top: top - CLEAR - TEXT, bottom: top - CLEAR };
        let below = Spot { from, to, top: bottom + CLEAR, bottom: bottom + CLEAR + TEXT };
        vec![above, below]
    }

    /// How well a place serves: how far its line is from the others there, less what it moves there;
    /// none where the name would touch anything, or where the lines run together.
    fn merit(&self, which: usize, place: Spot) -> Option<f64> {
        let crowded = |other: &Spot| {
            place.from < other.to
                && other.from < place.to
                && place.top < other.bottom
                && other.top < place.bottom
        };
        if place.top < 0.0 || place.bottom > self.height || self.taken.iter().any(crowded) {
            return None;
        }
        let own = extent(&self.lines[which], place.from, place.to)?;
        let mut apart = FAR;
        let others = self.lines.iter().enumerate().filter(|(line, _)| *line != which);
        for other in others.filter_map(|(_, y)| extent(y, place.from, place.to)) {
            if gap(other, (place.top, place.bottom)) < 2.0 {
                return None;
            }
            apart = apart.min(gap(other, own));
        }
        (apart >= CLEAR).then_some(apart - (own.1 - own.0) * 0.5)
    }
}

/// How far apart two extents are; negative where they overlap.
fn gap(one: (f64, f64), other: (f64, f64)) -> f64 {
    (one.0 - other.1).max(other.0 - one.1)
}

/// The highest and lowest point of a line within a window; none where it has no value there.
fn extent(y: &[Option<f64>], from: usize, to: usize) -> Option<(f64, f64)> {
    let window = y.get(from..to.min(y.len())).unwrap_or_default();
    let values = window.iter().flatten();
    values.fold(None, |extent, &y| {
        let (top, bottom) = extent.unwrap_or((y, y));
        Some((top.min(y), bottom.max(y)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(y: f64) -> Vec<Option<f64>> {
        vec![Some(y); 100]
    }

    #[test]
    fn a_name_stands_clear_of_every_line() {
        let lines = [level(20.0), level(60.0)];
        let mut room = Room::new(&lines, 100.0, 80.0);
        let upper = room.place(0, "upper").map(|place| place.baseline);
        let lower = room.place(1, "lower").map(|place| place.baseline);
        assert!(upper.is_some_and(|y| !(16.0..=24.0).contains(&y) && y < 56.0), "{upper:?}");
        assert!(lower.is_some_and(|y| !(56.0..=64.0).contains(&y)), "{lower:?}");
    }

    #[test]
    fn a_crowded_plot_has_no_place() {
        let lines = [level(10.0), level(12.0), level(14.0)];
        assert_eq!(Room::new(&lines, 100.0, 16.0).place(1, "middle"), None);
    }
}
