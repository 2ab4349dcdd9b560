//! What is known of a change: an interval of the difference, and one of the ratio.

/// The 95 % quantile of the normal distribution, two-sided.
pub(super) const Z: f64 = 1.959_964;
/// The fewest blocks that are free to differ before their noise says anything.
pub(super) const LEAST_FREEDOM: usize = 4;

/// Two ends, the lower one first.
pub type Ends = (f64, f64);

/// A 95 % confidence interval of a change, seen in two ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    /// Of head − base, in the metric's unit.
    pub(crate) difference: Ends,
    /// Of head ÷ base; none where the base may be zero.
    pub(crate) ratio: Option<Ends>,
}

/// The quantile of Student's t that holds 95 %, by Fisher's expansion: right to a hundredth from four degrees on.
pub(super) fn t(freedom: usize) -> f64 {
    let n = freedom.max(1) as f64;
    let [z3, z5, z7] = [3, 5, 7].map(|power| Z.powi(power));
    Z + (z3 + Z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * n.powi(2))
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / (384.0 * n.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_is_that_of_the_tables() {
        for (freedom, expected) in
            [(4, 2.776), (5, 2.571), (8, 2.306), (11, 2.201), (30, 2.042), (10_000, 1.960)]
        {
            assert!((t(freedom) - expected).abs() < 0.01, "{freedom}: {}", t(freedom));
        }
    }
}
