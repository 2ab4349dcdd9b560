//! Step lines over buckets: a count is true for its whole bucket, and a slope between two would be invented.

use std::fmt::Write;

use super::svg::Px;

/// One value for each bucket; none where there was nothing, or too little, to measure.
pub(crate) type Values = Vec<Option<f64>>;

/// The path of a step line; `y` is in pixels. It breaks where a value is missing.
pub(super) fn line(y: &[Option<f64>]) -> String {
    let mut d = String::new();
    for (place, run) in runs(y) {
        let _ = write!(d, "M{place} {}", Px(run[0]));
        steps(&mut d, place, &run);
    }
    d
}

/// The path of the area between two step lines, in pixels, left out where they meet.
pub(super) fn area(base: &[f64], top: &[f64]) -> String {
    let gaps: Vec<Option<f64>> =
        base.iter().zip(top).map(|(base, top)| (base - top > 0.05).then_some(*top)).collect();
    let mut d = String::new();
    for (place, run) in runs(&gaps) {
        let _ = write!(d, "M{place} {}", Px(base[place]));
        let _ = write!(d, "V{}", Px(run[0]));
        steps(&mut d, place, &run);
        back(&mut d, place, &base[place..place + run.len()]);
        d.push('Z');
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

/// Onwards from the first bucket of a run, whose start is drawn already.
fn steps(d: &mut String, place: usize, run: &[f64]) {
    for (step, pair) in run.windows(2).enumerate() {
        if Px(pair[0]).to_string() != Px(pair[1]).to_string() {
            let _ = write!(d, "H{}V{}", place + step + 1, Px(pair[1]));
        }
    }
    let _ = write!(d, "H{}", place + run.len());
}

/// Backwards along the base of an area.
fn back(d: &mut String, place: usize, base: &[f64]) {
    if let Some(last) = base.last() {
        let _ = write!(d, "V{}", Px(*last));
    }
    for (step, pair) in base.windows(2).enumerate().rev() {
        if Px(pair[0]).to_string() != Px(pair[1]).to_string() {
            let _ = write!(d, "H{}V{}", place + step + 1, Px(pair[0]));
        }
    }
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
        assert_eq!(line(&y), "M0 10H2V4H3M4 7H5");
    }

    #[test]
    fn areas_come_back_along_their_base() {
        let (base, top) = ([10.0, 10.0, 8.0, 10.0], [6.0, 5.0, 5.0, 10.0]);
        assert_eq!(area(&base, &top), "M0 10V6H1V5H3V8H2V10Z");
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
