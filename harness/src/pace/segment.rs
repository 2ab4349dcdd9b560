//! A rate that goes in a straight line.

/// A rate in a straight line over a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Segment {
    /// How long it lasts.
    pub length_s: f64,
    /// Arrivals each second at its start; not negative.
    pub start_per_s: f64,
    /// Arrivals each second at its end; not negative.
    pub end_per_s: f64,
}

impl Segment {
    /// Expected arrivals over all of it.
    pub(super) fn area(&self) -> f64 {
        (self.start_per_s + self.end_per_s) / 2.0 * self.length_s
    }

    /// Seconds into it by which `count` arrivals are expected; `count` is within its area.
    pub(super) fn reach(&self, count: f64) -> f64 {
        let slope = (self.end_per_s - self.start_per_s) / self.length_s;
        // The stable form of the quadratic's root: no cancellation, and right for a slope of zero.
        let root = (self.start_per_s * self.start_per_s + 2.0 * slope * count).max(0.0).sqrt();
        let reach = 2.0 * count / (self.start_per_s + root);
        if reach.is_finite() { reach.min(self.length_s) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reach_is_the_inverse_of_the_area(
            length in 1u64..500, start in 0.0f64..100.0, end in 0.0f64..100.0, share in 0.0f64..0.999,
        ) {
            let piece = Segment { length_s: length as f64, start_per_s: start, end_per_s: end };
            prop_assume!(piece.area() > 0.1);
            let count = piece.area() * share;
            let t = piece.reach(count);
            let slope = (end - start) / length as f64;
            let area = start * t + slope * t * t / 2.0;
            prop_assert!((area - count).abs() < 1e-6 * (1.0 + piece.area()), "{area} instead of {count}");
        }
    }
}
