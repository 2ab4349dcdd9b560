//! Step lines over buckets: a count is true for its whole bucket, and a slope between two would be invented.

use std::fmt::Write;

use super::svg::Px;

/// One value for each bucket; none where there was nothing, or too little, to measure.
pub(crate) type Values = Vec<Option<f64>>;

/// The path of a step line; `y` is in pixels. It breaks where a value is missing.
pub(super) fn line(y: &[Option<f64>]) -> String {
    let mut d = String::new();
    for (place, run) in runs(y) {
        let mut pen = Pen::down(&mut d, place, run[0]);
        pen.onwards(&run);
    }
    d
}

/// The path of the area between two step lines, in pixels, left out where they meet.
pub(super) fn area(base: &[f64], top: &[f64]) -> String {
    let gaps: Vec<Option<f64>> =
        base.iter().zip(top).map(|(base, top)| (base - top > 0.05).then_some(*top)).collect();
    let mut d = String::new();
    for (place, run) in runs(&gaps) {
        let mut pen = Pen::down(&mut d, place, run[0]);
        pen.onwards(&run);
        pen.back(&base[place..place + run.len()]);
        d.push('z');
    }
    d
}

/// The path of a dot in the middle of each bucket that has a value: round strokes without length.
pub(super) fn dots(y: &[Option<f64>]) -> String {
    let mut d = String::new();
    for (place, y) in y.iter().enumerate().filter_map(|(place, y)| y.map(|y| (place, y))) {
        let _ = write!(d, "M{place}.5 {}h0", Px(y));
    }
    d
}

/// Draws from where it stands, since steps from place to place are shorter to write than places. It stands on whole
/// tenths of a pixel, so that no rounding adds up.
struct Pen<'a> {
    d: &'a mut String,
    tenths: i64,
}

impl<'a> Pen<'a> {
    fn down(d: &'a mut String, place: usize, y: f64) -> Self {
        let _ = write!(d, "M{place} {}", Px(y));
        Pen { d, tenths: tenths(y) }
    }

    /// Along the steps of a run, from its first bucket to the end of its last.
    fn onwards(&mut self, run: &[f64]) {
        self.along(run.iter(), '+');
    }

    /// Back along the base of an area.
    fn back(&mut self, base: &[f64]) {
        self.along(base.iter().rev(), '-');
    }

    fn along<'y>(&mut self, steps: impl Iterator<Item = &'y f64>, way: char) {
        let sign = if way == '-' { "-" } else { "" };
        let mut level = 0;
        for y in steps {
            if tenths(*y) != self.tenths {
                if level > 0 {
                    let _ = write!(self.d, "h{sign}{level}");
                }
                let _ = write!(self.d, "v{}", Px((tenths(*y) - self.tenths) as f64 / 10.0));
                (self.tenths, level) = (tenths(*y), 0);
            }
            level += 1;
        }
        let _ = write!(self.d, "h{sign}{level}");
    }
}

fn tenths(y: f64) -> i64 {
    (y * 10.0).round() as i64
}

/// The unbroken runs of values, each with the place of its first.
fn runs(values: &[Option<f64>]) -> Vec<(usize, Vec<f64>)> {
    let mut runs: Vec<(usize, Vec<f64>)> = Vec::new();
    for (place, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some((from, run))) if *from + run.len() == place => run.push(*value),
            (Some(value), _) => runs.push((place, vec![*value])),
            (None, _) => {}
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_merge_equal_steps_and_break_at_missing_values() {
        let y = [Some(10.0), Some(10.0), Some(4.0), None, Some(7.0)];
        assert_eq!(line(&y), "M0 10h2v-6h1M4 7h1");
    }

    #[test]
    fn areas_come_back_along_their_base() {
        let (base, top) = ([10.0, 10.0, 8.0, 10.0], [6.0, 5.0, 5.0, 10.0]);
        assert_eq!(area(&base, &top), "M0 6h1v-1h2v3h-1v2h-2z");
    }

    #[test]
    fn rounding_does_not_add_up() {
        let y: Vec<Option<f64>> = (0..1000).map(|place| Some(100.0 - f64::from(place) * 0.0333)).collect();
        let down: f64 =
            line(&y).split('v').skip(1).filter_map(|step| step.split('h').next()?.parse::<f64>().ok()).sum();
        assert!((down + 33.3).abs() < 0.06, "{down}");
    }

    #[test]
    fn dots_have_no_length() {
        assert_eq!(dots(&[None, Some(3.0)]), "M1.5 3h0");
    }

    #[test]
    fn nothing_draws_nothing() {
        assert_eq!((line(&[]), area(&[], &[]), dots(&[None])), (String::new(), String::new(), String::new()));
    }
}
