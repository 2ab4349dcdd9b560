//! The exact tests and bounds that findings rest on.
//!
//! They are small enough to stand here: the crates that have distribution functions have neither the exact
//! one-sided Kolmogorov–Smirnov tail nor the scan statistic. Every p-value is exact or an upper bound, so
//! that a level is kept at any sample size. Samples of one cell are sorted, in seconds.

use std::f64::consts::TAU;
use std::sync::LazyLock;

/// ln n! up to here is a sum; beyond it Stirling's series is exact to the last digit.
const TABLE: usize = 256;

static LN_FACTORIALS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let mut sum = 0.0;
    let mut add = |n: usize| {
        sum += (n.max(1) as f64).ln();
        sum
    };
    (0..TABLE).map(&mut add).collect()
});

fn ln_factorial(n: usize) -> f64 {
    LN_FACTORIALS.get(n).copied().unwrap_or_else(|| {
        let n = n as f64;
        n * n.ln() - n + 0.5 * (TAU * n).ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3))
    })
}

fn ln_choose(n: usize, k: usize) -> f64 {
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

fn binom_pmf(n: usize, k: usize, p: f64) -> f64 {
    if p <= 0.0 {
        return f64::from(k == 0);
    }
    if p >= 1.0 {
        return f64::from(k == n);
    }
    (ln_choose(n, k) + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp()
}

/// The chance of at least `k` of `n` independent events of chance `p`.
pub fn binom_sf(n: usize, k: usize, p: f64) -> f64 {
    (k..=n).map(|j| binom_pmf(n, j, p)).sum::<f64>().min(1.0)
}

/// The chance of at least `k` of independent events with these chances. Takes time by the square of them.
pub fn poisson_binom_sf(k: usize, chances: &[f64]) -> f64 {
    let mut exactly = vec![0.0; chances.len() + 1];
    exactly[0] = 1.0;
    for &p in chances {
        for j in (0..exactly.len()).rev() {
            let one_less = if j > 0 { exactly[j - 1] } else { 0.0 };
            exactly[j] = exactly[j] * (1.0 - p) + one_less * p;
        }
    }
    exactly.get(k..).map_or(0.0, |tail| tail.iter().sum())
}

/// The chance that some window of length `f` holds at least `m` of `n` values uniform on [0, 1]: exact for
/// 2m > n and f ≤ ½ (Naus 1965), and 1 where it would be near it.
pub fn scan_p(n: usize, m: usize, f: f64) -> f64 {
    if f >= 0.95 || m < 2 {
        return 1.0;
    }
    let tails = (m as f64 / f - n as f64 - 1.0) * binom_pmf(n, m, f) + 2.0 * binom_sf(n, m, f);
    tails.clamp(0.0, 1.0)
}

/// The exact chance of a one-sided Kolmogorov–Smirnov distance of at least `d` (Birnbaum and Tingey 1951).
pub fn ks_p(n: usize, d: f64) -> f64 {
    if d <= 0.0 {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let size = n as f64;
    let term = |j: usize| {
        let (above, below) = (d + j as f64 / size, 1.0 - d - j as f64 / size);
        if below <= 0.0 {
            return 0.0;
        }
        (ln_choose(n, j) + (j as f64 - 1.0) * above.ln() + (n - j) as f64 * below.ln()).exp()
    };
    let terms: f64 = (0..=(size * (1.0 - d)) as usize).map(term).sum();
    (d * terms).min(1.0)
}

/// One p-value of independent ones (Fisher's method); 1 of none.
pub fn fisher(ps: &[f64]) -> f64 {
    let x: f64 = -ps.iter().map(|p| p.max(1e-300).ln()).sum::<f64>();
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 1..ps.len() {
        term *= x / i as f64;
        sum += term;
    }
    ((-x).exp() * sum).min(1.0)
}

/// Fisher's exact test: the chance of at least `marked_here` of `here`, where `marked_there` of `there` were marked.
pub fn hypergeom_sf(marked_here: usize, here: usize, marked_there: usize, there: usize) -> f64 {
    let (marked, all) = (marked_here + marked_there, here + there);
    (marked_here..=marked.min(here))
        .filter(|x| here - x <= all - marked)
        .map(|x| (ln_choose(marked, x) + ln_choose(all - marked, here - x) - ln_choose(all, here)).exp())
        .sum::<f64>()
        .min(1.0)
}

/// A bound on the logarithm of the chance of a count of at least `n` whose mean is at most `mean` (Chernoff).
pub fn chernoff_ln(n: f64, mean: f64) -> f64 {
    if n <= mean { 0.0 } else { -(n * (n / mean).ln() - n + mean) }
}

/// A bound on the logarithm of the chance that the mean of `n` values in [0, 1] is at least `seen` where the
/// true one is at most `mean` (Hoeffding 1963).
pub fn hoeffding_ln(n: f64, seen: f64, mean: f64) -> f64 {
    if seen <= mean {
        return 0.0;
    }
    let part = |a: f64, b: f64| if a <= 0.0 { 0.0 } else { a * (a / b).ln() };
    -n * (part(seen, mean) + part(1.0 - seen, 1.0 - mean))
}

/// How far `y` exceeds `ratio`·`x`, as a standard normal value where it does not (Mann and Whitney).
pub fn mann_whitney_z(x: &[f64], y: &[f64], ratio: f64) -> f64 {
    let wins = |a: f64, b: f64| match b - ratio * a {
        difference if difference > 0.0 => 1.0,
        0.0 => 0.5,
        _ => 0.0,
    };
    let sum: f64 = x.iter().flat_map(|&a| y.iter().map(move |&b| wins(a, b))).sum();
    let (n, m) = (x.len() as f64, y.len() as f64);
    (sum - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

/// The chance that a standard normal value is at least `z`; its relative error is below 1.2e-7 (the rational
/// Chebyshev fit of *Numerical Recipes*, `erfcc`).
pub fn normal_sf(z: f64) -> f64 {
    const FIT: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let series = FIT.iter().rev().fold(0.0, |sum, coefficient| sum * t + coefficient);
    let tail = 0.5 * t * (series - x * x).exp();
    if z < 0.0 { 1.0 - tail } else { tail }
}

/// The shortest window that holds `m` of these sorted values, by its ends; `m` from 1 to all of them.
pub fn shortest_window(sorted: &[f64], m: usize) -> Option<(f64, f64)> {
    let windows = sorted.windows(m.max(1)).filter_map(|window| Some((*window.first()?, *window.last()?)));
    windows.min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
}

/// All of `n` values but a tenth, rounded in favour of leaving one out: what is not a hiccup.
pub fn all_but_a_tenth(n: usize) -> usize {
    n - n.div_ceil(10)
}

/// The chance of gaps as close together as these, or all but a tenth of them, if jitter were at least
/// `relative` of the wait wide, and `absolute` seconds where that is less. `sorted` is one cell.
///
/// Overhead adds up to 20 ms to a wait, and clocks and timers 2 ms to a distance.
pub fn cell_p(sorted: &[f64], relative: f64, absolute: f64) -> f64 {
    let n = sorted.len();
    if n < 2 {
        return 1.0;
    }
    let trimmed = (n >= 3).then(|| all_but_a_tenth(n));
    let sizes = [Some(n), trimmed];
    let chance = |m: usize| {
        let Some((low, top)) = shortest_window(sorted, m) else { return 1.0 };
        let width = (relative * (top - 0.020).max(0.75 * top)).min(absolute);
        scan_p(n, m, (top - low + 0.002) / width)
    };
    let best = sizes.iter().flatten().map(|&m| chance(m)).fold(1.0, f64::min);
    (sizes.iter().flatten().count() as f64 * best).min(1.0)
}

/// A value of a sorted sample at this share of it, from 0 to 1; the lower one of two.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((share * last as f64).floor() as usize).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// To three digits, as the vectors are written.
    fn near(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 2e-3, "{value:e} is not {expected:e}");
    }

    #[test]
    fn functions_agree_with_a_second_implementation() {
        near(binom_sf(10, 3, 0.02), 8.639e-4);
        near(poisson_binom_sf(2, &[0.4, 0.2, 0.1]), 0.124);
        near(scan_p(10, 9, 0.4), 0.021_443);
        near(scan_p(5, 5, 0.3), 0.030_78);
        near(ks_p(20, 0.25), 0.068_827);
        near(ks_p(5, 0.5), 0.056);
        near(fisher(&[0.01, 0.02]), 1.9034e-3);
        near(hypergeom_sf(6, 8, 1, 40), 1.532e-5);
        near(hypergeom_sf(7, 7, 0, 7), 2.914e-4);
        near(chernoff_ln(12.0, 0.855), -20.554);
        near(hoeffding_ln(53.0, 0.75, 0.5), -6.934);
        near(normal_sf(3.0902), 1e-3);
        near(normal_sf(-1.0), 0.841_345);
    }

    #[test]
    fn critical_distances_are_those_of_the_tables() {
        let table = [(5, 0.7814), (10, 0.5804), (20, 0.4209), (50, 0.2707), (100, 0.1927), (200, 0.1368)];
        for (n, d) in table {
            near(ks_p(n, d), 5e-4);
        }
    }

    #[test]
    fn stirling_takes_over_where_the_table_ends() {
        let summed: f64 = (2..=TABLE + 10).map(|k| (k as f64).ln()).sum();
        assert!((ln_factorial(TABLE + 10) - summed).abs() < 1e-9);
        assert_eq!((ln_factorial(0), ln_factorial(1)), (0.0, 0.0));
    }

    #[test]
    fn nothing_proves_nothing() {
        assert_eq!(fisher(&[]), 1.0);
        assert_eq!(cell_p(&[1.0], 0.2, 0.2), 1.0);
        assert_eq!(poisson_binom_sf(1, &[]), 0.0);
        assert_eq!((shortest_window(&[], 1), quantile(&[], 0.5)), (None, None));
    }

    #[test]
    fn the_shortest_window_is_found_anywhere() {
        assert_eq!(shortest_window(&[0.0, 5.0, 6.0, 6.5, 20.0], 3), Some((5.0, 6.5)));
        assert_eq!((all_but_a_tenth(5), all_but_a_tenth(10), all_but_a_tenth(20)), (4, 9, 18));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(2.0));
    }

    proptest! {
        #[test]
        fn chances_are_chances(n in 1_usize..300, share in 0.0..=1.0_f64, p in 0.0..=1.0_f64) {
            let k = (share * n as f64) as usize;
            for chance in [binom_sf(n, k, p), ks_p(n, p), scan_p(n, k, p), hypergeom_sf(k, n, n - k, n)] {
                prop_assert!((0.0..=1.0).contains(&chance), "{chance}");
            }
        }

        #[test]
        fn equal_chances_make_a_binomial(n in 0_usize..40, k in 0_usize..40, p in 0.0..=1.0_f64) {
            let (exact, general) = (binom_sf(n, k, p), poisson_binom_sf(k, &vec![p; n]));
            prop_assert!((exact - general).abs() < 1e-9, "{exact} {general}");
        }
    }
}
