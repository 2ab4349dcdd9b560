//! When requests are due: arithmetic, without a clock and without a wait.
//!
//! A rate that changes over time is a [`Curve`], made of straight pieces. The expected number of
//! arrivals up to a time is its area, in closed form, and so is the inverse: the time by which a
//! number of arrivals is expected. A steady schedule is the inverse of 0, 1, 2, …; a Poisson process
//! is the inverse of a running sum of unit exponentials (time rescaling). So ramps, steps and both
//! kinds of arrival share one formula, and the loop that sends has nothing left to decide but
//! [`step`].

use bedload_reports::units::Nanos;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};

/// A stretch of time over which a rate goes in a straight line from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Its start, an offset from the epoch.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    /// Arrivals each second at its start; not negative.
    pub start_per_s: f64,
    /// Arrivals each second at its end; not negative.
    pub end_per_s: f64,
}

/// An arrival rate over time. Segments stand in order and do not overlap; between them it is zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(Vec<Segment>);

/// How arrivals scatter around the expected rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrivals {
    /// Evenly: each when the expected number reaches it.
    Constant,
    /// Independently of each other, as those of many unrelated callers do.
    Poisson,
}

/// The arrivals of one flow, as due times in order.
#[derive(Clone, Debug)]
pub struct Schedule {
    curve: Curve,
    arrivals: Arrivals,
    rng: ChaCha8Rng,
    expected: f64,
    started: bool,
}

/// What a sender does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this offset.
    Wait(Nanos),
    /// A request is due, now or already.
    Send,
    /// Nothing is due any more.
    Stop,
}

/// From what has elapsed and what is due next to what to do: late arrivals are sent at once, never
/// re-spaced.
pub fn step(elapsed: Nanos, due: Option<Nanos>) -> Step {
    match due {
        None => Step::Stop,
        Some(due) if due > elapsed => Step::Wait(due),
        Some(_) => Step::Send,
    }
}

impl Segment {
    fn length_s(&self) -> f64 {
        self.to.since(self.from).as_secs_f64()
    }

    /// Expected arrivals over the whole segment.
    fn area(&self) -> f64 {
        (self.start_per_s + self.end_per_s) / 2.0 * self.length_s()
    }

    /// Seconds into the segment by which `count` arrivals are expected; `count` is within its area.
    fn reach(&self, count: f64) -> f64 {
        let slope = (self.end_per_s - self.start_per_s) / self.length_s();
        // The stable form of the quadratic's root: no cancellation, and right for a slope of zero.
        let root = (self.start_per_s * self.start_per_s + 2.0 * slope * count).max(0.0).sqrt();
        let reach = 2.0 * count / (self.start_per_s + root);
        if reach.is_finite() { reach.min(self.length_s()) } else { 0.0 }
    }
}

impl Curve {
    /// A curve of these segments; those without length or traffic are left out.
    pub fn new(mut segments: Vec<Segment>) -> Self {
        segments.retain(|segment| segment.area() > 0.0);
        segments.sort_by_key(|segment| segment.from);
        Curve(segments)
    }

    /// Expected arrivals over the whole curve.
    pub fn total(&self) -> f64 {
        self.0.iter().map(Segment::area).sum()
    }

    /// The time by which `count` arrivals are expected; none beyond the end.
    pub fn reach(&self, count: f64) -> Option<Nanos> {
        let mut left = count;
        for segment in &self.0 {
            if left < segment.area() {
                let nanos = (segment.reach(left) * 1e9).round() as u64;
                return Some(segment.from.plus(Nanos::new(nanos)).min(segment.to));
            }
            left -= segment.area();
        }
        None
    }
}

impl Schedule {
    /// The arrivals of a curve. `rng` is drawn from by Poisson arrivals only.
    pub fn new(curve: Curve, arrivals: Arrivals, rng: ChaCha8Rng) -> Self {
        Schedule { curve, arrivals, rng, expected: 0.0, started: false }
    }

    fn advance(&mut self) {
        self.expected += match self.arrivals {
            Arrivals::Constant if !self.started => 0.0,
            Arrivals::Constant => 1.0,
            Arrivals::Poisson => Exp1.sample(&mut self.rng),
        };
        self.started = true;
    }
}

impl Iterator for Schedule {
    type Item = Nanos;

    fn next(&mut self) -> Option<Nanos> {
        self.advance();
        self.curve.reach(self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use proptest::prelude::*;

    fn segment(from: u64, to: u64, start_per_s: f64, end_per_s: f64) -> Segment {
        Segment { from: Nanos::from_secs(from), to: Nanos::from_secs(to), start_per_s, end_per_s }
    }

    fn schedule(segments: Vec<Segment>, arrivals: Arrivals, seed: u64) -> Schedule {
        Schedule::new(Curve::new(segments), arrivals, Seed::new(seed).stream("arrivals"))
    }

    #[test]
    fn a_sender_waits_sends_and_stops() {
        let at = Nanos::from_secs;
        assert_eq!(step(at(1), Some(at(2))), Step::Wait(at(2)));
        assert_eq!(step(at(2), Some(at(2))), Step::Send);
        assert_eq!(step(at(3), Some(at(2))), Step::Send);
        assert_eq!(step(at(3), None), Step::Stop);
    }

    #[test]
    fn a_steady_rate_is_evenly_spaced_from_its_start() {
        let due: Vec<_> = schedule(vec![segment(10, 12, 2.0, 2.0)], Arrivals::Constant, 1).collect();
        assert_eq!(due, [10_000, 10_500, 11_000, 11_500].map(|ms| Nanos::new(ms * 1_000_000)));
    }

    #[test]
    fn a_ramp_from_nothing_crowds_towards_its_end() {
        // 0 to 10/s over 10 s is 50 arrivals; by t seconds, t²/2 of them.
        let due: Vec<_> = schedule(vec![segment(0, 10, 0.0, 10.0)], Arrivals::Constant, 1).collect();
        assert_eq!(due.len(), 50);
        assert_eq!(due[8], Nanos::from_secs(4));
        assert_eq!(due[32], Nanos::from_secs(8));
    }

    #[test]
    fn gaps_between_segments_hold_no_arrivals() {
        let segments = vec![segment(0, 1, 3.0, 3.0), segment(5, 6, 3.0, 3.0)];
        for due in schedule(segments, Arrivals::Poisson, 3) {
            assert!(due < Nanos::from_secs(1) || due >= Nanos::from_secs(5), "{due:?}");
        }
    }

    #[test]
    fn poisson_gaps_are_exponential() {
        let due: Vec<_> = schedule(vec![segment(0, 1000, 50.0, 50.0)], Arrivals::Poisson, 5).collect();
        let gaps: Vec<f64> = due.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
        assert!((mean * 50.0 - 1.0).abs() < 0.02, "mean {mean}");
        assert!((deviation / mean - 1.0).abs() < 0.03, "an exponential's deviation is its mean: {deviation}");
    }

    proptest! {
        #[test]
        fn due_times_are_ordered_inside_the_curve_and_as_many_as_its_area(
            pieces in prop::collection::vec((1u64..50, 0.0f64..40.0, 0.0f64..40.0), 1..6),
            seed in any::<u64>(),
        ) {
            let mut from = 0;
            let segments: Vec<_> = pieces.iter().map(|&(length, start, end)| {
                let piece = segment(from, from + length, start, end);
                from += length;
                piece
            }).collect();
            let curve = Curve::new(segments);
            let steady: Vec<_> = Schedule::new(curve.clone(), Arrivals::Constant, Seed::new(seed).stream("a")).collect();
            prop_assert!((steady.len() as f64 - curve.total()).abs() <= 1.0 + 1e-6);
            let random: Vec<_> = Schedule::new(curve.clone(), Arrivals::Poisson, Seed::new(seed).stream("a")).collect();
            prop_assert!((random.len() as f64 - curve.total()).abs() <= 6.0 * curve.total().sqrt() + 10.0);
            for due in [steady, random] {
                prop_assert!(due.is_sorted());
                prop_assert!(due.iter().all(|due| *due <= Nanos::from_secs(from)));
            }
        }

        #[test]
        fn reach_is_the_inverse_of_the_area(
            length in 1u64..500, start in 0.0f64..100.0, end in 0.0f64..100.0, share in 0.0f64..0.999,
        ) {
            let piece = segment(0, length, start, end);
            prop_assume!(piece.area() > 0.1);
            let count = piece.area() * share;
            let t = piece.reach(count);
            let slope = (end - start) / length as f64;
            let area = start * t + slope * t * t / 2.0;
            prop_assert!((area - count).abs() < 1e-6 * (1.0 + piece.area()), "{area} instead of {count}");
        }
    }
}
